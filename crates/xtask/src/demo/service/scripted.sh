#!/bin/sh
# A program for the tests, which does what its environment says.
eval "$SCRIPT"

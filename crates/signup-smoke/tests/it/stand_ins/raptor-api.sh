#!/bin/sh
# raptor-api with the variables of the deployment, and with whatever a test wants to happen
# before the command is carried out (`before-<command>`, a piece of shell).
here=$(dirname "$0")
. "$here/deployment.env"
if [ -e "$here/before-$1" ]; then
    . "$here/before-$1"
fi
exec "$RAPTOR_API" "$@"

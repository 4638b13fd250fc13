# Each target installs the servers that it needs, where they are missing.

.PHONY: help test check schema

help:
	@echo 'make test     everything that has to hold: check, then all tests'
	@echo 'make check    formatting, clippy, documentation, dependency rules'
	@echo 'make schema   write the schema.rs files anew, after a migration has changed'

test:
	@bin/setup postgres redis
	@cargo xtask test

check:
	@bin/setup postgres redis
	@cargo xtask check

# Without the services, which may not compile until this is done.
schema:
	@bin/setup postgres
	@cargo run --quiet --package xtask --no-default-features -- schema

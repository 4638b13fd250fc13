# Each target installs the servers that it needs, where they are missing.

.PHONY: help demo test check schema

help:
	@echo 'make demo     the whole system on throw-away servers, with testers in every state'
	@echo 'make test     everything that has to hold: check, then all tests'
	@echo 'make check    formatting, clippy, documentation, dependency rules'
	@echo 'make schema   write the schema.rs files anew, after a migration has changed'

# Not `cargo xtask`, which keeps cargo quiet: the first build takes minutes, and shows.
demo:
	@bin/setup postgres redis
	@cargo run --package xtask -- demo

test:
	@bin/setup postgres redis
	@cargo xtask test

check:
	@bin/setup postgres redis
	@cargo xtask check

schema:
	@bin/setup postgres
	@cargo xtask schema

# Each target installs the servers and the browser that it needs, where they are missing.

.PHONY: help demo test check conformance chaos load fuzz look pictures schema generated release smoke-signup-prod

help:
	@echo 'make demo               the whole system on throw-away servers, with testers in every state'
	@echo 'make test               everything that has to hold: check, then all tests'
	@echo 'make check              formatting, clippy, documentation, dependency rules, licences, conformance'
	@echo 'make conformance        both services against their OpenAPI documents; ARGS="--examples 300" for more'
	@echo 'make chaos              load and faults for a minute; ARGS="--seed 7 --minutes 10" for more'
	@echo 'make load               more requests than they can take; ARGS="--seconds 60" for longer'
	@echo 'make fuzz               feeds every parser for 20 s; ARGS="client_data --seconds 600" for one'
	@echo 'make look               pictures of every page, to look at, in target/look'
	@echo 'make pictures           the pictures in the README, made anew from the demo'
	@echo 'make schema             write the schema.rs files anew, after a migration has changed'
	@echo 'make generated          write the checked-in files anew that are made from the code'
	@echo 'make release            what is deployed, one program a service, in target/deploy'
	@echo 'make smoke-signup-prod  prove on the live deployment that a person can sign up'

# Not `cargo xtask`, which keeps cargo quiet: the first build takes minutes, and shows.
demo:
	@bin/setup postgres redis
	@cargo run --package xtask -- demo

test:
	@bin/setup postgres redis chromium python
	@cargo xtask test

check:
	@bin/setup postgres redis python
	@cargo xtask check

conformance:
	@bin/setup postgres redis python
	@cargo xtask conformance $(ARGS)

chaos:
	@bin/setup postgres redis
	@cargo xtask chaos $(ARGS)

load:
	@bin/setup postgres redis
	@cargo run --release --package xtask -- load $(ARGS)

fuzz:
	@cargo xtask fuzz $(ARGS)

look:
	@bin/setup postgres chromium
	@cargo xtask look

pictures:
	@bin/setup postgres redis chromium
	@cargo xtask pictures

schema:
	@bin/setup postgres
	@cargo xtask schema

generated:
	@bin/setup postgres redis
	@GENERATE=1 cargo test --quiet --package raptor-api --package console --test it generated::

release:
	@bin/build-release

# What make itself exits with is 2 whenever a command fails; the script says more (0, 1 or 2).
smoke-signup-prod:
	@bin/smoke-signup-prod.sh $(ARGS)

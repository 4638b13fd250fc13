#!/bin/sh
# Proves on the live deployment that a person can sign up, and leaves nothing behind.
#
# usage: RAXX_SMOKE_ALLOW_PROD=1 bin/smoke-signup-prod.sh [--json] [drill [--wait]] …
#
# --help explains every option and variable; docs/runbooks/signup-e2e-smoke.md is the manual.
set -eu

manifest=$(cd "$(dirname "$0")/.." && pwd)/Cargo.toml

# cargo becomes the program, so signals and the exit status are the program's own. The first
# build takes minutes, and shows on standard error.
exec cargo run --manifest-path "$manifest" --package signup-smoke --bin signup-smoke -- "$@"

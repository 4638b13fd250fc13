#!/bin/sh
# Behaves as the Heroku CLI does with `run --exit-code --no-tty`: it takes its arguments and no
# others, shows a banner that writes over itself, attaches the dyno's two streams as one terminal
# stream, and exits as the command did.
here=$(dirname "$0")
printf '%s\n' "$*" >>"$here/heroku.log"
case "$*" in
    "run --exit-code --no-tty --app raxx-api-prod -- raptor-api "?*) shift 7 ;;
    *)
        printf ' \342\200\272   Error: Unexpected arguments: %s\n' "$*" >&2
        exit 2
        ;;
esac
printf 'Running raptor-api %s on raxx-api-prod... starting\r' "$1" >&2
printf 'Running raptor-api %s on raxx-api-prod... up, run.4711 (Basic)\r\n' "$1" >&2

printed=$("$here/raptor-api" "$@" 2>&1)
status=$?
printf '{"timestamp":"2026-11-22T10:00:00Z","level":"WARN","message":"slow","email":"x"}\r\n'
if [ -n "$printed" ]; then
    printf '%s\n' "$printed" | awk '{ printf "%s\r\n", $0 }'
fi
printf '\033[33m{"level":"INFO","message":"bye"}\033[0m\r\n'
exit "$status"

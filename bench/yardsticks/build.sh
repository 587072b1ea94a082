#!/bin/sh
# Builds the webhook in controller-runtime/ and says where it is. Without a Go for it nothing is said on standard output:
# what is measured beside it is then measured without it. Leaves it alone when it is there and younger than its source.
set -eu
cd "$(dirname "$0")/../.."
program=$PWD/build/tools/controller-runtime-webhook
source=bench/yardsticks/controller-runtime
say() { printf '%s\n' "bench: $*" >&2; }

wanted=$(sed -n 's/^go //p' "$source/go.mod")
if ! command -v go >/dev/null; then
  say "the controller-runtime webhook is left out: it needs Go $wanted, and there is no go here"
  exit 0
fi
if ! [ -x "$program" ] || [ -n "$(find "$source" -newer "$program" -type f)" ]; then
  say "building a controller-runtime webhook"
  mkdir -p build/tools
  # The tool chain may fetch a newer one of itself where this is allowed; else it says what it misses.
  (cd "$source" && nice -n 10 go build -trimpath -ldflags "-s -w" -o "$program" .) || {
    say "the controller-runtime webhook is left out: it could not be built with $(go version)"
    exit 0
  }
fi
echo "$program"

#!/bin/sh
# The webhook as a cluster's users meet it. usage: run.sh BROKERGATE [OPTION...]
# Options go to the program in check/: -only EXPRESSION, -limit TIME. MANIFESTS may name a folder with more manifests,
# each of which is applied as well.
set -eu
brokergate=$(realpath "$1")
shift
cd "$(dirname "$0")/../.."
root=$PWD
tools=$(sh test/e2e/tools.sh)
command -v diff >/dev/null || { echo "e2e: kubectl diff needs a diff" >&2; exit 2; }
openreports=github.com/openreports/reports-api
(cd test/e2e/reports && go mod download "$openreports")
set -- -openreports "$(cd test/e2e/reports && go list -m -f '{{.Dir}}' "$openreports")" "$@"
# shellcheck disable=SC2046 # each line is a name and a path without blanks
set -- -root "$root" -brokergate "$brokergate" $(printf '%s\n' "$tools" | sed 's/^/-/') "$@"
[ -z "${MANIFESTS:-}" ] || set -- "$@" -manifests "$(realpath "$MANIFESTS")" -limit "${E2E_LIMIT:-40m}"
# As tools.sh builds, so that the standard library is there already.
(cd test/e2e/check && CGO_ENABLED=0 go test -trimpath -gcflags=all=-dwarf=false . >&2)
(cd test/e2e/check && CGO_ENABLED=0 go build -trimpath -buildvcs=false -gcflags=all=-dwarf=false -ldflags "-s -w" \
  -o "$root/build/tools/e2e" .)
exec build/tools/e2e "$@"

#!/bin/sh
# usage: run.sh BROKERGATE [OPTION...]; options go to the program here: -rounds, -bytes, -profile FOLDER, …
set -eu
brokergate=$(realpath "$1")
shift
cd "$(dirname "$0")/../.."
root=$PWD
tools=$(sh test/e2e/tools.sh)
peer=$(sh bench/yardsticks/build.sh)
(cd bench/apply && go build -o "$root/build/tools/bench-apply" .)
# shellcheck disable=SC2046 # each line is a name and a path without blanks
exec build/tools/bench-apply -root "$root" -brokergate "$brokergate" -controller-runtime "$peer" \
  $(printf '%s\n' "$tools" | sed 's/^/-/') "$@"

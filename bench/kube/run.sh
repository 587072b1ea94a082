#!/bin/sh
# usage: run.sh apply|cluster BROKERGATE [OPTION...]; options go to the program here: -rounds, -bytes, -stream, …
set -eu
verb=$1
brokergate=$(realpath "$2")
shift 2
cd "$(dirname "$0")/../.."
root=$PWD
if [ "$verb" = cluster ]; then
  tools=$(sh test/e2e/tools.sh etcd kube-apiserver)
  set -- -reviews "$(dirname "$brokergate")/brokergate_bench_reviews" "$@"
else
  tools=$(sh test/e2e/tools.sh)
  set -- -controller-runtime "$(sh bench/yardsticks/build.sh)" "$@"
fi
(cd bench/kube && go build -o "$root/build/tools/bench-kube" .)
# shellcheck disable=SC2046 # each line is a name and a path without blanks
exec build/tools/bench-kube "$verb" -root "$root" -brokergate "$brokergate" $(printf '%s\n' "$tools" | sed 's/^/-/') "$@"

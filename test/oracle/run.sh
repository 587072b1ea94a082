#!/bin/sh
# Asks Apache Kafka itself: run.sh BUILD_FOLDER [--seed N] [--count N] compares what
# brokergate says of many generated configurations, and of the brokers of the manifests
# under test/, with KafkaConfig of three versions. BUILD_FOLDER holds kafka_oracle and
# manifest_oracle. Exit 1 when they disagree, 2 when it cannot be asked.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
usage() { echo "usage: run.sh BUILD_FOLDER [--seed N] [--count N]" >&2; exit 2; }
[ $# -ge 1 ] || usage
build=$(cd "$1" && pwd)
shift
seed=20261123
count=20000
while [ $# -gt 0 ]; do
  [ $# -ge 2 ] || usage
  case $1 in
    --seed) seed=$2 ;;
    --count) count=$2 ;;
    *) usage ;;
  esac
  shift 2
done
for tool in java javac mvn "$build/kafka_oracle" "$build/manifest_oracle"; do
  command -v "$tool" >/dev/null || { echo "oracle: $tool is missing" >&2; exit 2; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
javac -d "$work" "$here/KafkaVerdict.java"
jars=${BROKERGATE_KAFKA_JARS:-$here/../../build/kafka}
mkdir -p "$jars"

status=0
echo "seed $seed"
printf '%-8s %8s %9s %9s %9s %11s %11s\n' Kafka asked accepts refuses disagrees "first words" "words among"
versions="2.6.3 3.9.1 4.1.0"
start="java -XX:+UseSerialGC -Djdk.net.hosts.file=/dev/null"  # voters' names need not be looked up
failed() {  # failed STATUS: a disagreement is told at the end, anything else at once
  cat "$work/log" >&2
  [ "$1" -eq 1 ] || exit 2
  status=1
}
for version in $versions; do
  folder=$(sh "$here/jars.sh" "$version" "$jars")
  # shellcheck disable=SC2086 # words of a command
  "$build/kafka_oracle" "$version" "$seed" "$count" "$here/vectors.txt" $start -cp "$work:$folder/*" KafkaVerdict \
    2>"$work/log" || failed $?
done

printf '%-8s %8s %9s %9s %9s %11s %11s\n' "" brokers accepts refuses disagrees "rule asked" "unknown"
for version in $versions; do
  find "$here/../fixtures" "$here/../proof/manifests" -name '*.yaml' | sort | tr '\n' '\0' |
    xargs -0 "$build/manifest_oracle" "$version" "$start -cp $work:$(sh "$here/jars.sh" "$version" "$jars")/* KafkaVerdict" \
      2>"$work/log" || failed 1
done
exit $status

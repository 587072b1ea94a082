#!/bin/sh
# Asks Apache Kafka itself: run.sh BUILD_FOLDER [--seed N] [--count N] compares what
# brokergate says of many generated configurations with KafkaConfig of three versions.
# BUILD_FOLDER holds kafka_oracle. Exit 1 when they disagree, 2 when it cannot be asked.
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
for tool in java javac mvn "$build/kafka_oracle"; do
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
for version in 2.6.3 3.9.1 4.1.0; do
  folder=$(sh "$here/jars.sh" "$version" "$jars")
  # The voters' host names need not be looked up.
  "$build/kafka_oracle" "$version" "$seed" "$count" "$here/vectors.txt" \
    java -XX:+UseSerialGC -Djdk.net.hosts.file=/dev/null \
    -cp "$work:$folder/*" KafkaVerdict 2>"$work/log" || {
    status=$?
    cat "$work/log" >&2
    [ "$status" -eq 1 ] || exit 2
  }
done
exit $status

#!/bin/sh
# Runs fuzz targets, two at a time, each beginning with its seeds and with what earlier
# runs have found out. One line per target; what ends a target is kept, and shown.
# run.sh BUILD SECONDS TARGET...
set -eu
build=$1
seconds=$2
shift 2

[ -f "$build/seeds/complete" ] || {
  rm -rf "$build/seeds"
  "$build/fuzz_seeds" "$build/seeds"
  : >"$build/seeds/complete"
}

# The longest input: what a head may have for http, else what seeds have.
longest() { case $1 in http) echo 20000 ;; *) echo 8192 ;; esac; }

# What the product logs is not wanted, thousands of times.
muted() { case $1 in http) echo 2 ;; *) echo 0 ;; esac; }

# Without its own statistics on features, which cost more than most inputs do, libFuzzer is three
# times as fast. An input that takes ten seconds or a gigabyte is a find as well.
fuzz() {
  target=$1
  mkdir -p "$build/corpus/$target" "$build/finds"
  words=
  [ ! -f "$build/seeds/$target.dict" ] || words=-dict=$build/seeds/$target.dict
  status=0
  # shellcheck disable=SC2086 # one word or none
  ASAN_OPTIONS=quarantine_size_mb=64 "$build/fuzz_$target" "$build/corpus/$target" "$build/seeds/$target" $words \
    -max_total_time="$seconds" -max_len="$(longest "$target")" -close_fd_mask="$(muted "$target")" -timeout=10 \
    -rss_limit_mb=1024 -malloc_limit_mb=256 -artifact_prefix="$build/finds/$target-" -print_final_stats=1 -entropic=0 \
    >"$build/$target.log" 2>&1 || status=$?
  last=$(grep -E '^#[0-9]+.*cov: ' "$build/$target.log" | tail -n 1)
  printf '%-13s %9s runs, %6s edges, %6s in the corpus: %s\n' "$target" \
    "$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.log")" \
    "$(printf '%s' "$last" | sed 's/.*cov: \([0-9]*\).*/\1/')" \
    "$(printf '%s' "$last" | sed 's/.*corp: \([0-9]*\).*/\1/')" \
    "$([ $status = 0 ] && echo clean || echo "FOUND, see $build/$target.log")"
  if [ $status != 0 ]; then
    # Where it ended, then the input itself; what lies between is the memory's map.
    grep -m 1 -A 24 -E "ERROR: |runtime error: |Assertion '" "$build/$target.log" | cut -c 1-240
    tail -n 12 "$build/$target.log"
  fi
  return $status
}

failed=0
while [ $# -gt 0 ]; do
  fuzz "$1" &
  first=$!
  second=
  if [ $# -gt 1 ]; then
    fuzz "$2" &
    second=$!
    shift
  fi
  shift
  wait $first || failed=1
  [ -z "$second" ] || wait $second || failed=1
done
exit $failed

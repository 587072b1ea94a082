#!/bin/sh
# Shows the main job on the installation in this folder, step by step. Every
# step is checked: when one does not show what its caption claims, this fails.
# usage: show.sh BROKERGATE
set -eu
program=$(realpath "$1")
cd "$(dirname "$0")"
work=$(mktemp -d)
server=
stop() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' HUP INT TERM

fail() {
  printf '\ndemo: %s\n' "$*" >&2
  exit 1
}
caption() { printf '\n\n=== %s\n\n' "$*"; }
# run WANTED_EXIT_CODE ARGUMENT...: runs brokergate, shows what it prints and keeps it for shows().
run() {
  wanted=$1
  shift
  printf '$ brokergate %s\n' "$*"
  got=0
  "$program" "$@" >"$work/out" 2>&1 </dev/null || got=$?
  cat "$work/out"
  [ "$got" -eq "$wanted" ] || fail "exit code $got where $wanted was expected"
}
# shows TEXT...: the last output has each of these texts in one of its lines.
shows() {
  for text in "$@"; do
    grep -qF -- "$text" "$work/out" || fail "the output does not show: $text"
  done
}

caption "1. What brokergate sees: how each of three brokers is reached from outside"
run 0 inspect --policy policy.yaml kafka
shows shell-export kafka-0 kafka-1 kafka-2 kafka-2-external

caption "2. What is wrong: public load balancers, and brokers that nobody outside can be sent to (exit code 1)"
run 1 lint --policy policy.yaml kafka
shows internal-load-balancer advertised-listener alpha-annotation kafka/external.yaml kafka/brokers.yaml

caption "3. The corrected manifests, as a diff: comments and order stay as they were"
run 0 mutate --diff --policy policy.yaml kafka
shows '+++ b/kafka/external.yaml' '+++ b/kafka/brokers.yaml' 'cloud.google.com/load-balancer-type: Internal' \
  '.kafka.example.com:9094'

caption "4. Written into a copy: nothing is left to say, and every broker advertises a name of its own"
cp -R kafka "$work/kafka"
cp policy.yaml "$work/policy.yaml"
cd "$work"
run 0 mutate --in-place --policy policy.yaml kafka
run 0 lint --policy policy.yaml kafka
shows ': 0 deny, 0 warn'
printf '$ brokergate inspect --policy policy.yaml kafka | grep advertised\n'
"$program" inspect --policy policy.yaml kafka | grep 'advertised  ' | tee "$work/out"
for broker in 0 1 2; do
  shows "EXTERNAL://kafka-$broker.kafka.example.com:9094"
done
cd - >/dev/null

caption "5. A NodePort on a preemptible node pool is denied (exit code 1)"
run 1 lint --policy policy.yaml preemptible
shows nodeport-preemptible orders-0-external gke-preemptible

caption "6. The same verdict from the webhook, over TLS, for a request as the API server makes it"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=brokergate-demo \
  -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" 2>"$work/openssl" ||
  fail "openssl made no certificate: $(cat "$work/openssl")"
"$program" serve --listen 127.0.0.1:0 --cert "$work/cert.pem" --key "$work/key.pem" --policy policy.yaml \
  >"$work/log" 2>&1 </dev/null &
server=$!
port=
tries=0
while [ -z "$port" ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 100 ] || ! kill -0 "$server" 2>/dev/null; then
    fail "the server did not start: $(cat "$work/log")"
  fi
  sleep 0.1
  port=$(sed -n 's/.*127\.0\.0\.1:\([1-9][0-9]*\).*/\1/p' "$work/log" | head -n 1)
done
post() {
  line="curl --cacert cert.pem --json @$2 https://127.0.0.1:$port$1"
  printf '$ %s\n' "$line"
  # What is printed is what runs; only where the certificate lies and what curl may do besides is put in.
  # shellcheck disable=SC2086 # the line is words without blanks in them
  set -- ${line#curl --cacert cert.pem}
  curl --noproxy '*' --silent --show-error --fail --max-time 10 --cacert "$work/cert.pem" "$@" \
    >"$work/out" || fail "the webhook did not answer: $(cat "$work/log")"
  cat "$work/out"
  echo
}
# The patch in the answer, in place of the answer.
decode() {
  sed -n 's/.*"patch":"\([^"]*\)".*/\1/p' "$work/out" | base64 -d >"$work/patch"
  printf '\nthe patch in it, decoded:\n'
  mv "$work/patch" "$work/out"
  sed 's/},{/},\n {/g' "$work/out"
  printf '\n\n'
}
post /mutate requests/create-service.json
shows '"allowed":true' '"patchType":"JSONPatch"' '"uid":"5b0e1d5e-2c43-4d5c-9d0c-6c7f3f0a9b11"'
decode
shows '"op":"add"' cloud.google.com~1load-balancer-type '"Internal"'
post /mutate requests/create-brokers.json
shows '"allowed":true' '"patchType":"JSONPatch"' '"uid":"f3a0cf9e-93c1-4a54-8c3e-0a4b9d2f7c62"'
decode
shows /spec/template/spec/containers/0/command/2 '.kafka.example.com:9094'
post /validate requests/create-service.json
shows '"allowed":false' internal-load-balancer
kill "$server"
wait "$server" 2>/dev/null || true
server=

printf '\n\ndemo: all six steps showed what they claim\n'

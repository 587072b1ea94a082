#!/bin/sh
# Runs what is in the image as a cluster would: not as root, with no capabilities, on a root that cannot be written,
# as process 1; then once more with the cluster view, which finds the API server as in a pod. Leaves what /metrics says
# then, and what that API server was asked. usage: image.sh ARCHIVE FAKEAPI FOLDER (made anew)
# Needs root for the mounts, and openssl, curl.
set -eu
archive=$(realpath "$1")
fakeapi=$(realpath "$2")
work=$3
rm -rf "$work"
mkdir -p "$work/root" "$work/settings/tls" "$work/account"
work=$(realpath "$work")
root=$work/root
project=$(cd "$(dirname "$0")/../.." && pwd)
outer=
api=
stop() {
  for process in $outer $api; do kill -KILL "$process" 2>/dev/null || true; done
}
trap stop EXIT
fail() {
  printf 'image: %s\n' "$*" >&2
  [ ! -f "$work/log" ] || cat "$work/log" >&2
  exit 1
}

tar -xf "$archive" -C "$work"
layer=$(sed -E 's/.*"Layers":\["([^",]*)"\].*/\1/' "$work/manifest.json")
tar -xpf "$work/$layer" -C "$root"
config=$(cat "$work/$(sed -E 's/.*"Config":"([^"]*)".*/\1/' "$work/manifest.json")")
case $config in *'"User":"65532:65532"'*) ;; *) fail "runs as root: $config" ;; esac
case $config in *'"Entrypoint":["/usr/bin/brokergate"]'*) ;; *) fail "starts something else: $config" ;; esac

others=$(cd "$root" && find . ! -type d ! -path ./usr/bin/brokergate ! -path ./etc/passwd ! -path ./etc/group \
  ! -name 'lib*.so*' ! -name 'ld-linux-*.so.*')
[ -z "$others" ] || fail "more than the program and its libraries: $others"
odd=$(cd "$root" && find . \( -perm /6000 -o -perm /022 -o ! -user 0 \) ! -type l)
[ -z "$odd" ] || fail "files that somebody else may change, or that change who runs them: $odd"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test \
  -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1' -keyout "$work/settings/tls/tls.key" \
  -out "$work/settings/tls/tls.crt" 2>"$work/openssl" || fail "$(cat "$work/openssl")"
cp "$project/deploy/demo/policy.yaml" "$work/settings/policy.yaml"
chgrp -R 65532 "$work/settings"
chmod 440 "$work/settings/tls/tls.key"

# What a container runtime does: mount points, mounts, another user, no way to more rights.
token_folder=var/run/secrets/kubernetes.io/serviceaccount
mkdir -p "$root/proc" "$root/etc/brokergate" "$root/$token_folder"
cat >"$work/enter" <<'INNER'
root=$1 settings=$2 account=$3
shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind "$settings" "$root/etc/brokergate"
mount -o remount,bind,ro "$root/etc/brokergate"
mount --bind "$account" "$root/var/run/secrets/kubernetes.io/serviceaccount"
mount -o remount,bind,ro "$root/var/run/secrets/kubernetes.io/serviceaccount"
mount -o remount,bind,ro "$root"
exec setpriv --no-new-privs chroot --userspec=65532:65532 "$root" /usr/bin/brokergate "$@"
INNER
inside() {
  unshare --mount --propagation private --pid --fork --kill-child sh -eu "$work/enter" "$root" "$work/settings" "$work/account" "$@"
}

version=$(inside version) || fail "version does not run"
printf '%s\n' "$version"
# serve OPTION...: starts it, as $process.
serve() {
  inside serve --listen 127.0.0.1:0 --operations 127.0.0.1:0 --stay 0.5 --policy /etc/brokergate/policy.yaml \
    --cert /etc/brokergate/tls/tls.crt --key /etc/brokergate/tls/tls.key "$@" >"$work/log" 2>&1 &
  outer=$!
}
# await ANSWER: the first line of /readyz is this, with whichever status.
await() {
  for _ in $(seq 100); do
    operations=$(sed -n 's/^operations on //p' "$work/log")
    [ -z "$operations" ] || curl -sS --max-time 2 "$operations/readyz" >"$work/ready" 2>/dev/null || true
    if [ -n "$operations" ] && [ "$(head -n 1 "$work/ready")" = "$1" ]; then
      reviews=$(sed -n 's/^listening on //p' "$work/log")
      # `inside` is a shell of its own, below it unshare, below that process 1 of the container.
      process=$outer
      for _ in 1 2 3; do
        [ "$(cat "/proc/$process/comm")" != brokergate ] || return 0
        process=$(tr -d ' ' <"/proc/$process/task/$process/children")
      done
      fail "process 1 is not found"
    fi
    kill -0 "$outer" 2>/dev/null || fail "serve has ended"
    sleep 0.1
  done
  fail "/readyz does not answer: $1, but: $(cat "$work/ready")"
}
# finish: it ends by itself when it is asked to.
finish() {
  kill -TERM "$process"
  code=0
  wait "$outer" || code=$?
  outer=
  [ "$code" -eq 0 ] || fail "exit code $code after SIGTERM"
}

serve
await ok
status=$(cat "/proc/$process/status")
for line in 'Uid:	65532	65532	65532	65532' 'Gid:	65532	65532	65532	65532' 'CapEff:	0000000000000000' \
  'CapPrm:	0000000000000000' 'NoNewPrivs:	1'; do
  printf '%s\n' "$status" | grep -qxF "$line" || fail "not so: $line"
done
printf '%s\n' "$status" | grep -qE '^NSpid:.*	1$' || fail "is not process 1"
nsenter -t "$process" -m touch "$root/written" 2>"$work/touched" && fail "the root can be written"
grep -q 'Read-only file system' "$work/touched" || fail "$(cat "$work/touched")"

answer=$(curl -fsS --max-time 5 --cacert "$work/settings/tls/tls.crt" -H 'Content-Type: application/json' \
  --data-binary "@$project/deploy/demo/requests/create-service.json" "$reviews/validate")
case $answer in *'"allowed":false'*) ;; *) fail "a public load balancer is not denied: $answer" ;; esac

# Checklist S26: nothing is there for whoever looks around.
for path in /debug /debug/pprof/ / /mutate; do
  code=$(curl -s -o /dev/null -w '%{http_code}' --max-time 5 "$operations$path")
  [ "$code" = 404 ] || fail "$path on the operations port answers $code"
done

finish
printf 'ran as process 1, uid 65532, no capabilities, read-only root; /readyz and /validate answered; SIGTERM\n'

# The cluster view: variables and files as a pod has them, readable for its group alone.
"$fakeapi" "$work/account" >"$work/port" 2>"$work/api" &
api=$!
for _ in $(seq 50); do
  [ ! -s "$work/port" ] || break
  sleep 0.1
done
[ -s "$work/port" ] || fail "the API server does not start: $(cat "$work/api")"
chgrp -R 65532 "$work/account"
chmod 710 "$work/account"
export KUBERNETES_SERVICE_HOST=127.0.0.1
KUBERNETES_SERVICE_PORT=$(cat "$work/port")
export KUBERNETES_SERVICE_PORT
serve --cluster-view
await "not ready: the cluster view is not read yet"
curl -fsS --max-time 2 "$operations/livez" >"$work/live" || fail "is not alive while it waits for the API server"
: >"$work/account/open"
await ok
# What is watched, and what is read singly, comes by and by.
for _ in $(seq 50); do
  [ "$(grep -cE '^(get|watch) ' "$work/account/asked")" -lt 5 ] || break
  sleep 0.1
done
sleep 0.1
curl -fsS --max-time 5 "$operations/metrics" >"$work/metrics"
for resource in nodes statefulsets services configmaps; do
  grep -qxE "brokergate_watch_objects\{resource=\"$resource\"\} [12]" "$work/metrics" || fail "has not read the $resource"
done
finish
cp "$work/account/asked" "$work/asked"
printf 'with the cluster view: live, not ready until all lists are read; asked for %s kinds of things\n' \
  "$(wc -l <"$work/asked")"

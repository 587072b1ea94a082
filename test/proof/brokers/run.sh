#!/bin/sh
# Three real Kafka brokers for each form: run.sh BROKERGATE_BINARY WORK_FOLDER [FORM...]
# Each manifest of manifests/ is started twice, as `mutate --domain` leaves it and
# as it is. The pods' configurations are what their own commands make of them
# (proof_start, which is looked for beside the binary or named by PROOF_START).
# Pod N is 127.0.1.N, its Service's load balancer 127.0.2.N; a client that knows only
# the names outside must reach every broker through the second and must not
# without the mutation. Exit 1 when that is not so, 2 when a tool is missing.
set -u
here=$(cd "$(dirname "$0")" && pwd)
domain=kafka.example.net
version=4.1.0
cluster=4L6g3nShT-eMCtK--X86sw
start_seconds=60
client_seconds=30
failure_seconds=6

say() { printf 'proof: %s\n' "$*" >&2; }
cannot() { say "$*"; exit 2; }

[ $# -ge 2 ] || cannot "usage: run.sh BROKERGATE_BINARY WORK_FOLDER [FORM...]"
brokergate=$1
mkdir -p "$2" || cannot "cannot make $2"
work=$(cd "$2" && pwd)
shift 2
start=${PROOF_START:-$(dirname "$brokergate")/proof_start}
forms=${*:-env export override config-map bitnami-file}
for tool in java javac timeout awk sed bash; do command -v $tool >/dev/null || cannot "$tool is missing"; done
[ -x "$brokergate" ] || cannot "there is no program $brokergate"
[ -x "$start" ] || cannot "there is no program $start"
jars=${PROOF_JARS:-$("$here/../../oracle/jars.sh" $version "$work/jars")} || cannot "Kafka's jars cannot be had"

children=
stop() {
  for child in $children; do kill -9 "$child" 2>/dev/null; done
  for child in $children; do wait "$child" 2>/dev/null; done
  children=
}
trap stop EXIT
trap 'exit 1' INT TERM HUP

rm -rf "$work/classes"
mkdir -p "$work/classes"
javac -nowarn -cp "$jars/*" -d "$work/classes" "$here"/*.java || cannot "the Java programs do not compile"

quick="-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -Dfile.encoding=UTF-8"
# java_with HOSTS MEGABYTES CLASS ARGUMENT...
java_with() {
  hosts=$1 heap=$2
  shift 2
  # shellcheck disable=SC2086 # the options are several words
  exec java $quick "-Xmx${heap}m" "-Djdk.net.hosts.file=$hosts" -cp "$work/classes:$jars/*" "$@"
}

# The pods' names in the cluster, as its DNS would answer inside; and the names outside.
write_hosts() {
  awk -v host="$(hostname)" '
    BEGIN { print "127.0.0.1 localhost " host }
    { n = split($2, part, "."); name = ""
      line = "127.0.1." NR
      for (i = 1; i <= n; i++) { name = name (i > 1 ? "." : "") part[i]; if (i != 4 || n != 4) line = line " " name }
      print line }' "$1/pods" >"$1/inside.hosts"
  awk -v domain="$domain" 'BEGIN { print "127.0.0.1 localhost" } { print "127.0.2." NR " " $1 "." domain }' \
    "$1/pods" >"$1/outside.hosts"
}

# What the pod's own file system and address demand; everything else is the manifest's.
adapt() {
  folder=$1 pod=$2 address=$3
  mkdir -p "$folder/data-$pod"
  sed -E -e "/^listeners=/s,://(0\\.0\\.0\\.0)?:,://$address:,g" -e '/^log\.dirs?=/d' "$folder/$pod.properties" >"$folder/$pod.adapted"
  printf 'log.dirs=%s\n' "$folder/data-$pod" >>"$folder/$pod.adapted"
}

taken() { bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null; }

# wait_for SECONDS PID FILE TEXT: 0 when the text is there, 1 when the process ended or time is up
wait_for() {
  tries=$(($1 * 5))
  while [ $tries -gt 0 ]; do
    grep -q "$4" "$3" 2>/dev/null && return 0
    kill -0 "$2" 2>/dev/null || return 1
    sleep 0.2
    tries=$((tries - 1))
  done
  return 1
}

# start_brokers FOLDER: 0 when all three started; else the reason is in $reason
start_brokers() {
  folder=$1 reason=
  number=0
  while read -r pod _; do
    number=$((number + 1))
    adapt "$folder" "$pod" "127.0.1.$number"
    for port in $(sed -n 's/^listeners=//p' "$folder/$pod.adapted" | tr ',' '\n' | sed 's/.*://'); do
      ! taken "127.0.1.$number" "$port" || cannot "127.0.1.$number:$port is taken on this machine"
    done
    (java_with "$folder/inside.hosts" 256 Node $cluster "$folder/$pod.adapted") >"$folder/$pod.log" 2>&1 &
    children="$children $!"
    printf '%s %s\n' "$pod" $! >>"$folder/processes"
  done <"$folder/pods"
  while read -r pod process; do
    wait_for $start_seconds "$process" "$folder/$pod.log" 'Kafka Server started' && continue
    # Only what Kafka itself says is a result; a machine that is too slow is none.
    words=$(grep -E 'Exception' "$folder/$pod.log" | head -1 | cut -c 1-200)
    [ -n "$words" ] || cannot "$pod has not started after $start_seconds s, see $folder/$pod.log"
    reason="$pod does not start: $words"
    return 1
  done <"$folder/processes"
}

# open_doors FOLDER: what stands for the load balancers; the client's addresses in $bootstrap
open_doors() {
  folder=$1 pairs='' bootstrap=''
  while read -r _ pod port target; do
    number=$(awk -v pod="$pod" '$1 == pod { print NR }' "$folder/pods")
    pairs="$pairs 127.0.2.$number:$port 127.0.1.$number:$target"
    bootstrap="$bootstrap $pod.$domain:$port"
  done <"$folder/doors"
  # shellcheck disable=SC2086 # one word each
  (java_with "$folder/inside.hosts" 32 Doors $pairs) >"$folder/doors.log" 2>&1 &
  children="$children $!"
  wait_for 20 $! "$folder/doors.log" open || cannot "a load balancer cannot be made: $(tail -1 "$folder/doors.log")"
}

# one_start FOLDER SECONDS: the client's lines in FOLDER/client; $reason tells why there are none
one_start() {
  folder=$1 reason=
  : >"$folder/client"
  write_hosts "$folder"
  if start_brokers "$folder" && open_doors "$folder"; then
    # shellcheck disable=SC2086 # one word each
    (java_with "$folder/outside.hosts" 64 Outside "$2" $bootstrap) >"$folder/client.log" 2>&1 &
    client=$!
    children="$children $client"
    wait_for $(($2 + 10)) $client "$folder/client.log" "^never$"
    grep -E '^(broker|failed) ' "$folder/client.log" >"$folder/client"
  fi
  stop
}

# failure_of FOLDER: where the client was sent, or what it says
failure_of() {
  told=$(sed -nE -e 's/.*Connection to node [0-9]+ \((.*)\) could not be established.*/\1/p' \
    -e 's/.*Error connecting to node ([^ ]*) \(id: [0-9].*/\1 (unknown host)/p' "$1/client.log" | sort -u | head -3 | tr '\n' ' ')
  if [ -n "$told" ]; then echo "sent to $told"; else grep '^failed' "$1/client" | tail -1 | cut -d ';' -f 1; fi
}

failures=0
rows=$work/rows
printf 'form | broker | advertised | reached by | produced | consumed | unmutated\n' >"$rows"
for form in $forms; do
  manifest=$here/manifests/$form.yaml
  [ -f "$manifest" ] || cannot "there is no form $form"
  rm -rf "${work:?}/$form"
  mkdir -p "$work/$form/before" "$work/$form/after"
  cp "$manifest" "$work/$form/before/manifest.yaml"
  "$brokergate" mutate --domain $domain "$manifest" >"$work/$form/after/manifest.yaml" 2>"$work/$form/after/told"
  for when in before after; do
    timeout 60 "$start" "$work/$form/$when/manifest.yaml" "$work/$form/$when" 2>"$work/$form/$when/why" ||
      say "$form $when mutate: $(head -1 "$work/$form/$when/why")"
  done

  say "$form: as it is"
  one_start "$work/$form/before" $failure_seconds
  unmutated=$reason
  [ -n "$unmutated" ] || unmutated=$(failure_of "$work/$form/before")
  [ "$(grep -c 'consumed yes' "$work/$form/before/client")" -lt 3 ] || unmutated=
  [ -n "$unmutated" ] || { unmutated="NO FAILURE"; failures=$((failures + 1)); }

  say "$form: after mutate"
  one_start "$work/$form/after" $client_seconds
  [ -z "$reason" ] || say "$form: $reason"
  reached=0
  while read -r pod _; do
    last=$pod
    id=$(sed -n 's/^node.id=//p' "$work/$form/after/$pod.properties")
    wanted=$(awk -v pod="$pod" -v domain="$domain" '$2 == pod { print pod "." domain ":" $3 }' "$work/$form/after/doors")
    line=$(grep "^broker $id " "$work/$form/after/client")
    # shellcheck disable=SC2086 # the line's words
    set -- $line
    printf '%s | %s | %s | %s | %s | %s | %s\n' "$form" "$pod" "${4:-nothing}" "${6:-nobody}" "${8:-no}" "${10:-no}" "$unmutated" >>"$rows"
    if [ "${4:-}" = "$wanted" ] && [ "${8:-no}" = yes ] && [ "${10:-no}" = yes ]; then reached=$((reached + 1)); fi
    unmutated="as above"
  done <"$work/$form/after/pods"
  if [ $reached -ne 3 ]; then
    failures=$((failures + 1))
    say "$form: $reached of 3 brokers reached: $(tail -1 "$work/$form/after/client")"
    sed -n 1,3p "$work/$form/after/told" >&2
  fi
  diff "$work/$form/after/$last.properties" "$work/$form/after/$last.adapted" | sed -n "s/^[<>]/  adapted for $last &/p" >&2
done
column -t -s '|' "$rows" 2>/dev/null || cat "$rows"
[ $failures -eq 0 ] || { say "$failures forms do not show what they must"; exit 1; }
say "all forms: three brokers reached by their names outside, and not without the mutation"

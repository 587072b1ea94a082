#include "test/proof/stand_ins.h"

#include <fstream>
#include <vector>

#include "test/proof/shell.h"

namespace proof {
namespace {

namespace fs = std::filesystem;

// arrive NAME FILE ARGUMENT...: items ended by NUL. Once is enough, whatever the
// command does next, so its whole group ends.
constexpr const char* kRecord = R"sh(
arrive() {
  printf 'stand-in:%s\0' "$1" >&3
  if [ -f "$2" ]; then printf 'file:' >&3; cat "$2" >&3; printf '\0' >&3; fi
  shift 2
  for word in "$@"; do printf 'argument:%s\0' "$word" >&3; done
  env -0 | /bin/sed -z 's/^/environment:/' >&3
  kill -9 0
}
refuse() { printf 'refusal:%s\0' "$1" >&3; }
)sh";

constexpr const char* kServerStart = R"sh(
while [ "$1" = -daemon ] || [ "$1" = -loggc ]; do shift; done
[ -f "$1" ] || printf 'missing:%s\0' "$(realpath -ms "$1")" >&3
arrive server-start "$1" "$@"
)sh";

constexpr const char* kApache = R"sh(arrive apache "$PROOF_ROOT/mnt/shared/config/server.properties" "$@"
)sh";

// The setup is done only for a command that runs Kafka. Up to the refactoring of 2023 the listeners may come from files
// and what lies in the image's own folder is written into; since then it is left alone and counts first.
constexpr const char* kBitnami = R"sh(
case "$*" in
  */run.sh*) ;;
  *) exec "$@" ;;
esac
file="${KAFKA_MOUNTED_CONF_DIR:-$PROOF_ROOT/bitnami/kafka/config}/server.properties"
if [ -n "$PROOF_OLD_BITNAMI" ]; then
  for name in KAFKA_CFG_ADVERTISED_LISTENERS KAFKA_CFG_LISTENERS KAFKA_CFG_ZOOKEEPER_CONNECT; do
    from="${name}_FILE"
    if [ -r "${!from}" ]; then export "$name=$(cat "${!from}")"; unset "$from"; fi
  done
  own="$PROOF_ROOT/opt/bitnami/kafka/config/server.properties"
  [ -f "$file" ] || file="$PROOF_ROOT/opt/bitnami/kafka/conf/server.properties"
  if [ -f "$own" ] && [ ! -w "$own" ]; then
    printf 'refusal:%s\0' "libkafka.sh: $own: Read-only file system" >&3
  fi
elif [ -f "$PROOF_ROOT/opt/bitnami/kafka/config/server.properties" ]; then
  file="$PROOF_ROOT/opt/bitnami/kafka/config/server.properties"
fi
if [ -f "$file" ]; then printf 'file:' >&3; cat "$file" >&3; printf '\0' >&3; fi
env -0 | /bin/sed -z 's/^/environment:/' >&3
printf 'prepared:\0' >&3
exec "$@"
)sh";
constexpr const char* kBitnamiRun =
    R"sh(arrive bitnami-run "$PROOF_ROOT/opt/bitnami/kafka/config/server.properties" "$@"
)sh";

// The image's script evaluates whole assignments, so a value is shell text there.
constexpr const char* kWurstmeister = R"sh(
fill() {
  for name in $(compgen -e KAFKA_); do
    case ${!name} in
      *"_{$1}"*) eval "export $name=${!name//_\{$1\}/$2}" || refuse "$name cannot be evaluated" ;;
    esac
  done
}
output_of() { eval "$1" || refuse "a command of the image fails: $1"; }
[ -z "$CUSTOM_INIT_SCRIPT" ] || refuse "CUSTOM_INIT_SCRIPT is not run here"
if [ -n "$KAFKA_LISTENERS_COMMAND" ] && [ "$PROOF_FAMILY" = medinvention ]; then
  KAFKA_LISTENERS=$(output_of "$KAFKA_LISTENERS_COMMAND")
  export KAFKA_LISTENERS
  unset KAFKA_LISTENERS_COMMAND
fi
if [ -z "$KAFKA_BROKER_ID" ] && [ -n "$BROKER_ID_COMMAND" ]; then
  KAFKA_BROKER_ID=$(output_of "$BROKER_ID_COMMAND")
  export KAFKA_BROKER_ID
fi
if [ -n "$HOSTNAME_COMMAND" ]; then
  HOSTNAME_VALUE=$(output_of "$HOSTNAME_COMMAND")
  export HOSTNAME_VALUE
  fill HOSTNAME_COMMAND "$HOSTNAME_VALUE"
fi
if [ -n "$PORT_COMMAND" ]; then fill PORT_COMMAND "$(output_of "$PORT_COMMAND")"; fi
arrive wurstmeister "" "$@"
)sh";

constexpr const char* kEngapa = R"sh(
if [ "${KAFKA_REPLICAS:-1}" -gt 1 ]; then
  [[ $(hostname -s) =~ -([0-9]+)$ ]] || refuse "Failed to extract ordinal from hostname"
  unset SERVER_broker_id
  export SERVER_BROKER_ID=$((BASH_REMATCH[1] + 1))
fi
arrive engapa "$PROOF_ROOT/opt/kafka/config/server.properties" "$@"
)sh";

// What init containers of bitnami's charts use of the image's library.
constexpr const char* kBitnamiLibrary = R"sh(
info() { :; }
warn() { :; }
debug() { :; }
error() { :; }
is_empty_value() { [[ -z "$1" ]]; }
is_boolean_yes() { [[ "${1,,}" =~ ^(1|true|yes)$ ]]; }
replace_in_file() {
  local text mark=$'\001'
  text=$(sed -E "s${mark}$2${mark}$3${mark}g" "$1") && printf '%s\n' "$text" >"$1"
}
remove_in_file() {
  local text
  text=$(sed -E "/$2/d" "$1") && printf '%s\n' "$text" >"$1"
}
kafka_common_conf_set() {
  if grep -q "^[#\\s]*$2\s*=.*" "$1"; then
    replace_in_file "$1" "^[#\\s]*$2\s*=.*" "$2=$3"
  else
    printf '\n%s=%s' "$2" "$3" >>"$1"
  fi
}
kafka_server_conf_set() { kafka_common_conf_set "$KAFKA_CONF_FILE" "$1" "$2"; }
)sh";

// A file that is mounted cannot be replaced, also where its folder can be written.
constexpr const char* kSed = R"sh(
for word in "$@"; do
  case $word in
    -i* | -[!-]*i* | --in-place*) in_place=1 ;;
    *) if [ -n "$in_place" ] && grep -qxF -- "$word" "$PROOF_STATE/mounted-files"; then
         echo "sed: cannot rename: Device or resource busy" >&2
         exit 4
       fi ;;
  esac
done
exec /bin/sed "$@"
)sh";
constexpr const char* kChmod = R"sh(
for word in "$@"; do
  if grep -qxF -- "$word" "$PROOF_STATE/mounted-files" || { [ -e "$word" ] && [ ! -w "$word" ]; }; then
    echo "chmod: Read-only file system" >&2
    exit 1
  fi
done
exec /bin/chmod "$@"
)sh";
// What is copied from a mount that cannot be written to can be.
constexpr const char* kCp = R"sh(
/bin/cp "$@" || exit
/bin/chmod -R u+w -- "${@: -1}" 2>/dev/null
exit 0
)sh";
constexpr const char* kHostname = R"sh(
case $1 in
  -f | --fqdn | --long) printf '%s\n' "$PROOF_FULL_NAME" ;;
  -d | --domain) printf '%s\n' "${PROOF_FULL_NAME#*.}" ;;
  -i | -I | --ip-address | --all-ip-addresses) printf '%s\n' "$PROOF_POD_ADDRESS" ;;
  *) printf '%s\n' "${PROOF_FULL_NAME%%.*}" ;;
esac
)sh";
constexpr const char* kStorage = R"sh(
if [ "$1" = random-uuid ]; then echo proof-of-a-cluster-id0; fi
exit 0
)sh";
constexpr const char* kEnvsubst = R"sh(exec perl -e '
my %only = map { $_ => 1 } ($ARGV[0] // "") =~ /\$\{?(\w+)\}?/g;
while (<STDIN>) {
  s/\$(?:\{(\w+)\}|(\w+))/my $n = $1 \/\/ $2; (!@ARGV || $only{$n}) ? $ENV{$n} \/\/ "" : $&/ge;
  print;
}' -- "$@"
)sh";

// Stand-ins by the names they have in a PATH, and where else they are.
struct StandIn {
  const char* name;
  const char* text;
  std::vector<const char*> places;
};

const std::vector<StandIn>& stand_ins() {
  static const std::vector<StandIn> all = {
      {"confluent-run", "arrive confluent '' \"$@\"\n", {"/etc/confluent/docker/run"}},
      {"apache-run", kApache, {"/etc/kafka/docker/run"}},
      {"cacert-entrypoint", "exec \"$@\"\n", {"/__cacert_entrypoint.sh"}},
      {"bitnami-entrypoint", kBitnami, {"/opt/bitnami/scripts/kafka/entrypoint.sh", "/entrypoint.sh"}},
      {"bitnami-run", kBitnamiRun, {"/opt/bitnami/scripts/kafka/run.sh", "/run.sh"}},
      {"start-kafka.sh", kWurstmeister, {"/usr/bin/start-kafka.sh", "/usr/local/bin/start-kafka.sh"}},
      {"kafka_server.sh", kEngapa, {"/opt/kafka/bin/kafka_server.sh"}},
      {"kafka-server-start.sh",
       kServerStart,
       {"/opt/kafka/bin/kafka-server-start.sh", "/usr/bin/kafka-server-start.sh",
        "/usr/local/bin/kafka-server-start.sh", "/opt/bitnami/kafka/bin/kafka-server-start.sh"}},
      {"kafka-server-start", kServerStart, {"/usr/bin/kafka-server-start"}},
      {"kafka-storage.sh", kStorage, {"/opt/kafka/bin/kafka-storage.sh", "/opt/bitnami/kafka/bin/kafka-storage.sh"}},
      {"kafka-storage", kStorage, {"/usr/bin/kafka-storage"}},
  };
  return all;
}

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

void make_tools(const Place& place) {
  auto script = [&](const std::string& name, const std::string& text) {
    write(place.tools / name, "#!/bin/bash\nPROOF_ROOT=" + shell_quoted(place.root.string()) + "\nPROOF_STATE=" +
                                  shell_quoted(place.state.string()) + "\n. \"$PROOF_STATE/pod\"\n" + text);
    fs::permissions(place.tools / name, fs::perms(0755));
  };
  for (const StandIn& one : stand_ins()) script(one.name, std::string(kRecord) + one.text);
  // What needs the host is not done; what only waits does not wait.
  for (const char* name : {"sleep", "chown", "rm", "nc"}) script(name, "exit 0\n");
  for (const char* name : {"kubectl", "curl", "wget", "dig", "nslookup", "host", "ping", "getent", "aws", "gcloud",
                           "docker", "mount", "reboot"}) {
    script(name, ": >\"$PROOF_STATE/outside\"\nexit 1\n");
  }
  for (const char* name : {"gosu", "su-exec"}) script(name, "shift\nexec \"$@\"\n");
  script("hostname", kHostname);
  script("sed", kSed);
  script("chmod", kChmod);
  script("cp", kCp);
  script("envsubst", kEnvsubst);
  write(place.tools / "libkafka.sh", kBitnamiLibrary);
}

void furnish(const Place& place, const Pod& pod, const ImageStart& image) {
  for (const char* folder : {"work", "tmp", "var/tmp", "run", "home", "etc/kafka", "opt/kafka/config", "opt/kafka/logs",
                             "opt/bitnami/kafka/config", "bitnami/kafka", "var/lib/kafka"}) {
    fs::create_directories(place.root / folder);
  }
  fs::create_directories(place.root.string() + image.folder);
  for (const auto& [path, text] : image.files) write(place.root.string() + path, text);
  write(place.root / "etc/hostname", pod.name + "\n");
  for (const StandIn& one : stand_ins()) {
    for (const char* path : one.places) {
      fs::path file = place.root.string() + path;
      fs::create_directories(file.parent_path());
      fs::create_symlink(place.tools / one.name, file);
    }
  }
  for (const char* library : {"libkafka.sh", "libos.sh", "liblog.sh", "libfile.sh", "libvalidations.sh"}) {
    fs::create_symlink(place.tools / "libkafka.sh", place.root / "opt/bitnami/scripts" / library);
  }
  fs::remove(place.state / "outside");
  std::string full = pod.name + "." + text_of(pod.set["spec"]["serviceName"]) + "." + pod.ns + ".svc." + kClusterDomain;
  bool old_bitnami = image.family == "bitnami" && !image.refactored;
  write(place.state / "pod", "PROOF_FULL_NAME=" + shell_quoted(full) + "\nPROOF_POD_ADDRESS=" + kPodIp +
                                 "\nPROOF_FAMILY=" + image.family + "\nPROOF_OLD_BITNAMI=" + (old_bitnami ? "1" : "") +
                                 "\n");
}

}  // namespace proof

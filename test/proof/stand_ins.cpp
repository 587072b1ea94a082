#include "test/proof/stand_ins.h"

#include <fstream>

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

// Up to 3.4 the listeners may come from files; what is mounted over the image's own folder is seen since 3.5.
constexpr const char* kBitnamiOld = R"sh(
for name in KAFKA_CFG_ADVERTISED_LISTENERS KAFKA_CFG_LISTENERS KAFKA_CFG_ZOOKEEPER_CONNECT; do
  from="${name}_FILE"
  if [ -r "${!from}" ]; then export "$name=$(cat "${!from}")"; unset "$from"; fi
done
arrive bitnami "${KAFKA_MOUNTED_CONF_DIR:-$PROOF_ROOT/bitnami/kafka/config}/server.properties" "$@"
)sh";
constexpr const char* kBitnami = R"sh(
file="${KAFKA_MOUNTED_CONF_DIR:-$PROOF_ROOT/bitnami/kafka/config}/server.properties"
[ -f "$file" ] || file="$PROOF_ROOT/opt/bitnami/kafka/config/server.properties"
arrive bitnami "$file" "$@"
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
    *) if [ -n "$in_place" ] && grep -qxF -- "$word" "$PROOF_TOOLS/.mounted-files"; then
         echo "sed: cannot rename: Device or resource busy" >&2
         exit 4
       fi ;;
  esac
done
exec /bin/sed "$@"
)sh";
constexpr const char* kChmod = R"sh(
for word in "$@"; do
  if grep -qxF -- "$word" "$PROOF_TOOLS/.mounted-files" || { [ -e "$word" ] && [ ! -w "$word" ]; }; then
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

class Furnisher {
 public:
  Furnisher(fs::path root, fs::path tools) : root_(std::move(root)), tools_(std::move(tools)) {}

  // An absolute path is one below the container's root, a name one of its PATH.
  void script(const std::string& path, const std::string& text) {
    fs::path file = path[0] == '/' ? fs::path(root_.string() + path) : tools_ / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << "#!/bin/bash\nPROOF_ROOT=" << shell_quoted(root_.string())
                        << "\nPROOF_TOOLS=" << shell_quoted(tools_.string()) << "\n"
                        << variables_ << text;
    fs::permissions(file, fs::perms(0755));
  }
  void stand_in(const std::string& path, const std::string& text) { script(path, kRecord + text); }
  void define(const std::string& name, const std::string& value) {
    variables_ += name + "=" + shell_quoted(value) + "\n";
  }

 private:
  fs::path root_, tools_;
  std::string variables_;
};

void write(const fs::path& file, const std::string& text) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace

void furnish(const fs::path& root, const fs::path& tools, const Pod& pod, const ImageStart& image) {
  for (const char* folder : {"work", "tmp", "var/tmp", "run", "home/appuser", "etc/kafka", "opt/kafka/config",
                             "opt/kafka/logs", "opt/bitnami/kafka/config", "bitnami/kafka", "var/lib/kafka"}) {
    fs::create_directories(root / folder);
  }
  fs::create_directories(root.string() + image.folder);
  for (const auto& [path, text] : image.files) write(root.string() + path, text);
  write(root / "etc/hostname", pod.name + "\n");
  write(root / "opt/bitnami/scripts/libkafka.sh", kBitnamiLibrary);
  for (const char* library : {"libos.sh", "liblog.sh", "libfile.sh", "libvalidations.sh", "kafka-env.sh"}) {
    write(root / "opt/bitnami/scripts" / library, kBitnamiLibrary);
  }

  Furnisher out(root, tools);
  std::string service = text_of(pod.set["spec"]["serviceName"]);
  out.define("PROOF_FULL_NAME", pod.name + "." + service + "." + pod.ns + ".svc.cluster.local");
  out.define("PROOF_POD_ADDRESS", kPodIp);
  out.define("PROOF_FAMILY", image.family);
  out.stand_in("/etc/confluent/docker/run", "arrive confluent '' \"$@\"\n");
  for (const char* path : {"/etc/kafka/docker/run", "/__cacert_entrypoint.sh"}) out.stand_in(path, kApache);
  for (const char* path : {"/opt/bitnami/scripts/kafka/entrypoint.sh", "/entrypoint.sh"}) {
    out.stand_in(path, image.family == "bitnami" && image.before(3, 5) ? kBitnamiOld : kBitnami);
  }
  for (const char* path : {"/opt/bitnami/scripts/kafka/run.sh", "/run.sh"}) out.stand_in(path, kBitnamiRun);
  for (const char* path : {"start-kafka.sh", "/usr/bin/start-kafka.sh", "/usr/local/bin/start-kafka.sh"}) {
    out.stand_in(path, kWurstmeister);
  }
  for (const char* path : {"kafka_server.sh", "/opt/kafka/bin/kafka_server.sh"}) out.stand_in(path, kEngapa);
  for (const char* folder : {"", "/opt/kafka/bin/", "/usr/bin/", "/usr/local/bin/", "/opt/bitnami/kafka/bin/"}) {
    for (const char* suffix : {"", ".sh"}) {
      out.stand_in(std::string(folder) + "kafka-server-start" + suffix, kServerStart);
      out.script(std::string(folder) + "kafka-storage" + suffix, kStorage);
    }
  }

  // What needs the host is not done; what only waits does not wait.
  for (const char* name : {"sleep", "chown", "rm", "nc"}) out.script(name, "exit 0\n");
  for (const char* name : {"kubectl", "curl", "wget", "dig", "nslookup", "host", "ping", "getent", "aws", "gcloud",
                           "docker", "mount", "reboot"}) {
    out.script(name, ": >\"$PROOF_TOOLS/.outside\"\nexit 1\n");
  }
  for (const char* name : {"gosu", "su-exec"}) out.script(name, "shift\nexec \"$@\"\n");
  out.script("hostname", kHostname);
  out.script("sed", kSed);
  out.script("chmod", kChmod);
  out.script("cp", kCp);
  out.script("envsubst", kEnvsubst);
}

}  // namespace proof

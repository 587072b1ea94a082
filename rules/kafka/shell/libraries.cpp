#include "rules/kafka/shell/libraries.h"

#include <algorithm>
#include <array>

namespace brokergate::shell {
namespace {

// Written anew from what bitnami's functions do (bitnami/containers, bitnami/kafka,
// scripts/{libkafka,libfile,liblog,libvalidations}.sh). The sign between the parts of
// `s` is one that no value holds.
constexpr std::string_view kBitnami = R"sh(
info() { :; }
warn() { :; }
error() { :; }
debug() { :; }
stderr_print() { :; }
is_boolean_yes() {
  case "$1" in
    1 | [yY][eE][sS] | [tT][rR][uU][eE]) return 0 ;;
  esac
  return 1
}
is_empty_value() { [ -z "$1" ]; }
replace_in_file() { sed -i -E "s$(printf '\003')$2$(printf '\003')$3$(printf '\003')g" "$1"; }
remove_in_file() { sed -i -E "/$2/d" "$1"; }
kafka_common_conf_set() {
  sed -i "/^[# ]*$2 *=/d" "$1"
  printf '\n%s=%s\n' "$2" "$3" >> "$1"
}
kafka_server_conf_set() { kafka_common_conf_set "$KAFKA_CONF_FILE" "$1" "$2"; }
)sh";

struct Row {
  std::string_view path, text;
};
constexpr std::array kLibraries = {
    Row{"/opt/bitnami/scripts/libkafka.sh", kBitnami},
    Row{"/opt/bitnami/scripts/liblog.sh", kBitnami},
    Row{"/opt/bitnami/scripts/libfile.sh", kBitnami},
    Row{"/opt/bitnami/scripts/libvalidations.sh", kBitnami},
};

}  // namespace

std::string_view library_text(std::string_view path) {
  const auto* const found =
      std::find_if(kLibraries.begin(), kLibraries.end(), [&](const Row& row) { return row.path == path; });
  return found == kLibraries.end() ? std::string_view() : found->text;
}

}  // namespace brokergate::shell

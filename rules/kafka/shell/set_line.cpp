#include "rules/kafka/shell/set_line.h"

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/state.h"

namespace brokergate::shell {

std::string_view key_of(std::string_view line) {
  const std::string_view key = line.substr(0, line.find('=') + 1);
  return has_opaque(key) ? std::string_view{} : key;
}

std::string may_not_set(const std::string& reason) {
  return unknown_atom(reason.starts_with(kMayNotSet) ? reason : std::string(kMayNotSet) + reason);
}

}  // namespace brokergate::shell

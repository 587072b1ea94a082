#include "rules/registry.h"

#include <algorithm>
#include <array>

namespace brokergate {
namespace {

const auto& table() {
#define BROKERGATE_LIST(name) checks::name,
  static const std::array kRules = {BROKERGATE_RULES(BROKERGATE_LIST)};
#undef BROKERGATE_LIST
  return kRules;
}

}  // namespace

std::span<const Rule> all_rules() { return table(); }

const Rule* find_rule(std::string_view id) {
  const auto& rules = table();
  const auto found = std::lower_bound(rules.begin(), rules.end(), id,
                                      [](const Rule& rule, std::string_view wanted) { return rule.info.id < wanted; });
  return found != rules.end() && found->info.id == id ? &*found : nullptr;
}

std::vector<std::string_view> rule_ids() {
  std::vector<std::string_view> ids;
  for (const Rule& rule : table()) ids.push_back(rule.info.id);
  return ids;
}

}  // namespace brokergate

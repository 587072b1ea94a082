#include "rules/kafka/node_marks.h"

#include <algorithm>

#include "rules/policy/preemptible.h"
#include "rules/policy/wildcard.h"

namespace brokergate {
namespace {

std::string label_text(std::string_view key, std::string_view value) {
  return std::string(key) + "=" + std::string(value);
}

MarkText carries(const std::string& label) { return {"carries " + label, "carry " + label}; }

MarkText is_of(std::string_view pool, std::string_view why) {
  const std::string rest = " of pool " + std::string(pool) + ", which the policy " + std::string(why);
  return {"is" + rest, "are" + rest};
}

bool same_taint(const TaintRule& rule, const NodeFacts::Taint& taint) {
  return rule.key == taint.key && (rule.value.empty() || rule.value == taint.value) &&
         (rule.effect.empty() || rule.effect == taint.effect);
}

}  // namespace

bool pool_label(std::string_view key) {
  const auto keys = pool_label_keys();
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

bool NodeMarker::listed(std::string_view pool) {
  const auto known = listed_.find(pool);
  if (known != listed_.end()) return known->second;
  const auto& patterns = policy_.preemptible_pools;
  const bool found = std::any_of(patterns.begin(), patterns.end(),
                                 [&](const std::string& pattern) { return matches_wildcard(pattern, pool); });
  return listed_.emplace(std::string(pool), found).first->second;
}

bool NodeMarker::declared(std::string_view key, std::string_view pool) const {
  return std::any_of(policy_.node_pools.begin(), policy_.node_pools.end(), [&](const NodePool& known) {
    const auto own =
        std::find_if(known.labels.begin(), known.labels.end(), [&](const auto& l) { return l.first == key; });
    return known.preemptible && (own == known.labels.end() ? known.name : own->second) == pool;
  });
}

MarkText NodeMarker::mark(const NodeFacts& node) {
  for (const auto& known : policy_.preemptible_labels) {
    const auto same = [&](const auto& label) { return label.first == known.first && label.second == known.second; };
    if (std::any_of(node.labels.begin(), node.labels.end(), same)) {
      return carries(label_text(known.first, known.second));
    }
  }
  for (const NodeFacts::Taint& taint : node.taints) {
    const auto& rules = policy_.preemptible_taints;
    if (std::any_of(rules.begin(), rules.end(), [&](const TaintRule& rule) { return same_taint(rule, taint); })) {
      return carries("the taint " + label_text(taint.key, taint.value) + ":" + std::string(taint.effect));
    }
  }
  for (const auto& [key, pool] : node.labels) {
    if (!pool_label(key)) continue;
    if (listed(pool)) return is_of(pool, "lists as preemptible");
    if (declared(key, pool)) return is_of(pool, "says is preemptible");
  }
  if (node.declared_preemptible) return {"is preemptible by the policy", "are preemptible by the policy"};
  return {};
}

}  // namespace brokergate

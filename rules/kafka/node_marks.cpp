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

MarkText is_of(std::string_view pool, std::string_view why, bool by_labels = false) {
  const std::string of = " of pool " + std::string(pool), rest = ", which the policy " + std::string(why);
  if (by_labels) return {"is" + of + " by its labels" + rest, "are" + of + " by their labels" + rest};
  return {"is" + of + rest, "are" + of + rest};
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

std::vector<DeclaredPool> NodeMarker::pools_of(const NodeFacts& node) const {
  std::vector<DeclaredPool> out;
  if (policy_.node_pools.empty()) return out;
  for (const auto& [key, value] : node.labels) {
    if (!pool_label(key)) continue;
    for (const NodePool& pool : policy_.node_pools) {
      const auto own =
          std::find_if(pool.labels.begin(), pool.labels.end(), [&](const auto& l) { return l.first == key; });
      if ((own == pool.labels.end() ? pool.name : own->second) == value) out.push_back({&pool, false});
    }
  }
  // Pools share labels, and a node has one pool: what the provider says of it, where the policy knows that pool, is
  // the better word.
  if (!out.empty()) return out;
  for (const NodePool& pool : policy_.node_pools) {
    const auto carried = [&](const auto& label) {
      return std::any_of(node.labels.begin(), node.labels.end(),
                         [&](const auto& own) { return own.first == label.first && own.second == label.second; });
    };
    if (!pool.labels.empty() && std::all_of(pool.labels.begin(), pool.labels.end(), carried)) {
      out.push_back({&pool, true});
    }
  }
  return out;
}

MarkText NodeMarker::mark(const NodeFacts& node, const std::vector<DeclaredPool>& pools) {
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
    if (pool_label(key) && listed(pool)) return is_of(pool, "lists as preemptible");
  }
  for (const auto& [pool, by_labels] : pools) {
    if (listed(pool->name)) return is_of(pool->name, "lists as preemptible", by_labels);
    if (pool->preemptible) return is_of(pool->name, "says is preemptible", by_labels);
  }
  if (node.declared_preemptible) return {"is preemptible by the policy", "are preemptible by the policy"};
  return {};
}

}  // namespace brokergate

#include "rules/kafka/node_marks.h"

#include <algorithm>

#include "rules/kafka/keep_off.h"
#include "rules/policy/preemptible.h"
#include "rules/policy/wildcard.h"

namespace brokergate {
namespace {

std::string label_text(std::string_view key, std::string_view value) {
  return std::string(key) + "=" + std::string(value);
}

MarkText carries(const std::string& label) { return {"carries " + label, "carry " + label, {}, {}}; }

MarkText is_of(std::string_view pool, std::string_view why, bool by_labels = false) {
  const std::string of = " of pool " + std::string(pool), rest = ", which the policy " + std::string(why);
  if (by_labels) return {"is" + of + " by its labels" + rest, "are" + of + " by their labels" + rest, {}, {}};
  return {"is" + of + rest, "are" + of + rest, {}, {}};
}

NodeIndex::Impl::Away away_from(std::string_view key, std::string_view value) {
  return {std::string(key), std::string(value), not_in(key, {value})};
}

// A taint keeps off who does not tolerate it, unless it only asks.
std::string no_toleration(const std::string& taint, std::string_view effect) {
  if (effect != "PreferNoSchedule") return "no toleration of " + taint;
  return "required node affinity that leaves out nodes with " + taint + ", by a label of theirs";
}

bool same_taint(const TaintRule& rule, const NodeFacts::Taint& taint) {
  return rule.key == taint.key && (rule.value.empty() || rule.value == taint.value) &&
         (rule.effect.empty() || rule.effect == taint.effect);
}

}  // namespace

LabelMarks marks_of(std::string_view key, const Policy& policy) {
  LabelMarks marks;
  for (const auto& [label, value] : policy.preemptible_labels) {
    if (label == key) marks.values.push_back(value);
  }
  for (const PreemptibleLabel& label : builtin_preemptible_labels()) {
    if (label.key == key) marks.marker = marks.marker || label.marker;
  }
  // A label of the policy's own with the value true is a marker as well.
  marks.marker = marks.marker || (marks.values.size() == 1 && marks.values.front() == "true");
  return marks;
}

std::string off(std::string_view key, const LabelMarks& marks) {
  return marks.marker ? std::string(key) + " DoesNotExist" : not_in(key, marks.values);
}

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
      const auto own = std::find_if(pool.labels.begin(), pool.labels.end(),
                                    [&wanted = key](const auto& label) { return label.first == wanted; });
      if ((own == pool.labels.end() ? pool.name : own->second) == value) out.push_back({&pool, key, value});
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
      out.push_back({&pool, {}, {}});
    }
  }
  return out;
}

MarkText NodeMarker::mark(const NodeFacts& node, const std::vector<DeclaredPool>& pools) {
  if (node.pool.empty() && pool_key_.empty()) {
    const auto first =
        std::find_if(node.labels.begin(), node.labels.end(), [](const auto& l) { return pool_label(l.first); });
    if (first != node.labels.end()) pool_key_ = first->first;
  }
  for (const auto& known : policy_.preemptible_labels) {
    const auto same = [&](const auto& label) { return label.first == known.first && label.second == known.second; };
    if (std::any_of(node.labels.begin(), node.labels.end(), same)) {
      MarkText text = carries(label_text(known.first, known.second));
      text.aways.push_back({known.first, known.second, off(known.first, marks_of(known.first, policy_))});
      return text;
    }
  }
  for (const NodeFacts::Taint& taint : node.taints) {
    const auto& rules = policy_.preemptible_taints;
    if (std::any_of(rules.begin(), rules.end(), [&](const TaintRule& rule) { return same_taint(rule, taint); })) {
      const std::string name = "the taint " + label_text(taint.key, taint.value) + ":" + std::string(taint.effect);
      MarkText text = carries(name);
      text.other = no_toleration(name, taint.effect);
      return text;
    }
  }
  for (const auto& [key, pool] : node.labels) {
    if (!pool_label(key) || !listed(pool)) continue;
    return with_ways(is_of(pool, "lists as preemptible"), node, {nullptr, key, pool});
  }
  for (const DeclaredPool& of : pools) {
    const bool in_list = listed(of.pool->name);
    if (!in_list && !of.pool->preemptible) continue;
    return with_ways(is_of(of.pool->name, in_list ? "lists as preemptible" : "says is preemptible", of.key.empty()),
                     node, of);
  }
  if (!node.declared_preemptible) return {};
  return with_ways({"is preemptible by the policy", "are preemptible by the policy", {}, {}}, node, {});
}

// Which of its labels keep a pod off the node.
MarkText NodeMarker::with_ways(MarkText text, const NodeFacts& node, const DeclaredPool& of) const {
  const auto add = [&](const auto& label) { text.aways.push_back(away_from(label.first, label.second)); };
  if (node.pool.empty()) {
    if (!of.key.empty()) {
      text.aways.push_back(away_from(of.key, of.value));
    } else if (of.pool) {
      std::for_each(of.pool->labels.begin(), of.pool->labels.end(), add);
    }
    return text;
  }
  // Of a pool to come: what the policy says of it, then its name as the provider of the other nodes would write it.
  const auto declared = std::find_if(policy_.node_pools.begin(), policy_.node_pools.end(),
                                     [&](const NodePool& pool) { return pool.name == node.pool; });
  if (declared != policy_.node_pools.end()) std::for_each(declared->labels.begin(), declared->labels.end(), add);
  const auto named = std::find_if(node.labels.begin(), node.labels.end(),
                                  [&](const auto& label) { return !pool_key_.empty() && label.first == pool_key_; });
  if (named != node.labels.end()) add(*named);
  if (text.aways.empty()) {
    text.other =
        "required node affinity that leaves out pool " + std::string(node.pool) + " by the label that names it";
  }
  return text;
}

}  // namespace brokergate

#include "unit/engine/small_cluster.h"

#include <cctype>
#include <stdexcept>

namespace brokergate::test {
namespace {

std::optional<int64_t> integer(const std::string& text) {
  try {
    size_t used = 0;
    const long long value = std::stoll(text, &used);
    return used == text.size() && text[0] != ' ' ? std::optional<int64_t>(value) : std::nullopt;
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

bool valid_value(const std::string& value) {
  for (const char c : value) {
    if (!isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.') return false;
  }
  return value.empty() ||
         (isalnum(static_cast<unsigned char>(value.front())) && isalnum(static_cast<unsigned char>(value.back())));
}

bool listed(const std::vector<std::string>& values, const std::string& value) {
  for (const std::string& one : values) {
    if (one == value) return true;
  }
  return false;
}

bool well_formed(const Requirement& r) {
  for (const std::string& value : r.values) {
    if (!valid_value(value)) return false;
  }
  if (r.op == "In" || r.op == "NotIn") return !r.values.empty();
  if (r.op == "Exists" || r.op == "DoesNotExist") return r.values.empty();
  if (r.op == "Gt" || r.op == "Lt") return r.values.size() == 1 && integer(r.values[0]).has_value();
  return false;
}

bool matches(const Requirement& r, const OneNode& node) {
  const auto found = node.labels.find(r.key);
  const bool has = found != node.labels.end();
  // The nodes of a pool to come will have a zone and a host name, and nobody knows which.
  if (node.of_pool && !has && (r.key == kZone || r.key == "kubernetes.io/hostname")) return r.op != "DoesNotExist";
  if (r.op == "In") return has && listed(r.values, found->second);
  if (r.op == "NotIn") return !has || !listed(r.values, found->second);
  if (r.op == "Exists") return has;
  if (r.op == "DoesNotExist") return !has;
  const auto number = has ? integer(found->second) : std::nullopt;
  if (!number) return false;
  return r.op == "Gt" ? *number > *integer(r.values[0]) : *number < *integer(r.values[0]);
}

bool matches_field(const Requirement& r, const OneNode& node) {
  const std::string value = r.key == "metadata.name" ? (node.of_pool ? "?" : node.name) : "";
  return (r.op == "In") == (value == r.values[0]);
}

bool matches(const Term& term, const OneNode& node) {
  if (term.expressions.empty() && term.fields.empty()) return false;
  for (const Requirement& r : term.expressions) {
    if (!well_formed(r)) return false;
  }
  for (const Requirement& r : term.fields) {
    if ((r.op != "In" && r.op != "NotIn") || r.values.size() != 1) return false;
  }
  for (const Requirement& r : term.expressions) {
    if (!matches(r, node)) return false;
  }
  for (const Requirement& r : term.fields) {
    if (!matches_field(r, node)) return false;
  }
  return true;
}

bool tolerates(const Toleration& t, const OneTaint& taint) {
  if (!t.effect.empty() && t.effect != taint.effect) return false;
  if (!t.key.empty() && t.key != taint.key) return false;
  if (t.op.empty() || t.op == "Equal") return t.value == taint.value;
  if (t.op == "Exists") return true;
  if (t.op != "Lt" && t.op != "Gt") return false;
  const auto a = integer(taint.value), b = integer(t.value);
  if (!a || !b) return false;
  return t.op == "Lt" ? *a < *b : *a > *b;
}

// Such a taint says how the node is now. It does not count, as a cordon does not.
bool passes(const OneTaint& taint) {
  return taint.key == "node.kubernetes.io/not-ready" || taint.key == "node.kubernetes.io/unschedulable";
}

bool takes(const OneNode& node, const Pod& pod) {
  if (!pod.node_name.empty() && (node.of_pool || node.name != pod.node_name)) return false;
  for (const auto& [key, value] : pod.selector) {
    if (!matches(Requirement{key, "In", {value}}, node)) return false;
  }
  if (pod.required) {
    bool any = false;
    for (const Term& term : *pod.required) any = any || matches(term, node);
    if (!any) return false;
  }
  for (const OneTaint& taint : node.taints) {
    if (passes(taint) || taint.effect == "PreferNoSchedule") continue;
    if (!pod.node_name.empty() && taint.effect == "NoSchedule") continue;  // no scheduler was asked
    bool tolerated = false;
    for (const Toleration& t : pod.tolerations) tolerated = tolerated || tolerates(t, taint);
    if (!tolerated) return false;
  }
  return true;
}

bool listed_as_cheap(const std::string& pool, const Rules& rules) {
  for (const std::string& name : rules.cheap_pools) {
    const bool prefix = name.ends_with('*');
    if (prefix ? pool.starts_with(name.substr(0, name.size() - 1)) : pool == name) return true;
  }
  return false;
}

// What a provider's label says, if there is such a label and it names a pool of the policy.
bool named(const OneNode& node, const Pool& pool) {
  for (const char* key : kPoolKeys) {
    const auto found = node.labels.find(key);
    const auto own = pool.labels.find(key);
    const std::string& name = own == pool.labels.end() ? pool.name : own->second;
    if (found != node.labels.end() && found->second == name) return true;
  }
  return false;
}

bool is_of(const OneNode& node, const Pool& pool, const Rules& rules) {
  for (const Pool& any : rules.pools) {
    if (named(node, any)) return named(node, pool);
  }
  for (const auto& [key, value] : pool.labels) {
    const auto found = node.labels.find(key);
    if (found == node.labels.end() || found->second != value) return false;
  }
  return !pool.labels.empty();
}

}  // namespace

bool is_cheap(const OneNode& node, const Rules& rules) {
  const auto carries = [&](const std::string& key, const std::string& value) {
    const auto found = node.labels.find(key);
    return found != node.labels.end() && found->second == value;
  };
  if (carries(kGke, "true") || carries(kEks, "SPOT")) return true;
  for (const auto& [key, value] : rules.cheap_labels) {
    if (carries(key, value)) return true;
  }
  for (const OneTaint& taint : node.taints) {
    if (taint.key == kGke && taint.value == "true") return true;
    for (const OneTaint& cheap : rules.cheap_taints) {
      if (taint.key == cheap.key && (cheap.value.empty() || cheap.value == taint.value)) return true;
    }
  }
  for (const char* key : kPoolKeys) {
    const auto found = node.labels.find(key);
    if (found != node.labels.end() && listed_as_cheap(found->second, rules)) return true;
  }
  for (const Pool& pool : rules.pools) {
    if (is_of(node, pool, rules) && (pool.preemptible || listed_as_cheap(pool.name, rules))) return true;
  }
  return false;
}

void add_pools(std::vector<OneNode>& nodes, const Rules& rules) {
  const size_t real = nodes.size();
  for (const Pool& pool : rules.pools) {
    OneNode node{pool.name, pool.labels, pool.taints, false, true, false};
    for (const char* key : kPoolKeys) node.labels.emplace(key, pool.name);
    bool there = false;
    for (size_t i = 0; i < real; ++i) there = there || is_of(nodes[i], pool, rules);
    node.preemptible = pool.preemptible || is_cheap(node, rules);
    if (!there) nodes.push_back(node);
  }
}

Verdicts expected(const std::vector<OneNode>& nodes, const Pod& pod) {
  bool cheap = false, stable = false;
  for (const OneNode& node : nodes) {
    if (takes(node, pod)) (node.preemptible ? cheap : stable) = true;
  }
  if (cheap) return stable ? Verdicts::kSome : Verdicts::kAll;
  return stable ? Verdicts::kNone : Verdicts::kNoNode;
}

}  // namespace brokergate::test

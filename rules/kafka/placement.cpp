#include "rules/kafka/placement.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>

#include "rules/kafka/keep_off.h"
#include "rules/kafka/node_marks.h"
#include "rules/policy/preemptible.h"
#include "rules/policy/wildcard.h"

namespace brokergate {
namespace {

using Lands = Placement::Kind;

bool contains(const std::vector<std::string_view>& list, std::string_view text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

bool is_pool_label(std::string_view key) {
  const auto keys = pool_label_keys();
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::optional<int64_t> integer(std::string_view text) {
  int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Requirement {
  std::string_view key, op;
  std::vector<std::string_view> values;
  std::string text;  // as the reason shows it
  Value at;
};

struct Judgement {
  Lands kind = Lands::kUndecided;
  std::string reason;  // empty: the requirement is about something else
  Value at;
  KeepOff away = {};
};

// Node labels against NodeSelectorRequirement, k8s.io/component-helpers nodeaffinity.
Judgement judge_marks(const Requirement& requirement, const LabelMarks& marks) {
  const auto preemptible = [&](std::string_view value) { return contains(marks.values, value); };
  const auto wanted = std::count_if(requirement.values.begin(), requirement.values.end(), preemptible);
  const auto all_excluded = std::all_of(marks.values.begin(), marks.values.end(),
                                        [&](std::string_view value) { return contains(requirement.values, value); });
  Lands kind = Lands::kUndecided;
  if (requirement.op == "In") {
    if (wanted == 0 && !requirement.values.empty()) kind = Lands::kStable;
    if (wanted > 0 && static_cast<size_t>(wanted) == requirement.values.size()) kind = Lands::kPreemptible;
  } else if (requirement.op == "NotIn") {
    if (all_excluded) kind = Lands::kStable;
  } else if (requirement.op == "Exists") {
    if (marks.marker) kind = Lands::kPreemptible;
  } else if (requirement.op == "DoesNotExist") {
    kind = Lands::kStable;
  } else if (requirement.op == "Gt" || requirement.op == "Lt") {
    // A node whose label is no integer does not match at all.
    const bool readable = requirement.values.size() == 1 && integer(requirement.values.front()).has_value();
    const int64_t bound = readable ? integer(requirement.values.front()).value_or(0) : 0;
    const bool greater = requirement.op == "Gt";
    const bool may_match = std::any_of(marks.values.begin(), marks.values.end(), [=](std::string_view value) {
      const auto number = integer(value);
      return number.has_value() && (greater ? number.value_or(0) > bound : number.value_or(0) < bound);
    });
    if (readable && !may_match) kind = Lands::kStable;
  }
  std::string reason = requirement.text;
  if (kind == Lands::kUndecided) reason += " leaves preemptible nodes possible";
  KeepOff away{{off(requirement.key, marks)}, {}, 0, kind == Lands::kPreemptible ? requirement.text : ""};
  return {kind, std::move(reason), requirement.at, std::move(away)};
}

// A pool is known by name only: what it is made of stands in the policy.
Judgement judge_pool(const Requirement& requirement, const Policy& policy) {
  const auto& pools = policy.preemptible_pools;
  if (requirement.op != "In" && requirement.op != "NotIn") return {};
  if (pools.empty()) {
    return {Lands::kUndecided,
            requirement.text + " names a pool, and nothing says what its nodes are (spec.preemptible.pools)",
            requirement.at};
  }
  if (requirement.op == "NotIn") {
    const bool excluded = std::all_of(pools.begin(), pools.end(),
                                      [&](const std::string& pool) { return contains(requirement.values, pool); });
    return {excluded ? Lands::kStable : Lands::kUndecided,
            requirement.text + (excluded ? ", which are all preemptible pools of the policy"
                                         : " leaves preemptible pools of the policy possible"),
            requirement.at};
  }
  std::vector<std::string_view> listed;
  std::copy_if(requirement.values.begin(), requirement.values.end(), std::back_inserter(listed),
               [&](std::string_view value) {
                 return std::any_of(pools.begin(), pools.end(),
                                    [&](const std::string& pool) { return matches_wildcard(pool, value); });
               });
  KeepOff away{{not_in(requirement.key, listed)}, {}, 0, {}};
  if (listed.empty() && !requirement.values.empty()) {
    return {Lands::kStable, requirement.text + ", which the policy does not list as preemptible", requirement.at};
  }
  if (!listed.empty() && listed.size() == requirement.values.size()) {
    away.instead = requirement.text;
    return {Lands::kPreemptible, requirement.text + ", which the policy lists as preemptible", requirement.at,
            std::move(away)};
  }
  if (listed.empty()) away = {};
  return {Lands::kUndecided, requirement.text + " leaves a preemptible pool of the policy possible", requirement.at,
          std::move(away)};
}

Judgement judge(const Requirement& requirement, const Policy& policy) {
  if (const LabelMarks marks = marks_of(requirement.key, policy); !marks.values.empty()) {
    return judge_marks(requirement, marks);
  }
  return is_pool_label(requirement.key) ? judge_pool(requirement, policy) : Judgement{};
}

void add_reason(Judgement& into, const Judgement& from) {
  if (from.reason.empty()) return;
  if (!into.reason.empty()) into.reason += "; ";
  into.reason += from.reason;
  into.away.add(from.away);
  if (!into.at) into.at = from.at;
}

// All requirements hold together: one that selects preemptible nodes decides,
// then one that excludes them.
Judgement all_of(const std::vector<Judgement>& parts) {
  Judgement undecided;
  const Judgement* stable = nullptr;
  for (const Judgement& part : parts) {
    if (part.kind == Lands::kPreemptible) return part;
    if (part.kind == Lands::kStable && !stable) stable = &part;
    if (part.kind == Lands::kUndecided) add_reason(undecided, part);
  }
  return stable ? *stable : undecided;
}

Requirement read_requirement(Value expression, std::string_view prefix) {
  Requirement requirement{expression["key"].str(), expression["operator"].str(), {}, {}, expression};
  requirement.text = std::string(prefix) + " " + std::string(requirement.key) + " " + std::string(requirement.op);
  std::string shown;
  for (const Node& value : expression["values"].children()) {
    requirement.values.push_back(Value(&value).scalar());
    if (requirement.values.size() <= 5) {
      shown += (shown.empty() ? "" : ", ") + std::string(requirement.values.back());
    } else if (requirement.values.size() == 6) {
      shown += ", …";
    }
  }
  if (!requirement.values.empty()) requirement.text += " [" + shown + "]";
  return requirement;
}

Judgement judge_selector(Value selector, const Policy& policy) {
  std::vector<Judgement> parts;
  for (const Node& entry : selector.children()) {
    const std::string_view value = Value(&entry).scalar();
    parts.push_back(judge(
        {entry.key, "In", {value}, "nodeSelector " + std::string(entry.key) + "=" + std::string(value), Value(&entry)},
        policy));
  }
  return selector.is_map() ? all_of(parts) : Judgement{};
}

// Terms are alternatives. A term without requirements matches no node and so is none.
Judgement judge_required(Value required, const Policy& policy) {
  std::vector<Judgement> terms;
  for (const Node& node : required["nodeSelectorTerms"].children()) {
    const Value term(&node);
    if (term["matchExpressions"].size() + term["matchFields"].size() == 0) continue;
    std::vector<Judgement> parts;
    for (const Node& expression : term["matchExpressions"].children()) {
      parts.push_back(judge(read_requirement(Value(&expression), "required node affinity"), policy));
    }
    for (const Node& field : term["matchFields"].children()) {
      parts.push_back(
          {Lands::kUndecided, "required node affinity names nodes, and nothing says what they are", Value(&field)});
    }
    terms.push_back(all_of(parts));
  }
  if (terms.empty()) return {};
  const auto of_kind = [&](Lands kind) {
    return std::count_if(terms.begin(), terms.end(), [&](const Judgement& term) { return term.kind == kind; });
  };
  if (static_cast<size_t>(of_kind(terms.front().kind)) == terms.size()) {
    Judgement result = terms.front();
    if (terms.size() > 1 && result.kind != Lands::kUndecided) {
      result.reason += " (and so does each of the " + std::to_string(terms.size()) + " alternatives)";
    }
    return result;
  }
  const auto worst =
      std::find_if(terms.begin(), terms.end(), [](const Judgement& term) { return term.kind == Lands::kPreemptible; });
  if (worst != terms.end()) {
    return {Lands::kUndecided,
            worst->reason + ", which is one of " + std::to_string(terms.size()) + " alternatives only", worst->at,
            worst->away};
  }
  Judgement open;
  for (const Judgement& term : terms) {
    if (term.kind == Lands::kUndecided) add_reason(open, term);
  }
  if (open.reason.empty()) {
    open.reason = "one alternative of the required node affinity says nothing about preemptible nodes";
    open.at = required;
  }
  return open;
}

// A preference is no promise in either direction: it is only told.
Judgement judge_preferred(Value preferred, const Policy& policy) {
  for (const Node& node : preferred.children()) {
    for (const Node& expression : Value(&node)["preference"]["matchExpressions"].children()) {
      const Judgement found = judge(read_requirement(Value(&expression), "preferred node affinity"), policy);
      if (found.kind != Lands::kUndecided) {
        return {Lands::kUndecided, found.reason + " is a preference and does not decide", found.at, found.away};
      }
    }
  }
  return {};
}

Judgement judge_tolerations(Value tolerations, const Policy& policy) {
  for (const Node& node : tolerations.children()) {
    const Value toleration(&node);
    const std::string_view key = toleration["key"].str(), value = toleration["value"].scalar(),
                           effect = toleration["effect"].str();
    const bool exists = toleration["operator"].str() == "Exists";
    if (key.empty()) {
      if (exists) {
        return {Lands::kUndecided,
                "tolerates every taint, which permits preemptible nodes",
                toleration,
                {{}, {"tolerations of single taints only"}, 0, {}}};
      }
      continue;
    }
    for (const TaintRule& taint : policy.preemptible_taints) {
      if (taint.key != key || (!exists && !taint.value.empty() && taint.value != value)) continue;
      if (!taint.effect.empty() && !effect.empty() && taint.effect != effect) continue;
      const std::string text = "the taint " + taint.key + (taint.value.empty() ? "" : "=" + taint.value);
      // Providers mark by label and leave the taint to people: nodes without it are there as well.
      const LabelMarks marks = marks_of(taint.key, policy);
      KeepOff away;
      if (marks.values.empty()) {
        away.others.push_back("no toleration of " + text);
      } else {
        away.labels.push_back(off(taint.key, marks));
      }
      return {Lands::kUndecided, "tolerates " + text + ", which permits preemptible nodes and does not ask for them",
              toleration, std::move(away)};
    }
  }
  return {};
}

}  // namespace

Placement placement_by_manifest(Value pod_spec, const Policy& policy) {
  const Value affinity = pod_spec["affinity"]["nodeAffinity"];
  Judgement result = all_of({judge_selector(pod_spec["nodeSelector"], policy),
                             judge_required(affinity["requiredDuringSchedulingIgnoredDuringExecution"], policy)});
  if (result.kind == Lands::kUndecided) {
    if (const std::string_view node = pod_spec["nodeName"].str(); !node.empty()) {
      add_reason(result, {Lands::kUndecided, "nodeName " + std::string(node) + ", and nothing says what that node is",
                          pod_spec["nodeName"]});
    }
    add_reason(result, judge_preferred(affinity["preferredDuringSchedulingIgnoredDuringExecution"], policy));
    add_reason(result, judge_tolerations(pod_spec["tolerations"], policy));
    if (result.reason.empty()) result.reason = "no nodeSelector, node affinity or toleration tells the kind of node";
  }
  Placement out{result.kind, std::move(result.reason), result.at ? result.at : pod_spec, false, {}};
  const Value required = affinity["requiredDuringSchedulingIgnoredDuringExecution"];
  if (out.kind != Lands::kStable) out.keep_off = told(result.away, required["nodeSelectorTerms"].size() > 1);
  return out;
}

}  // namespace brokergate

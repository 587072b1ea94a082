#include "brokergate/policy.h"

#include <algorithm>

#include "rules/policy/hostname.h"
#include "rules/policy/preemptible.h"
#include "rules/policy/wildcard.h"

namespace brokergate {
namespace {

bool matches_any(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches_wildcard(pattern, text); });
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kOff:
      return "off";
    case Severity::kInfo:
      return "info";
    case Severity::kWarn:
      return "warn";
    case Severity::kDeny:
      return "deny";
  }
  return "off";
}

bool InternalAnnotation::accepts(std::string_view value) const {
  return matches_any(values, value) && std::find(except.begin(), except.end(), value) == except.end();
}

Policy Policy::defaults() {
  Policy policy;
  policy.provider = find_provider("gke");
  for (const PreemptibleLabel& label : builtin_preemptible_labels()) {
    policy.preemptible_labels.emplace_back(label.key, label.value);
  }
  for (const PreemptibleTaint& taint : builtin_preemptible_taints()) {
    policy.preemptible_taints.push_back({std::string(taint.key), std::string(taint.value), std::string(taint.effect)});
  }
  return policy;
}

// What the object does not tell (a namespace that kubectl or Helm fills in later)
// excludes nothing: leaving a broker unchecked would be a silent claim.
bool Policy::matches(const Object& object) const {
  if (!match_namespaces.empty() && !object.ns.empty() && !matches_any(match_namespaces, object.ns)) return false;
  // A pod is called after its set, and a number.
  const bool pod = object.kind == "Pod";
  const std::string_view set = pod ? object.name.substr(0, object.name.rfind('-')) : object.name;
  if (!match_stateful_sets.empty() && (pod || object.kind == "StatefulSet") && !matches_any(match_stateful_sets, set))
    return false;
  const Value labels = object.metadata()["labels"];
  return std::all_of(match_labels.begin(), match_labels.end(),
                     [&](const auto& wanted) { return labels[wanted.first].str() == wanted.second; });
}

std::string Policy::host_for(std::string_view stateful_set, std::string_view ns, int64_t ordinal) const {
  if (domain.empty()) return {};
  const std::string number = std::to_string(ordinal);
  const std::string pod = std::string(stateful_set) + "-" + number;
  return expand_hostname(hostname,
                         {.pod = pod, .domain = domain, .ordinal = number, .statefulset = stateful_set, .ns = ns});
}

}  // namespace brokergate

#include "webhook/cluster/pods.h"

#include <algorithm>

#include "rules/kafka/selector.h"

namespace brokergate::webhook::cluster {

Pods pods_of(const Object& stateful_set) {
  Pods pods{stateful_set.ns, stateful_set.name, {}};
  const Value labels = stateful_set.spec()["template"]["metadata"]["labels"];
  if (!labels.is_map()) return pods;
  for (const Node& label : labels.children())
    if (const Value value(&label); !value.is_null()) pods.labels.emplace_back(label.key, value.scalar());
  return pods;
}

Pods pods_of(std::string_view ns, std::string_view set, const Labels& labels) {
  Pods pods{ns, set, {}};
  pods.labels.reserve(labels.size());
  for (const auto& [key, value] : labels) pods.labels.emplace_back(key, value);
  return pods;
}

Labels selector_of(const Object& service) {
  Labels selector;
  for (const auto& [key, value] : selector_pairs(service)) selector.emplace_back(key, value);
  std::sort(selector.begin(), selector.end());
  return selector;
}

bool tells_pods_apart(const std::pair<std::string, std::string>& label, std::string_view set) {
  const auto one = ordinal_label(label.first, label.second);
  return one && (one->set.empty() || one->set == set);
}

}  // namespace brokergate::webhook::cluster

// Which pods a selector takes, where only the template that they are made from is known.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "brokergate/object.h"

namespace brokergate::webhook::cluster {

using Labels = std::vector<std::pair<std::string, std::string>>;

// The pods of one StatefulSet. Views into what it was made from.
struct Pods {
  std::string_view ns, set;  // set: the StatefulSet's name
  std::vector<std::pair<std::string_view, std::string_view>> labels;
};
Pods pods_of(const Object& stateful_set);
Pods pods_of(std::string_view ns, std::string_view set, const Labels& labels);

// spec.selector of a Service, sorted.
Labels selector_of(const Object& service);

// Whether the label is one by which running pods of the set are told apart, whatever the template says: written by
// the StatefulSet controller or by one of the ways in rules/kafka/selector.h.
bool tells_pods_apart(const std::pair<std::string, std::string>& label, std::string_view set);

// Whether some pod of the set, of whatever ordinal, can carry all labels of the selector. An empty one takes none.
// `labels`: of the template, pairs of texts.
template <typename Pairs>
bool takes(const Labels& selector, std::string_view set, const Pairs& labels) {
  const auto carried = [&](const std::pair<std::string, std::string>& wanted) {
    for (const auto& label : labels)
      if (label.first == wanted.first && label.second == wanted.second) return true;
    return tells_pods_apart(wanted, set);
  };
  return !selector.empty() && std::all_of(selector.begin(), selector.end(), carried);
}

}  // namespace brokergate::webhook::cluster

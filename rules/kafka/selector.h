// What the selector of a Service says about brokers: eight ways to name one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "brokergate/kafka.h"

namespace brokergate {

using SelectorPairs = std::vector<std::pair<std::string_view, std::string_view>>;
SelectorPairs selector_pairs(const Object& service);

// "kafka-12" → kafka, 12. nullopt when there is no number as Kubernetes writes it.
struct PodName {
  std::string_view set;
  int64_t ordinal = 0;
};
std::optional<PodName> split_pod_name(std::string_view name);

// A label that some part of a running cluster puts on the pod of one broker, so
// that no template has it. `set` is empty when the label holds a number only.
struct OrdinalLabel {
  std::string_view key, value;
  Selects selects = Selects::kNothing;
  std::string_view set;
  int64_t ordinal = 0;
};
std::optional<OrdinalLabel> ordinal_label(std::string_view key, std::string_view value);
// Labels that the StatefulSet controller writes, which a template cannot set to anything useful.
bool is_controller_label(std::string_view key);

// The ordinal in the name of a Service: outside-0, kafka-0-external, lb-kafka-2, kafka01.
// `set` is the StatefulSet's name when known: its own name expresses no ordinal.
std::optional<int64_t> named_ordinal(std::string_view service, std::string_view set);

}  // namespace brokergate

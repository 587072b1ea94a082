// What keeps pods off the preemptible nodes that a finding names.
#pragma once

#include <string>
#include <vector>

#include "rules/kafka/node_index.h"

namespace brokergate {

struct KeepOff {
  std::vector<std::string> labels;  // of required node affinity: "cloud.google.com/gke-spot DoesNotExist"
  std::vector<std::string> others;  // "no toleration of the taint cheap=yes:NoSchedule"
  size_t more = 0;                  // marks for which there is no room here
  std::string instead;              // what cannot stay beside it: "nodeSelector cloud.google.com/gke-spot=true"

  void add(const KeepOff& other);
};

// "key NotIn [a, b]"
std::string not_in(std::string_view key, const std::vector<std::string_view>& values);

// Off `nodes`, by labels that `staying` have not, as far as there is a choice.
KeepOff keep_off(const NodeSet& nodes, const NodeSet& staying, const NodeIndex::Impl& index);

// For a person; empty where nothing is known.
std::string told(const KeepOff& way, bool several_terms = false);

}  // namespace brokergate

// Why a node is preemptible: its labels, its taints, its pool.
#pragma once

#include <string>

#include "rules/kafka/node_index.h"

namespace brokergate {

struct MarkText {
  std::string one, many;  // both empty: nothing says that it is
};

// What the policy and the providers' own markers say of one node after another.
class NodeMarker {
 public:
  explicit NodeMarker(const Policy& policy) : policy_(policy) {}
  MarkText mark(const NodeFacts& node);

 private:
  bool listed(std::string_view pool);
  bool declared(std::string_view key, std::string_view pool) const;

  const Policy& policy_;
  ByText<bool> listed_;  // pool → a pattern of the policy takes it
};

// A label by which a provider tells a node's pool.
bool pool_label(std::string_view key);

}  // namespace brokergate

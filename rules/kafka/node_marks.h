// Why a node is preemptible: its labels, its taints, its pool.
#pragma once

#include <string>
#include <vector>

#include "rules/kafka/node_index.h"

namespace brokergate {

struct MarkText {
  std::string one, many;  // both empty: nothing says that it is
};

// A pool of the policy's nodePools that a node is of: a provider's label names it, or the node carries all labels that
// the policy gives it.
struct DeclaredPool {
  const NodePool* pool = nullptr;
  bool by_labels = false;
};

// What the policy and the providers' own markers say of one node after another.
class NodeMarker {
 public:
  explicit NodeMarker(const Policy& policy) : policy_(policy) {}
  std::vector<DeclaredPool> pools_of(const NodeFacts& node) const;
  // `pools`: those of the node.
  MarkText mark(const NodeFacts& node, const std::vector<DeclaredPool>& pools);

 private:
  bool listed(std::string_view pool);

  const Policy& policy_;
  ByText<bool> listed_;  // pool → a pattern of the policy takes it
};

// A label by which a provider tells a node's pool.
bool pool_label(std::string_view key);

}  // namespace brokergate

// Why a node is preemptible: its labels, its taints, its pool.
#pragma once

#include <string>
#include <vector>

#include "rules/kafka/node_index.h"

namespace brokergate {

struct MarkText {
  std::string one, many;                     // both empty: nothing says that it is
  std::vector<NodeIndex::Impl::Away> aways;  // and what keeps pods off, as in NodeIndex::Impl::Mark
  std::string other;
};

// Values of a label that mean "may be taken away", and whether the key alone says so.
struct LabelMarks {
  std::vector<std::string_view> values;
  bool marker = false;
};
LabelMarks marks_of(std::string_view key, const Policy& policy);

// What of required node affinity leaves the nodes out that carry one of them.
std::string off(std::string_view key, const LabelMarks& marks);

// A pool of the policy's nodePools that a node is of: a provider's label names it, or the node carries all labels that
// the policy gives it.
struct DeclaredPool {
  const NodePool* pool = nullptr;
  std::string_view key, value;  // the provider's label; empty: by the policy's labels
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

  MarkText with_ways(MarkText text, const NodeFacts& node, const DeclaredPool& of) const;

  const Policy& policy_;
  std::string pool_key_;  // by which label the provider tells of pools here
  ByText<bool> listed_;   // pool → a pattern of the policy takes it
};

// A label by which a provider tells a node's pool.
bool pool_label(std::string_view key);

}  // namespace brokergate

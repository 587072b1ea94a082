// What a NodeIndex knows: label → nodes, taint → nodes, and which nodes may be taken away.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "brokergate/nodes.h"
#include "rules/kafka/node_set.h"

namespace brokergate {

struct StringHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <typename T>
using ByText = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;

// A node as its object or the policy's pool tells. Views into these.
struct NodeFacts {
  struct Taint {
    std::string_view key, value, effect;
  };
  std::string_view name;  // empty for a pool
  std::string_view pool;  // the policy's pool that this stands for; empty for a node
  bool declared_preemptible = false;
  std::vector<std::pair<std::string_view, std::string_view>> labels;  // each key once
  std::vector<Taint> taints;
  bool unschedulable = false;
};

// Nodes have the numbers 0…real-1; those that follow stand for pools of the policy without a node.
struct NodeIndex::Impl {
  struct LabelKey {
    Posting nodes;  // that carry the key
    ByText<Posting> values;
    // What an integer was read from, by that integer, for Gt and Lt.
    std::vector<std::pair<int64_t, uint32_t>> numbers;
    // Nodes of pools to come: they will carry the key, and the policy does not say with which value.
    Posting open;
  };
  // Taints of one key and effect that keep pods away.
  struct Taints {
    std::string key;
    bool no_execute = false;  // else NoSchedule
    Posting nodes;
    ByText<Posting> values;
    bool one_each = true;  // no node has two values, as the API server sees to
  };
  // Why nodes are preemptible; each node has one reason only.
  // A label that such nodes carry, and what of required node affinity leaves them out.
  struct Away {
    std::string key, value;
    std::string text;  // "a NotIn [b]"
  };
  struct Mark {
    std::string one, many;  // "carries a=b", "carry a=b"
    NodeSet nodes;
    std::vector<Away> aways;  // any of them will do
    std::string other;        // where there is none
  };

  size_t real = 0, total = 0;
  std::vector<std::string> names;  // of nodes, then of pools
  ByText<uint32_t> by_name;        // nodes only
  ByText<LabelKey> labels;
  std::vector<Taints> taints;
  NodeSet tainted;             // by any of them
  NodeSet tainted_no_execute;  // … of effect NoExecute
  NodeSet all, pools, preemptible;
  NodeSet unwell;  // cordoned, or with a taint that passes: they take no pod now and will again
  std::vector<Mark> marks;
};

// A taint that says how a node is at the moment and not what kind of node it is. Sources: Kubernetes
// "Well-Known Labels, Annotations and Taints"; cluster-autoscaler and Karpenter (taints of nodes that are about
// to be removed); GKE (graceful node termination); aws-node-termination-handler.
bool passing_taint(std::string_view key);

// strconv.ParseInt(text, 10, 64).
bool go_integer(std::string_view text, int64_t& number);

}  // namespace brokergate

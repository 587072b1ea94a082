// A small cluster, and a scheduler for it with plain maps and loops, written from k8s.io/component-helpers and
// k8s.io/api and using nothing of the product's own.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "brokergate/policy.h"

namespace brokergate::test {

using Labels = std::map<std::string, std::string>;

struct OneTaint {
  std::string key, value, effect;
};

struct OneNode {
  std::string name;
  Labels labels;
  std::vector<OneTaint> taints;
  bool unschedulable = false;
  bool of_pool = false;  // stands for a pool without a node
  bool preemptible = false;
};

struct Requirement {
  std::string key, op;
  std::vector<std::string> values;
};

struct Term {
  std::vector<Requirement> expressions, fields;
};

struct Toleration {
  std::string key, op, value, effect;
};

struct Pod {
  std::string node_name;
  Labels selector;
  std::optional<std::vector<Term>> required;
  std::vector<Toleration> tolerations;
};

struct Pool {
  std::string name;
  bool preemptible = false;
  Labels labels;
  std::vector<OneTaint> taints;
};

// A policy in the test's own words, and the product's reading of it.
struct Rules {
  std::vector<std::string> cheap_pools;  // a trailing * is any end
  std::vector<OneTaint> cheap_taints;    // empty value: any
  Labels cheap_labels;
  std::vector<Pool> pools;
  bool may_land = false;
  Policy policy;
};

inline const std::string kGke = "cloud.google.com/gke-preemptible", kEks = "eks.amazonaws.com/capacityType";
inline const std::string kGkePool = "cloud.google.com/gke-nodepool", kAksPool = "agentpool",
                         kZone = "topology.kubernetes.io/zone";
inline constexpr std::array<const char*, 9> kPoolKeys = {
    "cloud.google.com/gke-nodepool",  "eks.amazonaws.com/nodegroup",   "alpha.eksctl.io/nodegroup-name",
    "karpenter.sh/nodepool",          "karpenter.sh/provisioner-name", "agentpool",
    "kubernetes.azure.com/agentpool", "kops.k8s.io/instancegroup",     "oke.oraclecloud.com/pool.name"};

bool is_cheap(const OneNode& node, const Rules& rules);

// Pools of the policy of which no node is there.
void add_pools(std::vector<OneNode>& nodes, const Rules& rules);

enum class Verdicts : uint8_t { kNone, kSome, kAll, kNoNode };

Verdicts expected(const std::vector<OneNode>& nodes, const Pod& pod);

}  // namespace brokergate::test

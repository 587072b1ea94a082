// The nodes of a cluster, and where pods may land among them.
//
// Source of the predicates: kube-scheduler's NodeAffinity, TaintToleration, NodeUnschedulable and
// NodeName plugins (k8s.io/component-helpers/scheduling/corev1/nodeaffinity,
// k8s.io/component-helpers/scheduling/corev1/helpers.go).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "brokergate/object.h"
#include "brokergate/policy.h"

namespace brokergate {

// Immutable once built; any number of threads may ask it.
class NodeIndex {
 public:
  // `nodes` are v1 Node objects (others are left out); metadata.labels, metadata.name, spec.taints and
  // spec.unschedulable are read and copied, so that the objects may go. The policy's node pools that have
  // no node at the moment are known as well, and what the policy says is preemptible.
  NodeIndex(const std::vector<Object>& nodes, const Policy& policy);
  // The same of nodes that need not all be there at once: `next` is called until it tells null, and what it tells is
  // looked at until it is called again.
  using Next = std::function<const Object*()>;
  NodeIndex(const Next& next, const Policy& policy);
  ~NodeIndex();
  NodeIndex(const NodeIndex&) = delete;
  NodeIndex& operator=(const NodeIndex&) = delete;

  size_t nodes() const;        // real ones
  size_t preemptible() const;  // of these

  struct Impl;  // rules/kafka/node_index.h
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<const Impl> impl_;
};

}  // namespace brokergate

// Which nodes the scheduler would let a pod onto.
//
// Sources: k8s.io/component-helpers/scheduling/corev1 (nodeaffinity, FindMatchingUntoleratedTaint),
// k8s.io/api/core/v1 Toleration.ToleratesTaint, k8s.io/apimachinery/pkg/labels NewRequirement and Matches;
// for a pod with nodeName, whom no scheduler sees, pkg/kubelet/lifecycle/predicate.go.
// Resources, pod affinity, spreading and volumes narrow it further and are not looked at.
#pragma once

#include "rules/kafka/node_index.h"

namespace brokergate {

// A cordoned node, and one with a taint that passes (passing_taint), counts as one that takes pods: it will again.
NodeSet nodes_for(Value pod_spec, const NodeIndex::Impl& index);

}  // namespace brokergate

// The two halves of placement_of.
#pragma once

#include "brokergate/kafka.h"
#include "rules/kafka/node_index.h"

namespace brokergate {

// By the manifest and the policy alone.
Placement placement_by_manifest(Value pod_spec, const Policy& policy);

// By the nodes that the scheduler would let the pod onto, `fits`, which are some. Without `at`.
Placement placement_among(const NodeSet& fits, Value pod_spec, const NodeIndex::Impl& index);

}  // namespace brokergate

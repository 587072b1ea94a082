// A request and what the cluster holds beside it: what the request is to blame for.
#pragma once

#include <vector>

#include "brokergate/cluster.h"
#include "brokergate/verdict.h"

namespace brokergate {

// The peers, without the request's own objects (at an API server that is one).
Bundle peers_alone(const Bundle& bundle);
// The request's object alone, as a door without a cluster view sees it.
Bundle request_alone(const Bundle& bundle);

// Drops what is wrong with peers and was so before (same rule, object and place, no less severe, of the same
// brokers or more), and what the request's own object is told by the same rule. No finding changes a peer.
void blame_request(std::vector<Finding>& findings, const Bundle& bundle, const std::vector<Finding>& before);

// Marks what only the view tells (`alone`: what is said without it), or keeps from being mended, with the view's age.
// Where the view may not be relied on, that is a warning unless the policy's whenStale is deny; then it says so.
void mark_seen(std::vector<Finding>& findings, const Bundle& bundle, const std::vector<Finding>& alone,
               const ClusterView& view, const Policy& policy);

}  // namespace brokergate

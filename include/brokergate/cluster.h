// What a door knows of the cluster beside the objects it was handed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "brokergate/nodes.h"

namespace brokergate {

// For one evaluation; all of it must outlive that.
struct ClusterView {
  // Null: nothing is known of nodes, and the manifest alone tells where pods land.
  const NodeIndex* nodes = nullptr;
  // How long ago the cluster was last heard of; peers of the bundle are as old. Milliseconds.
  int64_t age = 0;
  // Why it may not be relied on ("nothing heard of Nodes for 95 s"): what only the view tells becomes
  // a warning unless the policy's clusterView.whenStale is deny. Empty: it may.
  std::string doubt;
  // False: there are more peers than the bundle has. What rests on there being no more of them is then in doubt;
  // what the peers there are, and the nodes, show is not, or whoever makes hundreds of Services would be free of it.
  bool complete = true;
  // Objects of the cluster that the bundle's own stand in for, and which are not among its peers; where no
  // Admission tells. What was wrong in the cluster with these is not said again of peers. Null: there are none.
  const std::vector<Object>* replaced = nullptr;
};

}  // namespace brokergate

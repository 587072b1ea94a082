// All that a cluster holds for the engine, read once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/cluster.h"
#include "cli/verbs/input.h"

namespace brokergate::cli {

struct ClusterObjects {
  certs::Json items = certs::Json::array();  // reduced to what the engine reads, each with apiVersion and kind
  // What could not be read and what that leaves open: "nodes: … is forbidden".
  std::vector<std::string> unread;
  // As `unread`, of kinds beside those: what is said of the rest holds without them.
  std::vector<std::string> unseen;
  int64_t age = 0;  // milliseconds since it was read; of a record
};

// Nodes, StatefulSets, Services, the ConfigMaps that StatefulSets name, and every other kind that the engine
// looks at, as far as the API server has it and shows it; page by page. The error is what keeps it from being
// any use: no answer, or no right to see StatefulSets or Services.
tl::expected<ClusterObjects, std::string> read_cluster(certs::Cluster& cluster);

// Each as an object of its own, named kClusterSource in findings.
void add_objects(const certs::Json& items, Inputs& inputs);

}  // namespace brokergate::cli

// matchConditions of a webhook: expressions of CEL, which brokergate does not evaluate.
#pragma once

#include <string>
#include <vector>

#include "certs/cluster.h"

namespace brokergate::webhook::doctor {

// Those that are not the chart's own (deploy/chart, brokergate.rules and brokergate.podRules), as they are written.
// What the chart says of pods alone is its own only where pods are asked about.
std::vector<std::string> foreign_conditions(const certs::Json& entry);

}  // namespace brokergate::webhook::doctor

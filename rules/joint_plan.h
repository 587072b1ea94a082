// The change of a broker set and that of its Services are one change.
#pragma once

#include "rules/facts.h"

namespace brokergate {

// Fills facts.fixes with everything that must change together so that the brokers
// advertise what the policy wants. Where a Service cannot follow, the plan is
// refused with its name. `node_ports` learns what the Services will have.
// A Service that is a peer stays as it is: a set that is created goes first, and what its
// Service lacks is told of that; brokers that run already would be cut off, so that is refused.
void join_services(SetFacts& facts, NodePorts& node_ports, const Policy& policy, const Bundle& bundle,
                   const Admission* admission = nullptr);

}  // namespace brokergate

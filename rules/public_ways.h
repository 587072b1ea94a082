// Ways from outside to the brokers beside load balancers and node ports.
#pragma once

#include "brokergate/rule.h"

namespace brokergate {

// spec.externalIPs of a Service in front of brokers, and a hostPort on a listener's
// container port: whoever reaches the address or the node reaches the brokers, and
// no annotation makes that internal. Findings of rule internal-load-balancer, as
// warnings: the addresses may well be private.
void tell_public_ways(const Context& context, Report& report);

}  // namespace brokergate

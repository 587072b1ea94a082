// The container ports that go with a listener.
#pragma once

#include <string>

#include "rules/kafka/plan_draft.h"

namespace brokergate {

// Declares the port that the wanted listener binds: the one it had moves with it
// (a Service may name it), else one is added. Returns a refusal or nothing.
std::string plan_container_ports(const BrokerSet& set, const WantedListener& wanted, const Settings& settings,
                                 Draft& draft);

}  // namespace brokergate

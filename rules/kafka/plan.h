// Planning of one external listener: the pieces behind plan_external_listener.
#pragma once

#include "brokergate/kafka.h"

namespace brokergate {

// Edits that make every ordinal advertise `wanted`, written at the places that
// decide; not proved yet.
Plan plan_change(const BrokerSet& set, const WantedListener& wanted);

}  // namespace brokergate

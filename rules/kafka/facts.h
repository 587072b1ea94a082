// What recognising a broker set worked out about its first pod, kept so that
// forms, properties and plans need not read the same text again.
#pragma once

#include "rules/kafka/settings.h"
#include "rules/kafka/workload.h"

namespace brokergate {

struct BrokerFacts {
  Owner owner;
  Image image;
  ProcessStart process;  // of the first ordinal
  Settings settings;     // of the first ordinal
};

// Settings of any pod of the set.
Settings settings_for(const BrokerSet& set, int64_t ordinal);

}  // namespace brokergate

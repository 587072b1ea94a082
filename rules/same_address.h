// External addresses that two broker sets have, or would get.
#pragma once

#include <vector>

#include "rules/facts.h"

namespace brokergate {

// One address leads to one broker. A planned change that would give a set the
// address of another one is refused; sets that have one address already get
// `collision`. Linear in brokers.
void refuse_same_addresses(std::vector<SetFacts>& sets, const Policy& policy);

}  // namespace brokergate

// Proof of a plan: the edits are applied to a copy, every broker is derived again.
#pragma once

#include <string>
#include <vector>

#include "brokergate/kafka.h"
#include "rules/kafka/plan_wanted.h"

namespace brokergate {

// Ordinals that are looked at: all of them up to a limit that follows from the
// container's size; of a larger set the first ones and the last.
struct Ordinals {
  std::vector<int64_t> list;
  std::string left_out;  // "brokers 999 to 49998 were not looked at one by one"; empty when all are
};
Ordinals ordinals_of(const BrokerSet& set);

// Why the edits do not give what is wanted, or give more than that; empty when proved.
std::string disprove(const BrokerSet& set, const WantedListener& wanted, const HostTemplate& host, const Plan& plan,
                     const Ordinals& ordinals);

}  // namespace brokergate

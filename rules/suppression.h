// spec.suppressions of the policy: accepted faults, with a reason and an end.
#pragma once

#include <string_view>
#include <vector>

#include "brokergate/verdict.h"

namespace brokergate {

// Marks the findings that a suppression accepts. `today` (YYYY-MM-DD, from the
// door's clock) ends suppressions the day after `expires`; empty: none has
// ended. A finding whose suppression has ended stands and says so.
void suppress(std::vector<Finding>& findings, const Policy& policy, std::string_view today);

}  // namespace brokergate

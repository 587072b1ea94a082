// A planned change for a set whose variables stand in the wrong order.
#pragma once

#include "brokergate/kafka.h"

namespace brokergate {

// Where plan_external_listener refuses because $(NAME) is used before NAME is declared:
// the plan for the set with its variables in order, together with the edits that put them
// so. Planned and proved on a copy, led back to the set's own nodes, and compared with the
// copy again. Without edits when there is nothing to put in order, or it does not help.
Plan plan_reordered(const BrokerSet& set, const WantedListener& wanted);

}  // namespace brokergate

#include "rules/kafka/plan.h"

namespace brokergate {

Plan plan_change(const BrokerSet&, const WantedListener&) {
  Plan plan;
  plan.refusal = "planning is not built yet";
  return plan;
}

}  // namespace brokergate

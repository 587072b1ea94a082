// StatefulSets that an operator or another controller reconciles: what is changed
// in them is undone, the resource they are made from is the place.
#include "rules/kafka/forms/form.h"

namespace brokergate {
namespace {

class OperatorOwned final : public Form {
 public:
  std::string_view id() const override { return "operator-owned"; }

  bool matches(const BrokerFacts& facts, std::string& reason) const override {
    if (facts.owner.reason.empty()) return false;
    reason = facts.owner.reason + "; " + facts.owner.remedy;
    return true;
  }

  Plan plan(const BrokerSet& set, const WantedListener&) const override {
    Plan plan;
    plan.refusal = set.form_reason;
    plan.at = set.facts->owner.at;
    return plan;
  }
};

}  // namespace

const Form& operator_owned_form() {
  static const OperatorOwned form;
  return form;
}

}  // namespace brokergate

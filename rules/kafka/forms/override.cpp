// advertised.listeners from a --override argument of kafka-server-start.sh, in an
// array of words or in a script: it beats the properties file.
#include "rules/kafka/forms/form.h"
#include "rules/kafka/plan.h"

namespace brokergate {
namespace {

class Override final : public Form {
 public:
  std::string_view id() const override { return "override"; }

  bool matches(const BrokerFacts& facts, std::string&) const override {
    const Settings& settings = facts.settings;
    return facts.rival.empty() && settings.doubt.empty() && settings.mechanics == Mechanics::kFile &&
           settings[Key::kAdvertised].by == Setting::By::kOverride;
  }

  Plan plan(const BrokerSet& set, const WantedListener& wanted) const override { return plan_change(set, wanted); }
};

}  // namespace

const Form& override_form() {
  static const Override form;
  return form;
}

}  // namespace brokergate

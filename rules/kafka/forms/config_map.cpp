// advertised.listeners from a variable that a ConfigMap gives: envFrom, or
// valueFrom.configMapKeyRef. An env entry of the same name beats envFrom.
#include "rules/kafka/forms/form.h"
#include "rules/kafka/plan.h"

namespace brokergate {
namespace {

class ConfigMapVariable final : public Form {
 public:
  std::string_view id() const override { return "env-config-map"; }

  bool matches(const BrokerFacts& facts, std::string& reason) const override {
    const Settings& settings = facts.settings;
    if (!facts.rival.empty() || !settings.unreadable.empty() || settings.mechanics == Mechanics::kUnknown) return false;
    if (settings[Key::kAdvertised].by != Setting::By::kConfigMap) return false;
    reason = settings.doubt;
    return true;
  }

  Plan plan(const BrokerSet& set, const WantedListener& wanted) const override { return plan_change(set, wanted); }
};

}  // namespace

const Form& config_map_form() {
  static const ConfigMapVariable form;
  return form;
}

}  // namespace brokergate

// advertised.listeners from an env entry of the container: a literal, or one with
// $(VAR). The image's start script makes the property of it.
#include "rules/kafka/forms/form.h"
#include "rules/kafka/plan.h"

namespace brokergate {
namespace {

bool reads_environment(const Settings& settings) {
  return settings.unreadable.empty() && settings.mechanics != Mechanics::kUnknown &&
         settings.mechanics != Mechanics::kFile;
}

bool advertised_by_env(const Settings& settings) {
  const Setting& advertised = settings[Key::kAdvertised];
  return reads_environment(settings) && advertised.by == Setting::By::kEnv && advertised.exact;
}

class EnvVar final : public Form {
 public:
  std::string_view id() const override { return "env-var"; }

  bool matches(const BrokerFacts& facts, std::string& reason) const override {
    if (!facts.rival.empty() || !advertised_by_env(facts.settings)) return false;
    if (!has_reference(facts.settings[Key::kAdvertised].node.scalar())) return false;
    reason = facts.settings.doubt;
    return true;
  }

  Plan plan(const BrokerSet& set, const WantedListener& wanted) const override { return plan_change(set, wanted); }
};

class EnvLiteral final : public Form {
 public:
  std::string_view id() const override { return "env-literal"; }

  bool matches(const BrokerFacts& facts, std::string& reason) const override {
    const Settings& settings = facts.settings;
    if (!facts.rival.empty()) return false;
    if (advertised_by_env(settings)) {
      reason = settings.doubt;
      return true;
    }
    // Not set at all, on an image where an env entry would be read.
    const Setting& advertised = settings[Key::kAdvertised];
    const bool absent = advertised.by == Setting::By::kNothing || advertised.by == Setting::By::kDefault ||
                        (advertised.by == Setting::By::kUnreadable && settings.mechanics == Mechanics::kBitnami &&
                         !advertised.node && facts.process.env.sources.empty());
    if (!reads_environment(settings) || !settings.doubt.empty() || !absent) return false;
    // Somebody meant a command to give the value, which these images do not run.
    if (settings.mechanics != Mechanics::kBitnami && facts.process.env.find(advertised.variable_name() + "_COMMAND"))
      return false;
    reason = advertised.variable_name() + " is not set; the image would read it";
    if (settings.mechanics == Mechanics::kBitnami && advertised.by == Setting::By::kNothing)
      reason += ", and Kafka takes listeners for what it advertises";
    return true;
  }

  Plan plan(const BrokerSet& set, const WantedListener& wanted) const override { return plan_change(set, wanted); }
};

}  // namespace

const Form& env_var_form() {
  static const EnvVar form;
  return form;
}

const Form& env_literal_form() {
  static const EnvLiteral form;
  return form;
}

}  // namespace brokergate

// wurstmeister and medinvention: the variables hold _{HOSTNAME_COMMAND} or
// _{PORT_COMMAND}, or another variable is a command that gives the list.
#include "rules/kafka/forms/form.h"
#include "rules/kafka/plan.h"
#include "rules/kafka/start_scripts.h"

namespace brokergate {
namespace {

class Commands final : public Form {
 public:
  std::string_view id() const override { return "env-command"; }

  bool matches(const BrokerFacts& facts, std::string& reason) const override {
    const Settings& settings = facts.settings;
    if (!facts.rival.empty() || !settings.doubt.empty() || !settings.unreadable.empty()) return false;
    if (!start_script(settings.mechanics).runs_commands) return false;
    const Setting& advertised = settings[Key::kAdvertised];
    const Setting& listeners = settings[Key::kListeners];
    const bool given =
        advertised.by == Setting::By::kEnv && advertised.node.scalar().find("_{") != std::string_view::npos;
    const bool made =
        !advertised.set && advertised.by == Setting::By::kNothing && listeners.by == Setting::By::kCommand;
    if (made) reason = advertised.variable_name() + " is not set; Kafka takes listeners for it";
    return given || made;
  }

  Plan plan(const BrokerSet& set, const WantedListener& wanted) const override { return plan_change(set, wanted); }
};

}  // namespace

const Form& commands_form() {
  static const Commands form;
  return form;
}

}  // namespace brokergate

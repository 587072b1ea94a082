// advertised.listeners decided in command or args: an export before the image's
// start script, NAME=VALUE arguments of it, or a properties file that the same
// script writes. An env entry of the same name is defeated silently.
#include "rules/kafka/forms/form.h"
#include "rules/kafka/plan.h"

namespace brokergate {
namespace {

class ShellExport final : public Form {
 public:
  std::string_view id() const override { return "shell-export"; }

  bool matches(const BrokerFacts& facts, std::string& reason) const override {
    const Settings& settings = facts.settings;
    const Setting& advertised = settings[Key::kAdvertised];
    if (!settings.unreadable.empty() || !settings.doubt.empty() || settings.mechanics == Mechanics::kUnknown)
      return false;
    switch (advertised.by) {
      case Setting::By::kShell:
        if (advertised.place.starts_with("env in ")) return false;
        if (!advertised.set)
          reason = advertised.place.starts_with("unset")
                       ? advertised.variable_name() + " is unset by the script"
                       : advertised.variable_name() + " is assigned without export, so the image does not see it";
        return true;
      case Setting::By::kArgument:
        return true;
      case Setting::By::kDocument:
        reason = "the script writes the properties file itself";
        return true;
      default:
        return false;
    }
  }

  Plan plan(const BrokerSet& set, const WantedListener& wanted) const override { return plan_change(set, wanted); }
};

}  // namespace

const Form& shell_export_form() {
  static const ShellExport form;
  return form;
}

}  // namespace brokergate

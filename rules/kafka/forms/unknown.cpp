// Everything else: what was seen, and what would have to be true for brokergate
// to read it.
#include "rules/kafka/forms/form.h"
#include "rules/kafka/opaque.h"

namespace brokergate {
namespace {

std::string describe(const BrokerFacts& facts) {
  const Settings& settings = facts.settings;
  if (facts.image.parameter) return "the image is a parameter of a template that is not filled in";
  if (!facts.rival.empty()) return facts.rival;
  if (!facts.process.files.fails.empty()) return facts.process.files.fails;
  if (!facts.process.strange.empty()) return facts.process.strange;
  const Setting& advertised = settings[Key::kAdvertised];
  const Entry entry = facts.process.entry;
  if (entry == Entry::kServerStart)
    return "kafka-server-start reads a properties file: " + (!settings.unreadable.empty() ? settings.unreadable
                                                             : !settings.doubt.empty()
                                                                 ? settings.doubt
                                                                 : "advertised.listeners is not in it");
  if (entry == Entry::kNone && facts.process.argv.empty() && !facts.process.script_read &&
      facts.process.why.starts_with("no command")) {
    const std::string_view how = how_it_is_configured(facts.image);
    return "image " + std::string(facts.image.path) +
           (how.empty() ? " is not one whose start script is known" : ": " + std::string(how));
  }
  if (!settings.unreadable.empty()) return settings.unreadable;
  if (facts.process.env.find(advertised.variable_name() + "_COMMAND"))
    return advertised.variable_name() + "_COMMAND is no setting of this image, and " + advertised.variable_name() +
           " is not set";
  if (!settings.doubt.empty()) return settings.doubt;
  if (!advertised.set && advertised.place.starts_with("env in "))
    return advertised.variable_name() + " is taken away by " + advertised.place;
  if (advertised.set && has_unknown(advertised.value)) return unknown_reason(advertised.value);
  if (advertised.by == Setting::By::kEnv && !advertised.exact)
    return advertised.variable_name() + " has no value in the manifest";
  return "where advertised.listeners comes from was not recognised";
}

std::string way_out(const BrokerFacts& facts) {
  const Settings& settings = facts.settings;
  if (facts.image.parameter) return "fill the template in first";
  if (!facts.process.files.fails.empty()) return "mend the init container first";
  if (!facts.process.strange.empty()) return "then it can be read";
  if (!facts.process.env.sources.empty() && settings.unreadable.empty())
    return "an env entry " + settings[Key::kAdvertised].variable_name() + " beats envFrom: set it with all listeners";
  if (settings.mechanics == Mechanics::kFile || settings[Key::kAdvertised].by == Setting::By::kOverride)
    return "set advertised.listeners where it is set now";
  if (settings.mechanics != Mechanics::kUnknown && settings.doubt.empty())
    return "set " + settings[Key::kAdvertised].variable_name() + " in env with all listeners";
  return "set the address where the start script takes it from";
}

class Unknown final : public Form {
 public:
  std::string_view id() const override { return "unknown-form"; }

  bool matches(const BrokerFacts& facts, std::string& reason) const override {
    reason = describe(facts);
    return true;
  }

  Plan plan(const BrokerSet& set, const WantedListener&) const override {
    Plan plan;
    plan.refusal = "not changed: " + set.form_reason + "; " + way_out(*set.facts);
    plan.at = set.facts->settings[Key::kAdvertised].node;
    if (!*plan.at) plan.at = set.container;
    return plan;
  }
};

}  // namespace

const Form& unknown_form() {
  static const Unknown form;
  return form;
}

}  // namespace brokergate

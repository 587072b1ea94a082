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

// The words that state a property whatever the file says, as far as it is known now.
std::string override_of(const Settings& settings, Key key, const std::string& more) {
  const Setting& setting = settings[key];
  const bool known = setting.set && !setting.value.empty() && !has_unknown(setting.value);
  const std::string name(property_name(key));
  return " --override " + name + "=" + (known ? display(setting.value) : "<" + name + " as the file has it now>") +
         "," + more;
}

// kafka.Kafka reads the file and then puts --override over it (getPropsFromArgs).
std::string overrides_over_file(const Settings& settings, const WantedListener* wanted) {
  const std::string name = wanted ? wanted->name : "EXTERNAL";
  const std::string protocol = wanted ? wanted->protocol : "PLAINTEXT";
  const std::string host = wanted ? wanted->host_template : "<a name for each broker>";
  const int64_t port = wanted ? wanted->port_base : 9094;
  const std::string bind = std::to_string(wanted ? wanted->bind_base.value_or(port) : port);
  return "--override beats the file; add where kafka-server-start.sh is started:" +
         override_of(settings, Key::kListeners, name + "://:" + bind) +
         override_of(settings, Key::kAdvertised, name + "://" + host + ":" + std::to_string(port)) +
         override_of(settings, Key::kProtocolMap, name + ":" + protocol) +
         "; or mount the file from a ConfigMap that is in the input";
}

}  // namespace

std::string unknown_remedy(const BrokerSet& set, const WantedListener* wanted) {
  const BrokerFacts& facts = *set.facts;
  const Settings& settings = facts.settings;
  if (facts.image.parameter) return "fill the template in first";
  if (!facts.process.files.fails.empty()) return "mend the init container first";
  if (!facts.process.strange.empty()) return "let bash run it (command: [bash, …]), or write it for every sh";
  if (!facts.rival.empty()) return "leave one broker in the pod";
  const Entry entry = facts.process.entry;
  if (entry == Entry::kServerStart && settings.doubt.empty() && facts.process.certain)
    return overrides_over_file(settings, wanted);
  if ((entry == Entry::kNone && facts.process.argv.empty() && !facts.process.script_read) ||
      (entry == Entry::kWurstmeister && settings.mechanics == Mechanics::kUnknown))
    return "if that script reads a variable for advertised.listeners, nothing here says which; let a command in the "
           "manifest start the broker (kafka-server-start.sh FILE --override advertised.listeners=… --override "
           "listeners=… --override listener.security.protocol.map=…), or use an image whose start script is known";
  if (!facts.process.env.sources.empty() && settings.unreadable.empty())
    return "an env entry " + settings[Key::kAdvertised].variable_name() + " beats envFrom: set it with all listeners";
  if (settings.mechanics == Mechanics::kFile || settings[Key::kAdvertised].by == Setting::By::kOverride)
    return "set advertised.listeners where it is set now";
  if (settings.mechanics != Mechanics::kUnknown && settings.doubt.empty())
    return "set " + settings[Key::kAdvertised].variable_name() + " in env with all listeners";
  return "set the address where the start script takes it from";
}

namespace {

class Unknown final : public Form {
 public:
  std::string_view id() const override { return "unknown-form"; }

  bool matches(const BrokerFacts& facts, std::string& reason) const override {
    reason = describe(facts);
    return true;
  }

  Plan plan(const BrokerSet& set, const WantedListener& wanted) const override {
    Plan plan;
    plan.refusal = "not changed: " + set.form_reason + "; " + unknown_remedy(set, &wanted);
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

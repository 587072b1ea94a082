// advertised.listeners from the properties file that kafka-server-start.sh, or
// bitnami's run.sh, is given: a ConfigMap's key, or what an init container made of
// it. No variable is read. --override arguments beat the file.
#include "rules/kafka/forms/form.h"
#include "rules/kafka/plan.h"

namespace brokergate {
namespace {

bool file_is_read(const BrokerFacts& facts) {
  const Settings& settings = facts.settings;
  // The Apache image reads its file first, and variables that are not set leave it as it is.
  const bool file = settings.mechanics == Mechanics::kFile ||
                    (settings.mechanics == Mechanics::kApache && settings[Key::kAdvertised].by == Setting::By::kFile);
  return facts.rival.empty() && file && settings.unreadable.empty() && settings.doubt.empty();
}

bool from_file(const Settings& settings) {
  const Setting& advertised = settings[Key::kAdvertised];
  return advertised.by == Setting::By::kFile || advertised.by == Setting::By::kNothing;
}

class BitnamiFile final : public Form {
 public:
  std::string_view id() const override { return "bitnami-file"; }

  bool matches(const BrokerFacts& facts, std::string& reason) const override {
    if (!file_is_read(facts) || facts.process.entry != Entry::kBitnamiRun || !from_file(facts.settings)) return false;
    reason = "a server.properties is mounted, so that the image reads no variables";
    return true;
  }

  Plan plan(const BrokerSet& set, const WantedListener& wanted) const override { return plan_change(set, wanted); }
};

class PropertiesFile final : public Form {
 public:
  std::string_view id() const override { return "properties-file"; }

  bool matches(const BrokerFacts& facts, std::string& reason) const override {
    if (!file_is_read(facts) || !from_file(facts.settings)) return false;
    if (facts.settings[Key::kAdvertised].by == Setting::By::kNothing)
      reason = "advertised.listeners is not in the file; Kafka takes listeners for it";
    return true;
  }

  Plan plan(const BrokerSet& set, const WantedListener& wanted) const override { return plan_change(set, wanted); }
};

}  // namespace

const Form& bitnami_file_form() {
  static const BitnamiFile form;
  return form;
}

const Form& properties_file_form() {
  static const PropertiesFile form;
  return form;
}

}  // namespace brokergate

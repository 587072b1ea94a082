// KRaft nodes with process.roles=controller: clients never talk to them, the
// Confluent and Apache images refuse to start when KAFKA_ADVERTISED_LISTENERS is
// set, and so does Kafka before 3.9 (kafka.server.KafkaConfig).
#include "rules/kafka/forms/form.h"

namespace brokergate {
namespace {

class ControllerOnly final : public Form {
 public:
  std::string_view id() const override { return "controller-only"; }

  bool matches(const BrokerFacts& facts, std::string& reason) const override {
    const Setting& roles = facts.settings[Key::kProcessRoles];
    if (!roles.set || roles.value != "controller" || !facts.settings.doubt.empty()) return false;
    reason = "process.roles is controller: these nodes serve no clients";
    return true;
  }

  Plan plan(const BrokerSet& set, const WantedListener&) const override {
    Plan plan;
    plan.refusal = set.form_reason + " and must not advertise listeners; expose the set with the broker role instead";
    plan.at = set.facts->settings[Key::kProcessRoles].node;
    return plan;
  }
};

}  // namespace

const Form& controller_only_form() {
  static const ControllerOnly form;
  return form;
}

}  // namespace brokergate

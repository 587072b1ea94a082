#include "rules/operators.h"

#include "rules/facts.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

void tell(const Object& object, const Operator& owner, std::string_view field, Report& report) {
  const Value owners = object.metadata()["ownerReferences"];
  Finding& finding =
      report.add(object, owners ? owners : object.metadata(),
                 cat(describe(object), " is written by ", owner.name, ", want changes in ", owner.resource));
  finding.remediation = cat("Change ", field, " of ", owner.resource, "; see ", owner.docs, ".");
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) {
    if (!facts.set->managed_by_operator && facts.set->form_id != "operator-owned") continue;
    const Operator* known = operator_of(*facts.set->object);
    const Operator& owner = known ? *known : unnamed_operator();
    tell(*facts.set->object, owner, owner.listeners, report);
  }
  for (const BrokerService* service : context.facts.services) {
    if (!service->external()) continue;
    if (const Operator* owner = operator_of(*service->object))
      tell(*service->object, *owner, owner->annotations, report);
  }
}

}  // namespace

constinit const Rule operator_owned = {
    {.id = "operator-owned",
     .severity = Severity::kInfo,
     .title = "Objects of an operator are changed in the operator's own resource",
     .why = "An operator compares what it made with its resource and rolls every other change back, so that nothing is "
            "injected here (Strimzi: #1364, per-broker Services lost the internal annotation).",
     .remediation = "Set listeners, advertised addresses and annotations in the operator's resource.",
     .docs = "https://kubernetes.io/docs/concepts/extend-kubernetes/operator/",
     .example = "kind: Kafka\nspec:\n  kafka:\n    listeners:\n    - name: external\n      type: loadbalancer\n"
                "      configuration:\n        brokers:\n        - broker: 0\n          annotations: "
                "{cloud.google.com/load-balancer-type: Internal}\n"},
    check};

}  // namespace brokergate::checks

#include <algorithm>

#include "rules/address_kind.h"
#include "rules/facts.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

bool for_one_broker(const BrokerService& service) {
  return service.external() && service.role == ServiceRole::kPerBroker;
}
bool for_all_brokers(const BrokerService& service) {
  return service.external() && service.role == ServiceRole::kBootstrap && service.selects == Selects::kAllBrokers;
}

void judge(const Context& context, const SetFacts& facts, Report& report) {
  const BrokerSet& set = *facts.set;
  if (set.managed_by_operator || set.form_id == "operator-owned" || set.form_id == "controller-only") return;
  if (set.replicas < 2 || !set.replicas_unknown.empty()) return;
  // With a domain broker-service-missing says that each broker is to have one.
  if (!context.policy.domain.empty() && (context.bundle.complete || context.bundle.sees_peers())) return;
  // Each broker at its node's address and a port there: no Service is needed for that.
  if (has_host_ports(set)) return;
  const auto& services = facts.services;
  if (std::any_of(services.begin(), services.end(), [](const BrokerService* one) { return for_one_broker(*one); }))
    return;
  const auto shared =
      std::find_if(services.begin(), services.end(), [](const BrokerService* one) { return for_all_brokers(*one); });
  if (shared == services.end()) return;
  const Object& object = *(*shared)->object;
  const Value selector = object.spec()["selector"];
  report.add(object, selector ? selector : object.spec(),
             cat("one ", (*shared)->type, " stands for all ", set.replicas,
                 " brokers: it serves for the first connection only, want an external Service for each broker beside "
                 "it"));
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) judge(context, facts, report);
}

}  // namespace

constinit const Rule shared_external_service = {
    {.id = "shared-external-service",
     .severity = Severity::kWarn,
     .title = "No external Service stands for several brokers alone",
     .why = "A Service in front of all brokers sends each connection to any of them. That is enough for the first "
            "request; the next one goes to the leader of a partition, and a connection that ends at another broker is "
            "answered with NOT_LEADER_OR_FOLLOWER or reaches nothing (bitnami/charts #8014 and #17837; strimzi.io, "
            "Accessing Kafka).",
     .remediation = "Add a Service for each broker that selects statefulset.kubernetes.io/pod-name: <set>-<ordinal>, "
                    "and let each broker advertise the name of its own. The one for all may stay for bootstrapping.",
     .docs = "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-name-label",
     .example = "kind: Service\nmetadata: {name: kafka-0-external}\nspec:\n  type: LoadBalancer\n"
                "  selector: {statefulset.kubernetes.io/pod-name: kafka-0}\n  ports: [{port: 9094}]\n"},
    check};

}  // namespace brokergate::checks

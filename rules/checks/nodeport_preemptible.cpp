#include <algorithm>

#include "rules/facts.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

bool inside(Value value, Value ancestor) {
  for (const Node* node = value.node(); node && ancestor; node = node->parent) {
    if (node == ancestor.node()) return true;
  }
  return false;
}

// Undecided, but the manifest makes room for such nodes on purpose.
bool invites(const Placement& placement, Value pod_spec, const Policy& policy) {
  if (placement.kind != Placement::Kind::kUndecided) return false;
  if (inside(placement.at, pod_spec["tolerations"])) return true;
  const std::string_view key = placement.at["key"].str();
  if (key.empty() || placement.at["operator"].str() != "In") return false;
  return std::any_of(placement.at["values"].children().begin(), placement.at["values"].children().end(),
                     [&](const Node& value) {
                       return std::find(policy.preemptible_labels.begin(), policy.preemptible_labels.end(),
                                        std::pair(std::string(key), std::string(Value(&value).scalar()))) !=
                              policy.preemptible_labels.end();
                     });
}

std::string whose(const BrokerService& service) {
  return service.ordinal && service.role == ServiceRole::kPerBroker ? cat("NodePort of broker ", *service.ordinal)
                                                                    : "NodePort in front of the brokers";
}

Value type_of(const BrokerService& service) { return service.object->spec()["type"]; }

void judge_set(const Context& context, const SetFacts& facts, Report& report) {
  const Placement placement = placement_of(facts.set->pod_spec, context.policy);
  const bool preemptible = placement.kind == Placement::Kind::kPreemptible;
  if (!preemptible && !invites(placement, facts.set->pod_spec, context.policy)) return;
  for (const BrokerService* service : facts.services) {
    if (service->type != "NodePort") continue;
    Finding& finding = report.add(
        *service->object, type_of(*service),
        cat(whose(*service), preemptible ? " on preemptible nodes (" : " and nodes that may be preemptible (",
            describe(*facts.set->object), ": ", shown(placement.reason),
            "), want type LoadBalancer or nodes that stay"));
    if (!preemptible) Report::weaken(finding, "the manifest permits preemptible nodes and does not ask for them");
  }
  // No Service in sight, but a node's address is only advertised for a NodePort.
  if (!facts.services.empty() || facts.brokers.empty() || !facts.brokers[0].external) return;
  const std::string& host = facts.brokers[0].external->host;
  if (host != "<hostIP>" && host != "<nodeName>") return;
  Finding& finding = report.add(
      *facts.set->object, placement.at,
      cat("the brokers advertise their node's address and run on nodes that ", preemptible ? "are" : "may be",
          " preemptible (", shown(placement.reason), "), want nodes that stay or a load balancer for each"));
  if (!preemptible) Report::weaken(finding, "the manifest permits preemptible nodes and does not ask for them");
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) judge_set(context, facts, report);
  if (context.policy.exposure != Exposure::kLoadBalancer) return;
  for (const BrokerService* service : context.facts.services) {
    if (service->set || service->type != "NodePort" || service->role != ServiceRole::kPerBroker) continue;
    Finding& finding = report.add(
        *service->object, type_of(*service),
        cat(whose(*service), " breaks where its nodes are preemptible, want type LoadBalancer or nodes that stay"));
    Report::weaken(finding, cat("the StatefulSet is not in sight, so its nodes are not known; ", service->evidence));
  }
}

}  // namespace

constinit const Rule nodeport_preemptible = {
    {.id = "nodeport-preemptible",
     .severity = Severity::kDeny,
     .title = "No NodePort access to brokers on preemptible nodes",
     .why =
         "With NodePort a broker is reached at the address of a node, and that address is what it advertises. A spot "
         "or preemptible VM is taken away with 30 seconds' notice and the next has another IP: clients keep an "
         "address that is gone (cp-helm-charts #599, Yolean/kubernetes-kafka #89, bitnami/charts #25456).",
     .remediation =
         "Expose the brokers by internal load balancers, or keep them off such nodes: required node affinity "
         "with cloud.google.com/gke-spot DoesNotExist, or a stable node pool.",
     .docs = "https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms",
     .example = "kind: Service\nspec: {type: NodePort, selector: {statefulset.kubernetes.io/pod-name: kafka-0}}\n---\n"
                "kind: StatefulSet\nspec:\n  template:\n    spec:\n      nodeSelector: {cloud.google.com/gke-spot: "
                "\"true\"}\n",
     .example_is_wrong = true},
    check};

}  // namespace brokergate::checks

#include <algorithm>

#include "rules/facts.h"
#include "rules/kafka/keep_off.h"
#include "rules/kafka/node_index.h"
#include "rules/known_cluster.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

// A reason names a selector, counts and pools, and so does what to do about it.
constexpr size_t kLongestReason = 400;

// What a finding says to do; how to allow it stands in the rule's own documentation, for those who look there.
std::string instead(const std::string& keep_off) {
  return cat(
      "Expose the brokers by internal load balancers, or keep them off such nodes: ",
      keep_off.empty() ? "required node affinity with the label that marks them" : shown(keep_off, kLongestReason),
      ", or a stable node pool.");
}

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

// What a set's placement leads to, for the Services in front of it and for itself.
struct Judgement {
  Placement placement;
  bool tell = false;
  std::string where;   // "on preemptible nodes"
  std::string are;     // "are preemptible"
  std::string weaker;  // why it is no denial; empty: it is one
};

Judgement by_manifest(Placement placement, Value pod_spec, const Policy& policy) {
  if (placement.kind == Placement::Kind::kPreemptible) {
    return {std::move(placement), true, "on preemptible nodes", "are preemptible", {}};
  }
  const bool tell = invites(placement, pod_spec, policy);
  return {std::move(placement), tell, "and nodes that may be preemptible", "may be preemptible",
          "the manifest permits preemptible nodes and does not ask for them"};
}

// What a view that may be stale is silent about, or alone in, is known no better than without it.
bool doubtful(const Context& context) { return !context.doubt.empty() && context.policy.when_stale != Severity::kDeny; }

Judgement judge(Value pod_spec, const Context& context) {
  const Policy& policy = context.policy;
  Placement placement = placement_of(pod_spec, policy, context.nodes);
  if (!placement.known) return by_manifest(std::move(placement), pod_spec, policy);
  if (doubtful(context)) {
    Judgement alone = by_manifest(placement_of(pod_spec, policy), pod_spec, policy);
    if (placement.kind == Placement::Kind::kStable || alone.placement.kind == Placement::Kind::kPreemptible)
      return alone;
  }
  Judgement out;
  out.tell = placement.kind != Placement::Kind::kStable;
  const bool all = placement.kind == Placement::Kind::kPreemptible;
  out.where = all ? "on preemptible nodes" : "on nodes some of which are preemptible";
  out.are = all ? "are preemptible" : "are in part preemptible";
  if (doubtful(context)) {
    out.weaker = context.doubt;
  } else if (!all && policy.may_be_preemptible == Severity::kWarn) {
    out.weaker = "the policy's preemptible.mayLand is warn";
  }
  out.placement = std::move(placement);
  return out;
}

void judge_set(const Context& context, const SetFacts& facts, Report& report) {
  const auto& services = facts.services;
  const bool node_port = std::any_of(services.begin(), services.end(),
                                     [](const BrokerService* service) { return service->type == "NodePort"; });
  const bool alone = advertises_node(facts);
  if (!node_port && !alone) return;
  const Judgement judgement = judge(facts.set->pod_spec, context);
  if (!judgement.tell) return;
  const std::string reason = shown(judgement.placement.reason, kLongestReason);
  const auto finish = [&](Finding& finding) {
    finding.remediation = instead(judgement.placement.keep_off);
    if (!judgement.weaker.empty()) Report::weaken(finding, judgement.weaker);
  };
  for (const BrokerService* service : services) {
    if (service->type != "NodePort") continue;
    finish(report.add(*service->object, type_of(*service),
                      cat(whose(*service), " ", judgement.where, " (", describe(*facts.set->object), ": ", reason,
                          "), want type LoadBalancer or nodes that stay")));
  }
  if (!alone || node_port) return;
  // No Service in sight, but a node's address is only advertised for a NodePort or a port of the node itself.
  // A headless Service leads nobody in.
  const bool other_way =
      std::any_of(services.begin(), services.end(), [](const BrokerService* service) { return service->external(); });
  if (other_way) return;
  finish(report.add(*facts.set->object, judgement.placement.at,
                    cat("the brokers advertise their node's address and run on nodes that ", judgement.are, " (",
                        reason, "), want nodes that stay or a load balancer for each")));
}

// Of a Service alone: whether any node could do harm at all.
bool harmless(const Context& context) {
  return context.nodes && !doubtful(context) && context.nodes->nodes() > 0 && context.nodes->impl().preemptible.empty();
}

// … and what would keep pods off all of them.
std::string everywhere(const Context& context) {
  if (!context.nodes || context.nodes->nodes() == 0) return {};
  const NodeIndex::Impl& index = context.nodes->impl();
  return told(keep_off(index.preemptible, index.all - index.preemptible, index));
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) judge_set(context, facts, report);
  if (context.policy.exposure != Exposure::kLoadBalancer || harmless(context)) return;
  for (const BrokerService* service : context.facts.services) {
    if (service->set || service->type != "NodePort" || service->role != ServiceRole::kPerBroker) continue;
    Finding& finding = report.add(
        *service->object, type_of(*service),
        cat(whose(*service), " breaks where its nodes are preemptible, want type LoadBalancer or nodes that stay"));
    finding.remediation = instead(everywhere(context));
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
         "address that is gone (cp-helm-charts #599, Yolean/kubernetes-kafka #89, bitnami/charts #25456). "
         "Denied is a NodePort Service in front of brokers, or brokers that advertise their node's address, when they "
         "run on such nodes. Where Node objects are known (among the input, or from the cluster), the pods' "
         "nodeSelector, required node affinity and tolerations are held against each node as the scheduler does: "
         "denied if any node that they fit is preemptible, passed in silence if none is; the finding counts them. A "
         "node that is cordoned or not ready counts, as it comes back; pools of the policy's nodePools count while "
         "they have no node. A node is of such a pool where a provider's label names it, or, where none names a pool "
         "of the policy, where the node carries all labels that the policy gives the pool. Where no node is known, or "
         "none fits, the manifest alone is judged: denied if it selects "
         "preemptible nodes, a warning if it tolerates or lists them; a Service without its StatefulSet is a warning "
         "unless the policy's exposure is NodePort or either. "
         "Preemptible is what carries a provider's mark (GKE, EKS, Karpenter, AKS, OKE, Spot) or what the policy's "
         "preemptible and nodePools name.",
     .remediation =
         "Expose the brokers by internal load balancers, or keep them off such nodes: required node affinity "
         "with the label that the finding names (cloud.google.com/gke-spot DoesNotExist, "
         "eks.amazonaws.com/capacityType "
         "NotIn [SPOT]), no toleration of their taint, or a stable node pool. "
         "To allow it: preemptible.mayLand: warn in the policy where only some of the nodes are preemptible, "
         "rules: {nodeport-preemptible: warn} for all, or a suppression with its reason for one object; nodePools "
         "tells of pools that have no node at the moment.",
     .docs = "https://cloud.google.com/kubernetes-engine/docs/concepts/spot-vms",
     .example = "kind: Service\nspec: {type: NodePort, selector: {statefulset.kubernetes.io/pod-name: kafka-0}}\n---\n"
                "kind: StatefulSet\nspec:\n  template:\n    spec:\n      nodeSelector: {cloud.google.com/gke-spot: "
                "\"true\"}\n",
     .example_is_wrong = true},
    check};

}  // namespace brokergate::checks

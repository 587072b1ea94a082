#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/facts.h"
#include "rules/load_balancer.h"
#include "rules/ordinal_list.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

constexpr std::string_view kGlobalAccess = "networking.gke.io/internal-load-balancer-allow-global-access";

// With NodePort the advertised address decides what Local does (nodeport-address).
bool of_one_broker(const BrokerService& service) {
  return service.type == "LoadBalancer" && service.role == ServiceRole::kPerBroker && service.ordinal;
}

// Once for a set: its Services are copies of one another.
struct Alike {
  const BrokerService* first = nullptr;
  std::vector<int64_t> brokers;

  template <typename Test>
  Alike(const std::vector<const BrokerService*>& services, const Test& test) {
    for (const BrokerService* service : services) {
      if (!of_one_broker(*service) || !test(*service->object)) continue;
      if (!first) first = service;
      brokers.push_back(*service->ordinal);
    }
    brokers = in_order(std::move(brokers));
  }
  std::string text() const { return cat("broker ", *first->ordinal, also_text(*first->ordinal, brokers)); }
};

void judge_local(const std::vector<const BrokerService*>& services, Report& report) {
  constexpr std::string_view kField = "externalTrafficPolicy";
  Alike alike(services, [&](const Object& object) { return object.spec()[kField].str() == "Local"; });
  if (!alike.first) return;
  Finding& finding = report.add(
      *alike.first->object, alike.first->object->spec()[kField],
      cat("externalTrafficPolicy Local of ", alike.text(),
          ": when the broker moves to another node, clients wait until the load balancer has noticed, want Cluster"));
  finding.ordinals = std::move(alike.brokers);
}

// Whether all clients are in the load balancer's region is not written in a manifest. It is a hint
// for those who say that their cloud is GKE, not for everybody to whom that is only assumed.
void judge_region(const Context& context, const std::vector<const BrokerService*>& services, Report& report) {
  if (!context.policy.provider_named || context.policy.provider->id != "gke") return;
  Alike alike(services, [&](const Object& object) {
    return scheme_of(object, *context.policy.provider).internal() && !annotation(object, kGlobalAccess);
  });
  if (!alike.first) return;
  const Object& object = *alike.first->object;
  const Value annotations = annotations_of(object);
  Finding& finding =
      report.add(object, annotations ? annotations : object.metadata(),
                 cat("the internal load balancer of ", alike.text(), " serves clients of its own region only, want ",
                     kGlobalAccess, " said, true or false"));
  finding.remediation = cat("Annotate the Service with ", kGlobalAccess,
                            ": \"true\" where clients of other regions of the network are "
                            "to reach the brokers, with \"false\" where they are not.");
  finding.ordinals = std::move(alike.brokers);
  Report::to_info(finding, "where the clients are is not written here");
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) {
    judge_local(facts.services, report);
    judge_region(context, facts.services, report);
  }
}

}  // namespace

constinit const Rule traffic_policy = {
    {.id = "traffic-policy",
     .severity = Severity::kWarn,
     .title = "A broker's load balancer finds the broker wherever it runs, and clients from everywhere they are",
     .why = "With externalTrafficPolicy Local only the node that runs the broker passes the load balancer's health "
            "check: after a move to another node clients are cut off until the next checks have passed (strimzi "
            "#6479, kubernetes #53657 and #80579). Internal load balancers of GKE answer clients of their own region "
            "unless global access is allowed.",
     .remediation = "Leave externalTrafficPolicy at Cluster, unless the brokers have to see their clients' addresses.",
     .docs = "https://kubernetes.io/docs/tasks/access-application-cluster/create-external-load-balancer/"
             "#preserving-the-client-source-ip",
     .example = "kind: Service\nmetadata:\n  annotations:\n    cloud.google.com/load-balancer-type: Internal\n    "
                "networking.gke.io/internal-load-balancer-allow-global-access: \"true\"\nspec:\n  type: LoadBalancer\n"
                "  externalTrafficPolicy: Cluster\n"},
    check};

}  // namespace brokergate::checks

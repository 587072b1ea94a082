#include "rules/facts.h"
#include "rules/load_balancer.h"
#include "rules/operators.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

std::string escaped(std::string_view key) {
  std::string out;
  for (const char byte : key) out += byte == '~' ? "~0" : byte == '/' ? "~1" : std::string(1, byte);
  return out;
}

std::string whose(const BrokerService& service) {
  return service.role == ServiceRole::kPerBroker && service.ordinal ? cat("load balancer of broker ", *service.ordinal)
                                                                    : "load balancer in front of the brokers";
}

std::string wanted(const Provider& provider) {
  const auto pairs = internal_annotations(provider, nullptr);
  return pairs.empty() ? cat("the internal annotation of ", provider.id) : cat(pairs[0].first, ": ", pairs[0].second);
}

void add_fix(const Context& context, const BrokerService& service, const Scheme& scheme, Finding& finding) {
  const Object& object = *service.object;
  if (const Value address = public_ip_of(object)) {
    finding.remediation = cat("spec.loadBalancerIP is the public address ", address.str(),
                              ", which an internal load balancer cannot have: reserve an internal address of the ",
                              "subnet, write it there, then set the annotation.");
    return;
  }
  const bool update = context.admission && context.admission->operation == Operation::kUpdate;
  if (scheme.kind == Scheme::Kind::kForeign && !context.policy.provider->internal_classes.empty()) return;
  Finding::Fix fix{&object, {}};
  for (const auto& [key, value] :
       internal_annotations(*context.policy.provider, update ? context.admission->old_object : nullptr)) {
    Edit edit = set_edit(object.root, {"metadata", "annotations", key}, std::string_view(value));
    edit.reason = "makes the load balancer internal";
    fix.edits.push_back(std::move(edit));
  }
  if (!fix.edits.empty()) finding.fixes.push_back(std::move(fix));
}

void check(const Context& context, Report& report) {
  if (!context.policy.internal_required) return;
  const Provider& provider = *context.policy.provider;
  for (const BrokerService* service : context.facts.services) {
    if (service->type != "LoadBalancer") continue;
    const Object& object = *service->object;
    const Scheme scheme = scheme_of(object, provider);
    if (scheme.internal()) continue;
    const std::string who = whose(*service);
    if (scheme.kind == Scheme::Kind::kForeign) {
      Finding& finding = report.add(
          object, scheme.at, cat(who, " has loadBalancerClass ", shown(scheme.at.str()), ", want an internal one"));
      Report::weaken(finding,
                     cat("whether that controller makes it internal cannot be known from the rules of ", provider.id));
      if (provider.internal_classes.empty()) add_fix(context, *service, scheme, finding);
      continue;
    }
    const Value annotations = annotations_of(object);
    Finding& finding =
        scheme.at ? report.add(object, scheme.at,
                               cat(who, " is external: ", scheme.key, " is \"", shown(scheme.at.scalar()), "\", want ",
                                   wanted(provider)))
                  : report.add(object, annotations.is_map() ? annotations : object.metadata(),
                               cat(who, " is external: no annotation makes it internal, want ", wanted(provider)));
    if (!service->certain && service->role != ServiceRole::kPerBroker) {
      Report::weaken(finding, cat("the StatefulSet is not in sight; ", service->evidence));
    }
    const bool slip =
        scheme.key != "spec.loadBalancerClass" && scheme.at && !says_external(provider, scheme.key, scheme.at.scalar());
    if (slip) add_fix(context, *service, scheme, finding);
    if (slip) continue;
    if (scheme.at) {
      finding.remediation = cat("Somebody wrote ", scheme.key, " by hand: change it to ", wanted(provider),
                                ", or accept this load balancer with a suppression in the policy.");
      continue;
    }
    finding.missing = cat(annotations.is_map() ? "" : "annotations/",
                          escaped(provider.write.empty() ? provider.annotations[0].key : provider.write[0]));
    add_fix(context, *service, scheme, finding);
    if (operator_of(object))
      finding.remediation = cat("An operator makes this Service: set the annotation in its resource, ",
                                operator_of(object)->annotations, ".");
  }
}

}  // namespace

constinit const Rule internal_load_balancer = {
    {.id = "internal-load-balancer",
     .severity = Severity::kDeny,
     .title = "Load balancers in front of brokers are internal",
     .why = "A Service of type LoadBalancer without the provider's internal annotation gets a public address: the "
            "brokers are reachable from the internet. On GKE the first present key of "
            "networking.gke.io/load-balancer-type and cloud.google.com/load-balancer-type decides, only Internal "
            "counts, and spec.loadBalancerClass beats both (cloud-provider-gcp, gce_annotations.go).",
     .remediation = "Set the provider's internal annotation when the Service is created (GKE: "
                    "cloud.google.com/load-balancer-type: Internal and networking.gke.io/load-balancer-type: "
                    "Internal). An existing load balancer gets a new address by it: plan that as a migration.",
     .docs = "https://cloud.google.com/kubernetes-engine/docs/how-to/internal-load-balancing",
     .example = "metadata:\n  annotations:\n    cloud.google.com/load-balancer-type: Internal\n"
                "    networking.gke.io/load-balancer-type: Internal\nspec:\n  type: LoadBalancer\n"},
    check};

}  // namespace brokergate::checks

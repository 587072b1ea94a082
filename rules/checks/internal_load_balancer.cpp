#include "rules/facts.h"
#include "rules/load_balancer.h"
#include "rules/operators.h"
#include "rules/public_ways.h"
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

// `decides`: the key that is there and has to change; empty when none is.
std::string wanted(const Provider& provider, std::string_view decides = {}) {
  for (const InternalAnnotation& known : provider.annotations) {
    if (known.key == decides) return cat(known.key, ": ", known.values.front());
  }
  const auto pairs = internal_annotations(provider, nullptr);
  return pairs.empty() ? cat("the internal annotation of ", provider.id) : cat(pairs[0].first, ": ", pairs[0].second);
}

void add_fix(const Context& context, const BrokerService& service, const Provider& provider, const Scheme& scheme,
             Finding& finding) {
  const Object& object = *service.object;
  if (const Value address = public_ip_of(object)) {
    finding.remediation = cat("spec.loadBalancerIP is the public address ", address.str(),
                              ", which an internal load balancer cannot have: reserve an internal address of the ",
                              "subnet, write it there, then set the annotation.");
    return;
  }
  const bool update = context.admission && context.admission->operation == Operation::kUpdate;
  if (scheme.kind == Scheme::Kind::kForeign) return;
  Finding::Fix fix{&object, {}};
  for (const auto& [key, value] : internal_annotations(provider, update ? context.admission->old_object : nullptr)) {
    Edit edit = set_edit(object.root, {"metadata", "annotations", key}, std::string_view(value));
    edit.reason = "makes the load balancer internal";
    fix.edits.push_back(std::move(edit));
  }
  if (!fix.edits.empty()) finding.fixes.push_back(std::move(fix));
}

// A class of another controller: its ways are not in the provider's table.
void judge_foreign(const Context& context, const BrokerService& service, const Provider& provider, const Scheme& scheme,
                   Report& report) {
  Finding& finding = report.add(
      *service.object, scheme.at,
      cat(whose(service), " has loadBalancerClass ", shown(scheme.at.str()), ", want one known to be internal"));
  Report::weaken(finding, cat("what that controller does is not in the rules of ", provider.id));
  add_fix(context, service, provider, scheme, finding);
}

// Somebody said external: it is their word, unless it is a slip.
void judge_stated(const Context& context, const BrokerService& service, const Provider& provider, const Scheme& scheme,
                  Report& report) {
  const bool by_class = scheme.key == kClassKey;
  const std::string want =
      by_class ? cat("the class ", provider.internal_classes.front()) : wanted(provider, scheme.key);
  Finding& finding = report.add(
      *service.object, scheme.at,
      cat(whose(service), " is external: ", scheme.key, " is \"", shown(scheme.at.scalar()), "\", want ", want));
  if (by_class) {
    finding.remediation = cat("Make the Service anew with ", want, ": spec.loadBalancerClass cannot be changed.");
  } else if (says_external(provider, scheme.at.scalar())) {
    finding.remediation = cat("Somebody wrote ", scheme.key, " on purpose: change it to ", want,
                              ", or accept this load balancer with a suppression in the policy.");
  } else {
    add_fix(context, service, provider, scheme, finding);
  }
}

void judge_unstated(const Context& context, const BrokerService& service, const Provider& provider,
                    const Scheme& scheme, Report& report) {
  const Object& object = *service.object;
  const Value annotations = annotations_of(object);
  Finding& finding =
      report.add(object, annotations.is_map() ? annotations : object.metadata(),
                 cat(whose(service), " is external: no annotation makes it internal, want ", wanted(provider)));
  finding.missing = cat(annotations.is_map() ? "" : "annotations/",
                        escaped(provider.write.empty() ? provider.annotations[0].key : provider.write[0]));
  std::string pairs;
  for (const auto& [key, value] : internal_annotations(provider, nullptr)) {
    pairs += cat(pairs.empty() ? "" : " and ", key, ": ", value);
  }
  finding.remediation = cat("Write ", pairs.empty() ? wanted(provider) : pairs,
                            " when the Service is created. An existing load balancer gets a new address by it: plan "
                            "that as a migration.",
                            assumption_of(context.policy, provider));
  add_fix(context, service, provider, scheme, finding);
  if (const Operator* owner = operator_of(object)) {
    finding.remediation = cat("Set the annotation in the resource of ", owner->name, ": ", owner->annotations, ".");
  }
}

void check(const Context& context, Report& report) {
  if (!context.policy.internal_required) return;
  tell_public_ways(context, report);
  for (const BrokerService* service : context.facts.services) {
    if (service->type != "LoadBalancer") continue;
    const Provider& provider = provider_of(context.policy, *service->object);
    const Scheme scheme = scheme_of(*service->object, provider);
    if (scheme.internal()) continue;
    const auto judge = scheme.kind == Scheme::Kind::kForeign ? judge_foreign
                       : scheme.at                           ? judge_stated
                                                             : judge_unstated;
    judge(context, *service, provider, scheme, report);
    if (service->certain) continue;
    Finding& finding = report.last();
    finding.remediation += cat(" The Service was judged by itself: ", service->evidence, ".");
    // A selector on one pod and Kafka's port leave little doubt; a bootstrap Service may be another program's.
    if (service->role != ServiceRole::kPerBroker) {
      Report::weaken(finding, cat("the StatefulSet is not in sight; ", service->evidence));
    }
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
            "(or internal) counts, and spec.loadBalancerClass beats both (cloud-provider-gcp, gce_annotations.go).",
     .remediation = "Set the provider's internal annotation when the Service is created (GKE: "
                    "cloud.google.com/load-balancer-type: Internal and networking.gke.io/load-balancer-type: "
                    "Internal). An existing load balancer gets a new address by it: plan that as a migration.",
     .docs = "https://kubernetes.io/docs/concepts/services-networking/service/#internal-load-balancer",
     .example = "metadata:\n  annotations:\n    cloud.google.com/load-balancer-type: Internal\n"
                "    networking.gke.io/load-balancer-type: Internal\nspec:\n  type: LoadBalancer\n"},
    check};

}  // namespace brokergate::checks

#include <algorithm>

#include "rules/facts.h"
#include "rules/load_balancer.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

Finding::Fix set_internal(const Object& object, const Provider& provider, std::string_view key) {
  Finding::Fix fix{&object, {}};
  for (const InternalAnnotation& known : provider.annotations) {
    if (!key.empty() && known.key != key) continue;
    if (key.empty() && std::find(provider.write.begin(), provider.write.end(), known.key) == provider.write.end())
      continue;
    Edit edit = set_edit(object.root, {"metadata", "annotations", known.key}, std::string_view(known.values.front()));
    edit.reason = "the value that means internal";
    fix.edits.push_back(std::move(edit));
  }
  return fix;
}

// A value that looks meant to be internal and is external.
void check_values(const Object& object, const Provider& provider, Report& report) {
  for (const InternalAnnotation& known : provider.annotations) {
    const Value value = annotation(object, known.key);
    if (!value || known.values.front().find('*') != std::string::npos) continue;
    const bool text = value.is_string();
    if (text && (known.accepts(value.str()) || says_external(provider, value.str()))) continue;
    Finding& finding = report.add(object, value,
                                  text ? cat(known.key, " is \"", shown(value.str()),
                                             "\", which means external, want \"", known.values.front(), "\"")
                                       : cat(known.key, " is not a string, want \"", known.values.front(), "\""));
    finding.fixes.push_back(set_internal(object, provider, known.key));
  }
}

// Keys of one provider that contradict one another, or the class.
void check_keys(const Object& object, const Provider& provider, Report& report) {
  const Scheme scheme = scheme_of(object, provider);
  if (!scheme.at || scheme.kind == Scheme::Kind::kForeign) return;
  for (const InternalAnnotation& known : provider.annotations) {
    const Value value = annotation(object, known.key);
    if (!value || known.key == scheme.key || known.accepts(value.scalar()) == scheme.internal()) continue;
    report.add(object, value,
               cat(known.key, " is \"", shown(value.scalar()), "\" but ", scheme.key, " is \"",
                   shown(scheme.at.scalar()), "\" and decides, want both to say the same"));
  }
  if (const Value address = public_ip_of(object); scheme.internal() && address) {
    report
        .add(object, address,
             cat("loadBalancerIP is the public address ", address.str(),
                 " of an internal load balancer, want an address of the subnet or none"))
        .remediation =
        "Remove spec.loadBalancerIP or write an internal address that is reserved in the subnet; with "
        "this one the Service stays pending.";
  }
}

// A key that only a second controller reads, where the cloud's own may serve the Service.
void check_controller(const Object& object, const Provider& provider, Report& report) {
  const Scheme scheme = scheme_of(object, provider);
  if (!scheme.controller_assumed) return;
  Finding& finding = report.add(object, scheme.at,
                                cat(scheme.key, " is read by one of the two controllers of ", provider.id,
                                    " only, and nothing here says that it serves this Service; the other one makes a "
                                    "public load balancer, want the key of both"));
  Report::weaken(finding, cat("a webhook of that controller may claim the Service; loadBalancerClass ",
                              provider.controller_classes.front(), " would say so"));
  finding.remediation = cat("Write the key of the cloud's own controller as well, or spec.loadBalancerClass: ",
                            provider.controller_classes.front(), " when the Service is created.");
  finding.fixes.push_back(set_internal(object, provider, {}));
}

// Another cloud's key, which nothing reads here, where this cloud's own is missing.
void check_foreign(const Object& object, const Provider& own, Report& report) {
  if (scheme_of(object, own).at) return;
  for (const std::string_view id : provider_ids()) {
    if (id == own.id) continue;
    for (const InternalAnnotation& known : find_provider(id)->annotations) {
      const Value value = annotation(object, known.key);
      if (!value || !known.accepts(value.scalar())) continue;
      Finding& finding =
          report.add(object, value, cat(known.key, " is read on ", id, " only, want the annotation of ", own.id));
      if (!own.write.empty() && !public_ip_of(object)) finding.fixes.push_back(set_internal(object, own, {}));
      return;
    }
  }
}

void check(const Context& context, Report& report) {
  for (const BrokerService* service : context.facts.services) {
    if (service->type != "LoadBalancer") continue;
    const Provider& provider = provider_of(context.policy, *service->object);
    check_values(*service->object, provider, report);
    check_keys(*service->object, provider, report);
    check_controller(*service->object, provider, report);
    check_foreign(*service->object, provider, report);
  }
}

}  // namespace

constinit const Rule load_balancer_type_conflict = {
    {.id = "load-balancer-type-conflict",
     .severity = Severity::kDeny,
     .title = "What says internal or external is said once and in words the cloud knows",
     .why = "The cloud controller reads one key and one spelling and drops the rest without a word: on GKE Private, "
            "INTERNAL and true all mean external, networking.gke.io/load-balancer-type hides the older key, and "
            "spec.loadBalancerClass hides both (cloud-provider-gcp, gce_annotations.go and gce_loadbalancer.go). "
            "The manifest then says internal and the address is public.",
     .remediation =
         "Write the provider's own key with its own value, the same in every place that is present "
         "(GKE: Internal in both keys). Which provider is meant is said in the policy, spec.internal.provider.",
     .docs = "https://cloud.google.com/kubernetes-engine/docs/concepts/service-load-balancer-parameters",
     .example = "metadata:\n  annotations:\n    networking.gke.io/load-balancer-type: External   # decides\n"
                "    cloud.google.com/load-balancer-type: Internal    # not read\n",
     .example_is_wrong = true},
    check};

}  // namespace brokergate::checks

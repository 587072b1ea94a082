#include "rules/before.h"
#include "rules/facts.h"
#include "rules/load_balancer.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

std::string_view word(const Scheme& scheme) { return scheme.internal() ? "internal" : "external"; }

void judge(const Context& context, const Object& now, const Object& before, Report& report) {
  // What was there tells the provider better than an update that lost it.
  const Provider& provider = provider_of(context.policy, before);
  if (!is_live(before) && !is_live(now)) return;
  if (now.spec()["type"].str() != "LoadBalancer" || before.spec()["type"].str() != "LoadBalancer") return;
  const Scheme is = scheme_of(now, provider), was = scheme_of(before, provider);
  if (is.kind == was.kind || is.kind == Scheme::Kind::kForeign || was.kind == Scheme::Kind::kForeign) return;
  const Value annotations = annotations_of(now);
  Finding& finding = report.add(now,
                                is.at                  ? is.at
                                : annotations.is_map() ? annotations
                                                       : now.metadata(),
                                cat("this update makes the live load balancer ", word(is), ", it is ", word(was),
                                    " and has an address, want it unchanged"));
  if (!was.internal() || is.at) return;
  // The annotation was lost, as in a full re-apply of a manifest without it.
  Finding::Fix fix{&now, {}};
  for (const auto& [key, value] : internal_annotations(provider, &before)) {
    Edit edit = set_edit(now.root, {"metadata", "annotations", key}, std::string_view(value));
    edit.reason = "what runs is internal; the update lost the annotation";
    fix.edits.push_back(std::move(edit));
  }
  if (!fix.edits.empty()) finding.fixes.push_back(std::move(fix));
}

void check(const Context& context, Report& report) {
  if (!context.before) return;
  for (const BrokerService* service : context.facts.services) {
    if (const Object* before = context.before->of(*service->object)) judge(context, *service->object, *before, report);
  }
}

}  // namespace

constinit const Rule live_load_balancer_change = {
    {.id = "live-load-balancer-change",
     .severity = Severity::kDeny,
     .title = "An update does not turn a live load balancer internal or external",
     .why = "When the type annotation of a Service that has an address appears, changes or goes, the cloud controller "
            "deletes the load balancer and makes another: new IP, clients and DNS point at nothing until they learn it "
            "(ingress-gce, TestEnsureInternalLoadBalancerTypeChange). Some providers ignore the change instead, and "
            "the manifest no longer says what runs.",
     .remediation = "Leave the annotation as it is on this Service. To change the type, make a second Service with the "
                    "wanted annotation, move clients and DNS, then delete the first.",
     .docs = "https://cloud.google.com/kubernetes-engine/docs/how-to/internal-load-balancing",
     .example =
         "# live:   cloud.google.com/load-balancer-type: Internal, status.loadBalancer.ingress: [{ip: 10.0.0.9}]\n"
         "# update: without the annotation\n",
     .example_is_wrong = true},
    check};

}  // namespace brokergate::checks

#include <string>
#include <string_view>
#include <vector>

#include "rules/facts.h"
#include "rules/load_balancer.h"
#include "rules/registry.h"
#include "rules/service_change.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

struct Lonely {
  Value at;
  std::string key, twin;
};

// The names external-dns knows; an unknown one is copied by nobody's wish.
std::vector<Lonely> without_twin(const Object& object, std::string_view from, std::string_view to) {
  std::vector<Lonely> out;
  const Value annotations = annotations_of(object);
  for (const std::string_view name : {"hostname", "internal-hostname", "target", "ttl", "access", "endpoints-type",
                                      "alias", "set-identifier", "ingress-hostname-source", "controller"}) {
    std::string key = cat(from, name), twin = cat(to, name);
    const Value value = annotations[key];
    if (!value.is_null() && annotations[twin].is_null()) out.push_back({value, std::move(key), std::move(twin)});
  }
  return out;
}

void tell(const Context& context, const BrokerService& service, std::string_view from, std::string_view to,
          Report& report) {
  const Object& object = *service.object;
  const std::vector<Lonely> keys = without_twin(object, from, to);
  if (keys.empty()) return;
  const bool sure = !context.policy.external_dns_prefix.empty();
  Finding& finding = report.add(
      object, keys[0].at,
      cat(keys[0].key, " is not read by external-dns ", from == kOldDnsPrefix ? "0.22 and later" : "before 0.22",
          sure ? ", which the policy names" : "", ", want ", keys[0].twin, " as well"));
  Finding::Fix fix{&object, {}};
  for (const Lonely& key : keys) {
    const bool name = key.key.ends_with("/hostname");
    const std::string value =
        name ? host_after(context.facts, service, context.policy, key.at.scalar()) : std::string(key.at.scalar());
    Edit edit = set_edit(object.root, {"metadata", "annotations", key.twin}, std::string_view(value));
    edit.reason = "the key that other versions of external-dns read";
    fix.edits.push_back(std::move(edit));
  }
  finding.fixes.push_back(std::move(fix));
}

void check(const Context& context, Report& report) {
  const std::string& read = context.policy.external_dns_prefix;
  for (const BrokerService* service : context.facts.services) {
    if (read != kOldDnsPrefix)
      tell(context, *service, kOldDnsPrefix, read.empty() ? kNewDnsPrefix : std::string_view(read), report);
    if (read != kNewDnsPrefix)
      tell(context, *service, kNewDnsPrefix, read.empty() ? kOldDnsPrefix : std::string_view(read), report);
  }
}

}  // namespace

constinit const Rule external_dns_prefix = {
    {.id = "external-dns-prefix",
     .severity = Severity::kWarn,
     .title = "external-dns annotations carry the prefix that the cluster's external-dns reads",
     .why = "Up to v0.21 external-dns read external-dns.alpha.kubernetes.io/…; v0.22.0 reads only "
            "external-dns.kubernetes.io/… unless --annotation-prefix says otherwise, with no fallback. A broker's DNS "
            "record then is not made, or is deleted by the upgrade.",
     .remediation = "Write both keys with the same value, or name the prefix in the policy (spec.externalDNS.prefix).",
     .docs = "https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/",
     .example = "metadata:\n  annotations:\n    external-dns.alpha.kubernetes.io/hostname: kafka-0.kafka.example.com\n"
                "    external-dns.kubernetes.io/hostname: kafka-0.kafka.example.com\n"},
    check};

}  // namespace brokergate::checks

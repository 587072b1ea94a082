#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "rules/facts.h"
#include "rules/load_balancer.h"
#include "rules/ordinal_list.h"
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

bool asks_for_a_name(const Object& object) {
  const Value annotations = annotations_of(object);
  return annotations.is_map() &&
         std::any_of(annotations.children().begin(), annotations.children().end(), [](const Node& entry) {
           // dns.alpha.kubernetes.io: alpha-annotation puts the name into its place.
           return entry.key.starts_with("external-dns.") || entry.key.starts_with("dns.alpha.kubernetes.io/");
         });
}

struct Unasked {
  const BrokerService* service;
  std::string host;
  bool now;  // advertised already, not only after the planned change
};

// Services of brokers that advertise a name of the policy's domain which nobody asks for here.
std::vector<Unasked> unasked(const Context& context, const SetFacts& facts) {
  std::vector<Unasked> out;
  if (!facts.wanted) return out;
  const std::string& prefix = context.policy.external_dns_prefix;
  for (const BrokerService* service : facts.services) {
    const auto wish = wish_for(facts, *service, context.policy);
    if (!wish || wish->host.empty() || asks_for_a_name(*service->object)) continue;
    if (!prefix.empty() && annotation(*service->object, cat(prefix, "hostname"))) continue;
    const OneBroker* broker = facts.broker(*service->ordinal);
    const bool now = broker && broker->external && broker->external->host == wish->host;
    if (now || facts.planned()) out.push_back({service, wish->host, now});
  }
  return out;
}

Finding& tell_unasked(const Unasked& one, std::string_view key, std::string_view more, Report& report) {
  const Object& object = *one.service->object;
  const Value annotations = annotations_of(object);
  Finding& finding =
      report.add(object, annotations.is_map() ? annotations : object.metadata(),
                 cat("no annotation asks external-dns for ", one.host, ", which broker ", *one.service->ordinal,
                     one.now ? " advertises" : " is to advertise", more, ", want ", key));
  finding.remediation =
      cat("Annotate the Service with ", key, ": ", one.host, ", or make the DNS record in another way.");
  finding.beside_change = !one.now;
  if (one.now) Report::to_info(finding, "the record may be made in another way");
  return finding;
}

void tell_missing(const Context& context, const SetFacts& facts, Report& report) {
  const std::vector<Unasked> all = unasked(context, facts);
  if (all.empty()) return;
  const std::string& prefix = context.policy.external_dns_prefix;
  if (prefix.empty()) {
    // Which key the cluster reads is not known, nor that external-dns runs at all: said once.
    std::vector<int64_t> brokers, others;
    for (const Unasked& one : all) brokers.push_back(*one.service->ordinal);
    others.assign(brokers.begin() + 1, brokers.end());
    const std::string more = also_text(brokers[0], std::move(others));
    Finding& finding = tell_unasked(all[0], cat(kNewDnsPrefix, "hostname"), more, report);
    finding.remediation += " With spec.externalDNS.prefix in the policy `brokergate mutate` writes it.";
    finding.ordinals = in_order(std::move(brokers));
    return;
  }
  const std::string key = cat(prefix, "hostname");
  for (const Unasked& one : all) {
    Finding& finding = tell_unasked(one, key, "", report);
    const Object& object = *one.service->object;
    Edit edit = set_edit(object.root, {"metadata", "annotations", key}, std::string_view(one.host));
    edit.reason = cat("the broker advertises ", one.host);
    finding.fixes.push_back({&object, {std::move(edit)}});
  }
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) tell_missing(context, facts, report);
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
     .why =
         "Up to v0.21 external-dns read external-dns.alpha.kubernetes.io/…; v0.22.0 reads only "
         "external-dns.kubernetes.io/… unless --annotation-prefix says otherwise, with no fallback. A broker's DNS "
         "record then is not made, or is deleted by the upgrade. A name that brokers advertise and that no annotation "
         "asks for must come from somewhere else.",
     .remediation = "Write both keys with the same value, or name the prefix in the policy (spec.externalDNS.prefix).",
     .docs = "https://kubernetes-sigs.github.io/external-dns/latest/docs/annotations/annotations/",
     .example = "metadata:\n  annotations:\n    external-dns.alpha.kubernetes.io/hostname: kafka-0.kafka.example.com\n"
                "    external-dns.kubernetes.io/hostname: kafka-0.kafka.example.com\n"},
    check};

}  // namespace brokergate::checks

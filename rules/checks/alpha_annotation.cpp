#include <algorithm>
#include <vector>

#include "rules/alpha_table.h"
#include "rules/facts.h"
#include "rules/load_balancer.h"
#include "rules/registry.h"
#include "rules/service_change.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

// A map that was made to hurt may hold any number of keys of one family.
constexpr size_t kMostKeys = 30;

Edit removal(Value at, std::string reason) {
  Edit edit;
  edit.op = Edit::Op::kRemove;
  edit.target = at.node();
  edit.reason = std::move(reason);
  return edit;
}

// dns.alpha asked for a record; external-dns is asked in its place unless it already is.
void move_name(const Context& context, const BrokerService& service, Value at, Finding::Fix& fix) {
  const Object& object = *service.object;
  const std::string& read = context.policy.external_dns_prefix;
  const bool asked = annotation(object, cat(kOldDnsPrefix, "hostname")) ||
                     annotation(object, cat(kNewDnsPrefix, "hostname")) ||
                     (!read.empty() && annotation(object, cat(read, "hostname")));
  if (!asked && !at.str().empty()) {
    const std::string name = host_after(context.facts, service, context.policy, at.str());
    for (const std::string_view prefix : {kOldDnsPrefix, kNewDnsPrefix}) {
      if (!read.empty() && read != prefix) continue;
      Edit edit = set_edit(object.root, {"metadata", "annotations", cat(prefix, "hostname")}, std::string_view(name));
      edit.reason = "external-dns reads this key";
      fix.edits.push_back(std::move(edit));
    }
  }
  fix.edits.push_back(removal(at, "nothing reads it here"));
}

void mend(const Context& context, const BrokerService& service, const AlphaKey& key, Value at, Finding& finding) {
  Finding::Fix fix{service.object, {}};
  const Value spec = service.object->spec();
  switch (key.fix) {
    case AlphaFix::kNone:
      return;
    case AlphaFix::kRemove:
      fix.edits.push_back(removal(at, "nothing reads it"));
      break;
    case AlphaFix::kDnsName:
      move_name(context, service, at, fix);
      break;
    case AlphaFix::kPublishUnready:
      if (at.scalar() == "true" && spec["publishNotReadyAddresses"].is_null()) {
        Edit edit = set_edit(service.object->root, {"spec", "publishNotReadyAddresses"}, true);
        edit.reason = "what the annotation meant";
        fix.edits.push_back(std::move(edit));
      }
      fix.edits.push_back(removal(at, "removed from Kubernetes; spec.publishNotReadyAddresses took its place"));
      break;
  }
  finding.fixes.push_back(std::move(fix));
}

template <typename Mend>
void scan(const Object& object, Value annotations, Report& report, Mend mend_one) {
  std::vector<std::string_view> told;
  // From the end: of a key that is written twice only the last counts.
  for (size_t i = annotations.size(); i-- > 0 && told.size() < kMostKeys;) {
    const Node& entry = annotations.children()[i];
    const bool early =
        entry.key.find(".alpha.") != std::string_view::npos || entry.key.find(".beta.") != std::string_view::npos;
    const AlphaKey* known = early ? find_alpha_key(entry.key) : nullptr;
    if (!known || std::find(told.begin(), told.end(), entry.key) != told.end()) continue;
    told.push_back(entry.key);
    Finding& finding =
        report.add(object, Value(&entry), cat(shown(entry.key), " is set, ", known->since, "; want ", known->instead));
    finding.remediation = cat("Remove ", shown(entry.key), " and use ", known->instead, ".");
    mend_one(*known, Value(&entry), finding);
  }
}

void check(const Context& context, Report& report) {
  for (const BrokerService* service : context.facts.services) {
    const Value annotations = annotations_of(*service->object);
    if (!annotations.is_map()) continue;
    scan(*service->object, annotations, report,
         [&](const AlphaKey& key, Value at, Finding& finding) { mend(context, *service, key, at, finding); });
  }
  for (const SetFacts& facts : context.facts.sets) {
    const Object& object = *facts.set->object;
    const auto remove_dead = [&](const AlphaKey& key, Value at, Finding& finding) {
      if (key.fix == AlphaFix::kRemove) finding.fixes.push_back({&object, {removal(at, "nothing reads it")}});
    };
    const auto scan_map = [&](Value annotations) {
      if (annotations.is_map()) scan(object, annotations, report, remove_dead);
    };
    scan_map(annotations_of(object));
    scan_map(object.spec()["template"]["metadata"]["annotations"]);
    const Value claims = object.spec()["volumeClaimTemplates"];
    for (const Node& claim : claims.is_seq() ? claims.children() : std::span<const Node>()) {
      scan_map(Value(&claim)["metadata"]["annotations"]);
    }
  }
}

}  // namespace

constinit const Rule alpha_annotation = {
    {.id = "alpha-annotation",
     .severity = Severity::kDeny,
     .title = "No alpha annotations that nothing reads",
     .why = "Alpha and beta annotations of early Kubernetes are ignored by today's: a broker's DNS record, readiness "
            "behaviour or placement that the manifest promises does not exist. dns.alpha.kubernetes.io is read by kops "
            "only, tolerate-unready-endpoints was removed with kubernetes #108020. Keys are compared whole: "
            "external-dns.alpha.kubernetes.io/… is another matter (external-dns-prefix).",
     .remediation = "Replace the annotation by the field or key that took its place.",
     .docs = "https://kubernetes.io/docs/reference/labels-annotations-taints/",
     .example = "spec:\n"
                "  publishNotReadyAddresses: true   # not service.alpha.kubernetes.io/tolerate-unready-endpoints\n"},
    check};

}  // namespace brokergate::checks

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "rules/facts.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

// Removed with Kubernetes 1.16 (release notes; StatefulSet was never in extensions).
constexpr std::array<std::string_view, 3> kRemoved = {"apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"};

bool removed(std::string_view api_version) {
  return std::find(kRemoved.begin(), kRemoved.end(), api_version) != kRemoved.end();
}

bool all_strings(Value labels) {
  return labels.is_map() && labels.size() > 0 &&
         std::all_of(labels.children().begin(), labels.children().end(),
                     [](const Node& label) { return Value(&label).is_string(); });
}

// What the old API's defaults made of it, written out, so that apps/v1 means the same:
// v1beta1 took the selector from the template's labels and OnDelete for the update strategy
// (kubernetes pkg/apis/apps/v1beta1/defaults.go).
void mend(const Object& object, bool first_beta, Finding& finding) {
  const Value spec = object.spec(), labels = spec["template"]["metadata"]["labels"];
  if (!spec.is_map()) return;
  Finding::Fix fix{&object, {}};
  const auto add = [&](std::vector<std::string> path, Literal value, const char* reason) {
    Edit& edit = fix.edits.emplace_back(set_edit(object.root, std::move(path), std::move(value)));
    edit.reason = reason;
  };
  add({"apiVersion"}, "apps/v1", "the version that is served");
  if (spec["selector"].is_null()) {
    if (!first_beta || !all_strings(labels)) return;
    LiteralMap selector;
    for (const Node& label : labels.children()) selector.emplace_back(std::string(label.key), Value(&label).str());
    add({"spec", "selector", "matchLabels"}, std::move(selector), "what the old version took for it");
  }
  if (first_beta && spec["updateStrategy"]["type"].is_null())
    add({"spec", "updateStrategy", "type"}, "OnDelete", "the old version's default; apps/v1 restarts pods by itself");
  finding.fixes.push_back(std::move(fix));
}

void judge_version(const Context& context, const Object& object, Report& report) {
  const bool set = object.kind == "StatefulSet";
  Finding& finding = report.add(object, object.root["apiVersion"],
                                cat(object.api_version, " was removed from Kubernetes 1.16, want apps/v1"));
  if (context.admission) {
    Report::weaken(finding, "this API server serves it");
    return;
  }
  if (set) mend(object, object.api_version == "apps/v1beta1", finding);
  if (finding.fixes.empty())
    finding.remediation += " Not changed by brokergate: apps/v1 wants a spec.selector, and which is not told here.";
}

// apps/v1 refuses what the betas made up or did not look at.
void judge_selector(const SetFacts& facts, Report& report) {
  const Object& object = *facts.set->object;
  const Value spec = object.spec(), selector = spec["selector"];
  if (selector.is_null()) {
    report
        .add(object, spec,
             "no spec.selector, which apps/v1 does not make up, want one that the template's labels match")
        .remediation = "Write spec.selector.matchLabels with the labels of spec.template.metadata.labels.";
    return;
  }
  constexpr size_t kMostLabels = 100;  // what more there is, is made to hurt
  const Value wanted = selector["matchLabels"];
  if (!wanted.is_map() || wanted.size() > kMostLabels) return;
  for (const Node& label : wanted.children()) {
    const Value value(&label), found = spec["template"]["metadata"]["labels"][label.key];
    if (!value.is_string() || (found && found.str() == value.str())) continue;
    report
        .add(object, value,
             cat("spec.selector wants the label ", shown(label.key), ": ", shown(value.str()),
                 found ? cat(", and the pod template has ", shown(found.scalar())) : ", which the pod template lacks",
                 ", want them equal (\"selector does not match template labels\")"))
        .remediation =
        "Make spec.selector.matchLabels and spec.template.metadata.labels agree. The selector of a "
        "StatefulSet that exists cannot be changed.";
    return;
  }
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) {
    const Object& object = *facts.set->object;
    if (removed(object.api_version)) {
      judge_version(context, object, report);
    } else if (object.api_version == "apps/v1") {
      judge_selector(facts, report);
    }
  }
  for (const Model::Unknown& unknown : context.model.unknown) {
    const Object& object = *unknown.object;
    if (object.kind == "StatefulSet" || !removed(object.api_version)) continue;
    if (context.policy.matches(object) && !terminating(object)) judge_version(context, object, report);
  }
}

}  // namespace

constinit const Rule removed_api = {
    {.id = "removed-api",
     .severity = Severity::kDeny,
     .title = "Brokers are written in an API version that is still served",
     .why =
         "apps/v1beta1, apps/v1beta2 and extensions/v1beta1 were removed from Kubernetes 1.16: \"no matches for kind "
         "StatefulSet in version apps/v1beta1\". apps/v1 takes no selector from the template's labels, and its "
         "update strategy is RollingUpdate where v1beta1 had OnDelete.",
     .remediation = "Write apiVersion: apps/v1 with spec.selector.matchLabels; keep updateStrategy OnDelete if pods "
                    "shall not be restarted by a change.",
     .docs = "https://kubernetes.io/docs/reference/using-api/deprecation-guide/#statefulset-v116",
     .example = "apiVersion: apps/v1   # not apps/v1beta1\nkind: StatefulSet\nspec:\n  selector: {matchLabels: {app: "
                "kafka}}\n  updateStrategy: {type: OnDelete}\n"},
    check};

}  // namespace brokergate::checks

#include <string>
#include <vector>

#include "rules/env_faults.h"
#include "rules/facts.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

std::string text_of(const EnvFault& fault, std::string_view name) {
  const std::string what = cat(shown(name), " holds ", shown(fault.text));
  switch (fault.kind) {
    case EnvFault::Kind::kLater:
      return cat(what, ", which is declared further down and stays as it is written, want it declared before");
    case EnvFault::Kind::kNever:
      return cat(what, ", which no entry declares and which stays as it is written, want a variable that exists");
    case EnvFault::Kind::kShell:
      break;
  }
  return cat(what, ", and no shell reads it here, want $(NAME) of a variable declared before, or the command");
}

std::string remedy_of(const EnvFault& fault) {
  switch (fault.kind) {
    case EnvFault::Kind::kLater:
      return cat("Move the entry that declares ", shown(fault.text), " before this one.");
    case EnvFault::Kind::kNever:
      return cat(
          "Declare it before this entry, for example with valueFrom: {fieldRef: {fieldPath: metadata.name}}. "
          "HOSTNAME is made by the container's runtime and exists in a shell only.");
    case EnvFault::Kind::kShell:
      break;
  }
  return "Set the value by `export` in the container's command, which a shell reads, or use $(NAME) with a variable "
         "that stands earlier in the list.";
}

// A planned change of the listeners holds the same moves. One that is refused might not be any
// more after them: nothing is offered by halves.
void mend(const SetFacts& facts, const EnvFault& fault, Finding& finding) {
  if (fault.kind != EnvFault::Kind::kLater) return;
  if (!facts.plan.refusal.empty()) return;
  std::vector<Edit> edits = reorder(*facts.set, fault);
  if (!edits.empty()) finding.fixes.push_back({facts.set->object, std::move(edits)});
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) {
    if (facts.set->managed_by_operator) continue;
    for (const EnvFault& fault : env_faults(*facts.set)) {
      const std::string_view name = Value(fault.at->parent)["name"].str();
      Finding& finding = report.add(*facts.set->object, fault.at, text_of(fault, name));
      finding.remediation = remedy_of(fault);
      if (fault.reader == EnvFault::Reader::kUnknown)
        Report::weaken(finding, "which program reads the variable is not known");
      if (fault.reader == EnvFault::Reader::kSetting && fault.kind != EnvFault::Kind::kLater)
        Report::weaken(finding, "the setting may be meant to hold this text");
      mend(facts, fault, finding);
    }
  }
}

}  // namespace

constinit const Rule env_order = {
    {.id = "env-order",
     .severity = Severity::kDeny,
     .title = "Variables in environment values are ones that Kubernetes replaces",
     .why = "The kubelet replaces $(NAME) by variables that stand earlier in the list, and nothing else: not those "
            "further down, not ${NAME}, not $(command). What it does not know it leaves as it is, without an error. "
            "Kafka then refuses \"Unable to parse PLAINTEXT://$(POD_NAME).kafka:9092 to a broker endpoint\" "
            "(bitnami-docker-kafka #81).",
     .remediation = "Declare POD_NAME and its like before the entries that use them.",
     .docs = "https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/",
     .example = "env:\n- name: POD_NAME        # first\n  valueFrom: {fieldRef: {fieldPath: metadata.name}}\n"
                "- name: KAFKA_ADVERTISED_LISTENERS\n  value: EXTERNAL://$(POD_NAME).kafka.example.com:9094\n"},
    check};

}  // namespace brokergate::checks

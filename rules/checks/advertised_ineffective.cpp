#include <string>
#include <unordered_set>

#include "rules/facts.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

void judge(const SetFacts& facts, Report& report) {
  const BrokerSet& set = *facts.set;
  if (set.form_id == "operator-owned" || set.replicas < 1) return;
  const Properties derived = facts.brokers.empty() ? set.properties(set.first_ordinal) : Properties();
  const Properties& properties = facts.brokers.empty() ? derived : facts.brokers[0].properties;
  std::unordered_set<const Node*> told;
  for (const std::string_view name : {std::string_view("advertised.listeners"), std::string_view("listeners"),
                                      std::string_view("listener.security.protocol.map")}) {
    const auto found = properties.find(name);
    if (found == properties.end()) continue;
    const Property& property = found->second;
    for (const Place& place : property.shadowed) {
      if (place.object != set.object || !place.node || !told.insert(place.node.node()).second) continue;
      const bool unset = !property.value && property.unknown.empty();
      const std::string decides = property.source.what.empty() ? "something else" : property.source.what;
      Finding& finding =
          report.add(*set.object, place.node,
                     unset ? cat(place.what, " is no place from which ", name,
                                 " is read, and no other "
                                 "sets it, want it set where it is read")
                           : cat(place.what, " sets ", name, " but ", decides, " decides, want one place"));
      if (unset) {
        finding.remediation = cat("Set ", name, " where the image reads it, and remove ", place.what, ".");
        continue;
      }
      finding.remediation = cat("Remove ", place.what, ", or move its value to where it is read: ", decides, ".");
    }
  }
}

// A template that changes reaches a pod when the pod is made anew.
void judge_rollout(const Context& context, const SetFacts& facts, Report& report) {
  const bool no_pods_yet = context.admission && context.admission->operation == Operation::kCreate;
  if (no_pods_yet || !facts.planned()) return;
  const Value strategy = facts.set->object->spec()["updateStrategy"],
              partition = strategy["rollingUpdate"]["partition"];
  const bool on_delete = strategy["type"].str() == "OnDelete";
  const int64_t kept = on_delete ? 0 : partition.as_int().value_or(0);
  if (!on_delete && kept <= facts.set->first_ordinal) return;
  Finding& finding = report.add(
      *facts.set->object, on_delete ? strategy["type"] : partition,
      on_delete ? std::string("updateStrategy OnDelete: brokers that run keep their old listeners until their pods are "
                              "deleted, want each deleted once after the change")
                : cat("partition ", kept, ": brokers below it keep their old listeners, want 0 after the change"));
  finding.remediation = on_delete
                            ? "After the change delete one pod after the other, each when the last is ready again."
                            : "Lower spec.updateStrategy.rollingUpdate.partition step by step to 0.";
  Report::to_info(finding, "a StatefulSet that is created gets its pods from the new template at once");
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) {
    judge(facts, report);
    judge_rollout(context, facts, report);
  }
}

}  // namespace

constinit const Rule advertised_ineffective = {
    {.id = "advertised-ineffective",
     .severity = Severity::kWarn,
     .title = "Listener settings stand where the process reads them",
     .why = "A container's command runs after the environment is made: `export KAFKA_ADVERTISED_LISTENERS=…` in it, a "
            "properties file given to kafka-server-start.sh or a --override beat the env entry without a word "
            "(helm/charts #12876 and #15399; the start scripts of the images). Who changes the env entry then changes "
            "nothing. Nor does a changed template reach pods that OnDelete or a partition keeps (helm/charts #3112).",
     .remediation = "Keep the setting in the place that decides and remove the other.",
     .docs = "https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/",
     .example = "env:\n- name: KAFKA_ADVERTISED_LISTENERS      # not read\n  value: EXTERNAL://kafka.example.com:9094\n"
                "command: [sh, -c, \"export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${POD_IP}:9092 && exec "
                "/etc/confluent/docker/run\"]\n",
     .example_is_wrong = true},
    check};

}  // namespace brokergate::checks

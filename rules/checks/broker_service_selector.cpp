#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "rules/facts.h"
#include "rules/kafka/selector.h"
#include "rules/load_balancer.h"
#include "rules/registry.h"
#include "rules/service_change.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

Value selector_of(const BrokerService& service) {
  const Value selector = service.object->spec()["selector"];
  return selector ? selector : service.object->spec();
}

bool labels_pods(std::string_view text, std::string_view key) {
  return text.find("label") != std::string_view::npos && text.find(key) != std::string_view::npos;
}

// Whether a command of the pod, or a script of the bundle, puts the label on.
bool somebody_sets(const Context& context, const BrokerSet& set, std::string_view key) {
  if (set.object->spec()["template"]["metadata"]["labels"][key]) return true;
  for (const char* list : {"initContainers", "containers"}) {
    const Value containers = set.pod_spec[list];
    for (const Node& container : containers.children()) {
      for (const char* part : {"command", "args"}) {
        const Value words = Value(&container)[part];
        for (const Node& word : words.children()) {
          if (labels_pods(Value(&word).str(), key)) return true;
        }
      }
    }
  }
  return std::any_of(context.bundle.objects.begin(), context.bundle.objects.end(), [&](const Object& object) {
    if (object.kind != "ConfigMap") return false;
    const Value data = object["data"];
    return data.is_map() && std::any_of(data.children().begin(), data.children().end(),
                                        [&](const Node& text) { return labels_pods(Value(&text).str(), key); });
  });
}

std::string pod_selector(const BrokerSet& set, int64_t ordinal) {
  return cat("statefulset.kubernetes.io/pod-name: ", set.pod_name(ordinal));
}

// A label that only a running cluster has; once per set and key.
void judge_label(const Context& context, const BrokerService& service, Report& report,
                 std::vector<std::pair<std::string, bool>>& known) {
  for (const auto& pair : selector_pairs(*service.object)) {
    const std::string_view key = pair.first, value = pair.second;
    const auto label = ordinal_label(key, value);
    if (!label || is_controller_label(key)) continue;
    auto answer = std::find_if(known.begin(), known.end(), [&](const auto& entry) { return entry.first == key; });
    if (answer == known.end())
      answer = known.insert(known.end(), {std::string(key), somebody_sets(context, *service.set, key)});
    if (answer->second) continue;
    Finding& finding =
        report.add(*service.object, service.object->spec()["selector"][key],
                   cat("the selector asks for the label ", key, ": ", shown(value),
                       ", which no pod template has, want ", pod_selector(*service.set, label->ordinal)));
    Report::weaken(finding, "something outside these manifests may put the label on running pods");
  }
}

// Names of the other brokers that the Service asks external-dns for: clients of those arrive here.
void judge_names(const Context& context, const SetFacts& facts, const BrokerService& service,
                 std::unordered_map<std::string, int64_t>& brokers, Report& report) {
  for (const std::string_view prefix : {kOldDnsPrefix, kNewDnsPrefix}) {
    const Value asked = annotation(*service.object, cat(prefix, "hostname"));
    std::string_view names = asked.str();
    if (names.find(',') == std::string_view::npos) continue;
    if (brokers.empty()) {
      for (const OneBroker& broker : facts.brokers) {
        if (facts.wanted) brokers.emplace(facts.wanted_host(broker.ordinal, context.policy), broker.ordinal);
        if (broker.external) brokers.emplace(broker.external->host, broker.ordinal);
      }
    }
    for (; !names.empty(); names.remove_prefix(std::min(names.find(',') + 1, names.size()))) {
      std::string_view name = names.substr(0, names.find(','));
      name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
      name = name.substr(0, name.find_last_not_of(" .") + 1);
      const auto found = brokers.find(std::string(name));
      if (found != brokers.end() && found->second != *service.ordinal) {
        report
            .add(*service.object, asked,
                 cat("the Service of broker ", *service.ordinal, " asks for the name ", shown(name), " of broker ",
                     found->second, " as well, want its own only"))
            .remediation = cat("Take ", shown(name), " out of the annotation: clients of broker ", found->second,
                               " would be sent here.");
        return;
      }
      if (names.find(',') == std::string_view::npos) break;
    }
  }
}

void judge_set(const Context& context, const SetFacts& facts, Report& report) {
  std::vector<std::pair<std::string, bool>> known;
  std::unordered_map<std::string, int64_t> names;
  for (const BrokerService* service : facts.services) {
    const Object& object = *service->object;
    if (service->selects == Selects::kNothing) {
      Finding& finding = report.add(object, selector_of(*service),
                                    cat("the Service ", shown(service->evidence), ", want labels that the pods have"));
      if (!service->external()) Report::weaken(finding, "it is not an external Service");
      continue;
    }
    if (service->role != ServiceRole::kPerBroker || !service->external() || !service->ordinal) continue;
    judge_names(context, facts, *service, names, report);
    if (service->selects == Selects::kNameOnly) {
      report.add(object, selector_of(*service),
                 cat("the Service named after broker ", *service->ordinal, " selects all ", facts.set->replicas,
                     " brokers, want ", pod_selector(*facts.set, *service->ordinal)));
      continue;
    }
    if (const auto found = facts.contradictions.find(service); found != facts.contradictions.end()) {
      report.add(object, selector_of(*service),
                 cat("the Service selects broker ", *service->ordinal, " but ", found->second.by, " says ",
                     found->second.says, ", want one broker"));
    } else if (facts.set->replicas > 0 && !facts.has(*service->ordinal) && facts.set->replicas_unknown.empty()) {
      Finding& finding =
          report.add(object, selector_of(*service),
                     cat("the Service selects broker ", *service->ordinal, " but the set has ", facts.set->replicas,
                         " from ", facts.set->first_ordinal, ", want one that exists"));
      finding.remediation = "Scale the set up to that broker, or remove the Service.";
      Report::weaken(finding, "the set may be scaled up later");
      // Helm sends the Services of a larger set before the set.
      if (!context.bundle.complete) Report::to_info(finding, "the set may be scaled up next");
    } else if (facts.set->object->kind == "StatefulSet" && service->selects != Selects::kPodName) {
      judge_label(context, *service, report, known);
    }
  }
}

// Without the set only the name can be compared.
void judge_alone(const BrokerService& service, Report& report) {
  if (!service.external() || service.role != ServiceRole::kPerBroker) return;
  for (const auto& [key, value] : selector_pairs(*service.object)) {
    const auto label = ordinal_label(key, value);
    if (!label || label->set.empty()) continue;
    const auto named = named_ordinal(service.object->name, label->set);
    if (!named || *named == label->ordinal ||
        service.object->name.find(cat(label->set, "-", *named)) == std::string_view::npos)
      continue;
    Finding& finding = report.add(
        *service.object, service.object->spec()["selector"][key],
        cat("the Service selects broker ", label->ordinal, " but its name says ", *named, ", want one broker"));
    Report::weaken(finding, "the Service came alone; its names may count from another number");
  }
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) judge_set(context, facts, report);
  for (const BrokerService* service : context.facts.services) {
    if (!service->set) judge_alone(*service, report);
  }
}

}  // namespace

constinit const Rule broker_service_selector = {
    {.id = "broker-service-selector",
     .severity = Severity::kDeny,
     .title = "A broker's Service selects that broker and no other",
     .why = "What a client is sent to broker 1 for must arrive at broker 1. A Service that selects all brokers spreads "
            "connections over the wrong ones (NOT_LEADER_OR_FOLLOWER), one that copies its neighbour's selector sends "
            "them to the neighbour, and a label that nothing sets selects no pod at all (helm/charts #17949, #7556).",
     .remediation =
         "Select statefulset.kubernetes.io/pod-name: <set>-<ordinal>, a label that the StatefulSet controller "
         "puts on every pod.",
     .docs = "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#pod-name-label",
     .example = "kind: Service\nmetadata: {name: kafka-1-external}\nspec:\n  selector:\n    app: kafka\n"
                "    statefulset.kubernetes.io/pod-name: kafka-1\n"},
    check};

}  // namespace brokergate::checks

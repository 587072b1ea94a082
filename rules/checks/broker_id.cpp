#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include "rules/env_faults.h"
#include "rules/facts.h"
#include "rules/kafka/facts.h"
#include "rules/kafka/opaque.h"
#include "rules/ordinal_list.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

// ConfigDef.Type.INT: Integer.parseInt of the trimmed text.
std::optional<int32_t> as_id(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return std::nullopt;
  text = text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  int32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

// The value as each broker has it; what cannot be known is not in it.
struct Ids {
  std::string_view name;  // broker.id, node.id
  std::vector<std::pair<int64_t, std::string>> of;
  Value at;
};

void judge(const SetFacts& facts, const Ids& ids, Report& report) {
  const Object& object = *facts.set->object;
  std::vector<int64_t> no_number;
  std::string first;
  std::map<int32_t, std::vector<int64_t>> holders;
  for (const auto& [ordinal, text] : ids.of) {
    if (const auto id = as_id(text)) {
      if (*id >= 0) holders[*id].push_back(ordinal);  // -1: ZooKeeper gives one
      continue;
    }
    if (no_number.empty()) first = text;
    no_number.push_back(ordinal);
  }
  if (!no_number.empty()) {
    Finding& finding =
        report.add(object, ids.at,
                   cat(ids.name, " of ", brokers_text(no_number), " is ", first.empty() ? "empty" : shown(first),
                       ", want the pod's ordinal (\"Invalid "
                       "value ",
                       shown(first), " for configuration ", ids.name, ": Not a number of type INT\")"));
    finding.ordinals = std::move(no_number);
    return;
  }
  for (auto& [id, ordinals] : holders) {
    if (ordinals.size() < 2) continue;
    Finding& finding = report.add(
        object, ids.at, cat(ids.name, " is ", id, " for ", brokers_text(ordinals), ", want the pod's ordinal"));
    finding.ordinals = std::move(ordinals);
    return;
  }
}

// Where a list is too long to be read the form is unknown, and the ids are as they are.
std::vector<OneBroker> brokers_behind_long_list(const BrokerSet& set) {
  std::vector<OneBroker> out;
  const Settings& first = set.facts->settings;
  if (std::none_of(first.of.begin(), first.of.end(), [](const Setting& setting) { return setting.too_many > 0; }))
    return out;
  for (int64_t i = 0; i < std::min(set.replicas, SetFacts::kMostBrokers); ++i) {
    OneBroker& broker = out.emplace_back();
    broker.ordinal = set.first_ordinal + i;
    broker.properties = set.properties(broker.ordinal);
  }
  return out;
}

void judge_properties(const SetFacts& facts, const std::vector<OneBroker>& brokers, Report& report) {
  std::optional<std::vector<EnvFault>> told;
  for (const std::string_view name : {std::string_view("broker.id"), std::string_view("node.id")}) {
    Ids ids{name, {}, facts.set->container};
    for (const OneBroker& broker : brokers) {
      const Property* property = broker.property(name);
      // <podIP> and its like: known to be something, and not what.
      if (!property || !property->value || property->value->find('<') != std::string::npos) continue;
      if (ids.of.empty() && property->source.node && property->source.object == facts.set->object)
        ids.at = property->source.node;
      if (property->value->find_first_of("$`") != std::string::npos) {
        // What is not replaced is env-order's.
        if (!told) told = env_faults(*facts.set);
        const auto same = [&](const EnvFault& fault) { return fault.at == property->source.node; };
        if (std::any_of(told->begin(), told->end(), same)) continue;
      }
      ids.of.emplace_back(broker.ordinal, *property->value);
    }
    judge(facts, ids, report);
  }
}

// wurstmeister's start-kafka.sh: KAFKA_BROKER_ID=$(eval "$BROKER_ID_COMMAND").
void judge_command(const SetFacts& facts, Report& report) {
  const BrokerSet& set = *facts.set;
  if (set.facts->process.entry != Entry::kWurstmeister || set.facts->process.env.find("KAFKA_BROKER_ID")) return;
  const EnvEntry* command = set.facts->process.env.find("BROKER_ID_COMMAND");
  if (!command || !command->value_node || has_opaque(command->value)) return;
  constexpr int64_t kLooked = 3;
  Ids ids{"broker.id", {}, command->value_node};
  for (int64_t i = 0; i < std::min(set.replicas, kLooked); ++i) {
    const int64_t ordinal = set.first_ordinal + i;
    const shell::Result result = shell::run(
        cat("export KAFKA_BROKER_ID=$(", command->value, "\n)\n/start"), {{"HOSTNAME", set.pod_name(ordinal)}}, {},
        [](const std::vector<std::string>& argv) { return !argv.empty() && argv[0] == "/start"; });
    const auto id = result.variables.find("KAFKA_BROKER_ID");
    if (id == result.variables.end() || !result.certain || has_opaque(id->second.value)) return;
    ids.of.emplace_back(ordinal, id->second.value);
  }
  judge(facts, ids, report);
}

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) {
    if (facts.set->managed_by_operator) continue;
    const auto behind = facts.brokers.empty() ? brokers_behind_long_list(*facts.set) : std::vector<OneBroker>();
    if (!facts.brokers.empty() || !behind.empty()) {
      judge_properties(facts, behind.empty() ? facts.brokers : behind, report);
    } else {
      judge_command(facts, report);
    }
  }
}

}  // namespace

constinit const Rule broker_id = {
    {.id = "broker-id",
     .severity = Severity::kDeny,
     .title = "Every broker has a number of its own",
     .why = "broker.id and node.id are integers, and each belongs to one broker. A pod's name is none (\"Not a number "
            "of type INT\"), a constant is the same for all (\"A broker is already registered on the path "
            "/brokers/ids/0\"; in KRaft mode the second one is fenced), and `awk -F- '{print $2}'` takes the wrong "
            "part of a pod whose StatefulSet has a hyphen in its name.",
     .remediation = "Take the number from the end of the pod's name in the container's command: export "
                    "KAFKA_BROKER_ID=${HOSTNAME##*-}; or, from Kubernetes 1.28 on, from the label "
                    "apps.kubernetes.io/pod-index by fieldRef.",
     .docs = "https://kafka.apache.org/39/configuration/broker-configs/#brokerconfigs_broker.id",
     .example = "env:\n- name: KAFKA_BROKER_ID\n  valueFrom:\n    fieldRef: {fieldPath: "
                "\"metadata.labels['apps.kubernetes.io/pod-index']\"}\n"},
    check};

}  // namespace brokergate::checks

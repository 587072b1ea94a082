#include <charconv>
#include <string>

#include "brokergate/kafka.h"
#include "rules/kafka/facts.h"
#include "rules/kafka/forms/form.h"
#include "rules/kafka/opaque.h"

namespace brokergate {
namespace {

void read_replicas(const Object& object, BrokerSet& set) {
  const Value replicas = object.spec()["replicas"];
  if (replicas.is_null()) return;
  const auto number = replicas.as_int();
  if (number && *number >= 0 && *number <= INT32_MAX) {
    set.replicas = *number;
  } else {
    set.replicas_unknown =
        "spec.replicas is " +
        (replicas.is_string() ? "the text \"" + std::string(replicas.str()) + "\"" : std::string(replicas.scalar())) +
        ", which is no number of pods";
  }
  const auto start = object.spec()["ordinals"]["start"].as_int();
  if (start && *start >= 0 && *start <= INT32_MAX) set.first_ordinal = *start;
}

// Resources from which operators make brokers.
std::string operator_resource(const Object& object) {
  struct Row {
    std::string_view group, kind, what;
  };
  static constexpr Row kRows[] = {
      {"kafka.strimzi.io", "Kafka", "set listeners in its spec.kafka.listeners"},
      {"kafka.strimzi.io", "KafkaNodePool", "listeners are set in its Kafka resource"},
      {"core.strimzi.io", "StrimziPodSet", "the Strimzi operator makes it; set listeners in the Kafka resource"},
      {"platform.confluent.io", "Kafka", "set listeners in its spec.listeners.external"},
      {"kafka.banzaicloud.io", "KafkaCluster", "set listeners in its spec.listenersConfig"},
      {"cluster.redpanda.com", "Redpanda", "set listeners in its spec.clusterSpec"},
      {"redpanda.vectorized.io", "Cluster", "set listeners in its spec.configuration.kafkaApi"},
  };
  for (const Row& row : kRows)
    if (object.group() == row.group && object.kind == row.kind)
      return std::string(row.kind) + " of " + std::string(row.group) +
             " is read by an operator, which is not modelled: " + std::string(row.what);
  return {};
}

}  // namespace

std::string BrokerSet::pod_name(int64_t ordinal) const {
  return std::string(name.empty() ? std::string_view("<name>") : name) + "-" + std::to_string(ordinal);
}

namespace {

// A script that may be followed for one broker may be too much for each of a hundred. What takes less than kHeavy is
// not counted. kMostEffort is some tenths of a second: enough for the 32 brokers that a plan looks at where there are
// loops, each followed as long as a script is.
constexpr size_t kHeavy = 1000, kMostEffort = 700'000;

// Of a broker whose script is not followed any more.
ProcessStart not_followed(const ProcessStart& first) {
  ProcessStart start;
  start.entry = first.entry;
  start.certain = false;
  start.why = "its scripts do so much that they were not followed for every broker";
  return start;
}

}  // namespace

std::shared_ptr<const Settings> settings_for(const BrokerSet& set, int64_t ordinal) {
  // A broker's settings take some kilobytes; sets of more brokers are derived again.
  constexpr size_t kMostKept = 128;
  if (ordinal == set.first_ordinal) return {set.facts, &set.facts->settings};
  BrokerFacts::Later& later = *set.facts->later;
  const std::lock_guard guard(later.mutex);
  if (const auto known = later.of.find(ordinal); known != later.of.end()) return known->second;
  const PodIdentity identity = identity_of(*set.object, ordinal, set.facts->maps.get());
  const bool too_much = later.effort > kMostEffort;
  const ProcessStart start = too_much ? not_followed(set.facts->process)
                                      : read_process(set.container, identity, set.family, set.facts->process.parsed);
  if (const size_t effort = effort_of(start); !too_much && effort > kHeavy) later.effort += effort;
  auto settings = std::make_shared<const Settings>(
      settings_of(*set.object, start, set.pod_spec, set.container, set.family, set.image_tag, set.facts->rival));
  if (later.of.size() < kMostKept) later.of.emplace(ordinal, settings);
  return settings;
}

Properties BrokerSet::properties(int64_t ordinal) const {
  return to_properties(*object, *settings_for(*this, ordinal));
}

namespace {

// What is left once it is known whose pods they are and how many.
std::optional<BrokerSet> recognise(const Object& object, const std::shared_ptr<const ConfigMaps>& maps,
                                   const Owner& owner, BrokerSet set) {
  const PodIdentity identity = identity_of(object, set.first_ordinal, maps.get());
  Judgement judgement = find_broker_container(object, identity, owner);
  if (judgement.score == 0) return std::nullopt;

  set.pod_spec = identity.spec;
  set.container = judgement.container;
  set.family = judgement.family;
  set.image_tag = judgement.image.tag;
  set.managed_by_operator = !owner.reason.empty();
  set.evidence = std::move(judgement.evidence);
  auto facts = std::make_shared<BrokerFacts>();
  facts->maps = maps;
  facts->owner = owner;
  facts->image = judgement.image;
  facts->process = std::move(judgement.process);
  if (!judgement.rival.empty())
    facts->rival = "containers " + std::string(set.container["name"].str()) + " and " + std::string(judgement.rival) +
                   " of the pod both run a broker, and clients may reach either";
  facts->settings =
      settings_of(object, facts->process, set.pod_spec, set.container, set.family, set.image_tag, facts->rival);
  for (const Form* form : all_forms()) {
    std::string reason;
    if (!form->matches(*facts, reason)) continue;
    set.form = form;
    set.form_id = form->id();
    set.form_reason = std::move(reason);
    break;
  }
  set.facts = std::move(facts);
  return set;
}

}  // namespace

std::optional<BrokerSet> recognise_broker_set(const Object& object, const std::shared_ptr<const ConfigMaps>& maps) {
  if (object.kind != "StatefulSet" || object.group() != "apps") return std::nullopt;
  BrokerSet set;
  set.object = &object;
  set.name = object.name;
  read_replicas(object, set);
  return recognise(object, maps, owner_of(object), std::move(set));
}

std::optional<BrokerSet> recognise_broker_pod(const Object& object, const std::shared_ptr<const ConfigMaps>& maps) {
  if (object.kind != "Pod" || !object.group().empty()) return std::nullopt;
  for (const Node& node : object.metadata()["ownerReferences"].children()) {
    const Value owner(&node);
    const std::string_view name = owner["name"].str();
    if (owner["kind"].str() != "StatefulSet" || !owner["apiVersion"].str().starts_with("apps/")) continue;
    if (!owner["controller"].as_bool().value_or(false) || name.empty()) continue;
    if (object.name.size() < name.size() + 2 || !object.name.starts_with(name) || object.name[name.size()] != '-')
      return std::nullopt;
    const std::string_view digits = object.name.substr(name.size() + 1);
    BrokerSet set;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), set.first_ordinal);
    if (error != std::errc() || end != digits.data() + digits.size() || set.first_ordinal > INT32_MAX)
      return std::nullopt;
    set.object = &object;
    set.name = name;
    set.is_pod = true;
    return recognise(object, maps, {}, std::move(set));
  }
  return std::nullopt;
}

namespace {

std::string unread_sidecar(const Object& object) {
  const Judgement judgement = find_broker_sidecar(object, identity_of(object, 0), owner_of(object));
  if (judgement.score == 0) return {};
  std::string reason(object.kind);
  reason += " with a Kafka broker in init container ";
  reason += judgement.container["name"].str();
  reason += ", a sidecar (restartPolicy: Always)";
  if (!judgement.evidence.empty()) reason += ", as " + judgement.evidence.front();
  return reason + ": only brokers in spec.containers are read; run it there";
}

}  // namespace

std::string unknown_workload(const Object& object) {
  if (std::string resource = operator_resource(object); !resource.empty()) return resource;
  const std::string_view kind = object.kind;
  const bool other_set = kind == "StatefulSet" && object.group() != "apps";
  if (kind == "StatefulSet" && !other_set) return unread_sidecar(object);
  if (!other_set && kind != "Deployment" && kind != "ReplicaSet" && kind != "DaemonSet" && kind != "Pod" &&
      kind != "PetSet" && kind != "ReplicationController" && kind != "DeploymentConfig")
    return {};
  // The StatefulSet is what is judged.
  for (const Node& node : object.metadata()["ownerReferences"].children())
    if (kind == "Pod" && Value(&node)["kind"].str() == "StatefulSet") return {};
  const Owner owner = owner_of(object);
  const Judgement judgement = find_broker_container(object, identity_of(object, 0), owner);
  if (judgement.score == 0) return unread_sidecar(object);
  // 60 and more: its command, image or environment runs a broker; less: ports and names say so.
  std::string reason = std::string(kind);
  reason += judgement.score >= 60 ? " with a Kafka broker in container " : " that looks like Kafka, container ";
  reason += judgement.container["name"].str();
  if (!judgement.evidence.empty()) reason += " (" + judgement.evidence.front() + ")";
  if (!owner.reason.empty()) return reason + ": " + owner.reason + "; " + owner.remedy;
  if (other_set || kind == "PetSet")
    return reason + ": only StatefulSets of the group apps are read, this one is of " + std::string(object.api_version);
  return reason + ": its pods have no stable names, so no broker can have an address of its own; make it a StatefulSet";
}

}  // namespace brokergate

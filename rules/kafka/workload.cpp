#include "rules/kafka/workload.h"

#include <algorithm>
#include <array>

#include "rules/kafka/opaque.h"

namespace brokergate {
namespace {

// Properties that only a broker has, as bitnami's image spells them: KAFKA_CFG_BROKERS
// and the like are a client's own.
bool is_broker_property(std::string_view name) {
  constexpr std::array<std::string_view, 18> kBeginnings = {"ADVERTISED_LISTENERS",
                                                            "AUTO_CREATE_TOPICS",
                                                            "BROKER_ID",
                                                            "BROKER_RACK",
                                                            "CONTROLLER_",
                                                            "DEFAULT_REPLICATION_",
                                                            "INTER_BROKER_",
                                                            "LISTENERS",
                                                            "LISTENER_SECURITY_",
                                                            "LOG_DIR",
                                                            "MIN_INSYNC_",
                                                            "NODE_ID",
                                                            "NUM_PARTITIONS",
                                                            "OFFSETS_TOPIC_",
                                                            "PROCESS_ROLES",
                                                            "SASL_MECHANISM_INTER_BROKER",
                                                            "SECURITY_INTER_",
                                                            "TRANSACTION_STATE_LOG"};
  return std::any_of(kBeginnings.begin(), kBeginnings.end(), [&](auto one) { return name.starts_with(one); });
}

// What Kafka's tools and neighbours are given, too.
bool is_shared(std::string_view name) {
  return name == "KAFKA_ZOOKEEPER_CONNECT" || name == "KAFKA_CFG_ZOOKEEPER_CONNECT";
}

// Variables whose presence means that this container configures a broker.
bool configures_broker(std::string_view name) {
  constexpr std::array<std::string_view, 11> kNames = {"KAFKA_ADVERTISED_LISTENERS",
                                                       "KAFKA_LISTENERS",
                                                       "KAFKA_BROKER_ID",
                                                       "KAFKA_NODE_ID",
                                                       "KAFKA_PROCESS_ROLES",
                                                       "KAFKA_ADVERTISED_HOST_NAME",
                                                       "KAFKA_LISTENERS_COMMAND",
                                                       "KAFKA_CONTROLLER_QUORUM_VOTERS",
                                                       "SERVER_zookeeper_connect",
                                                       "SERVER_advertised_listeners",
                                                       "KAFKA_INTER_BROKER_LISTENER_NAME"};
  constexpr std::string_view kPrefix = "KAFKA_CFG_";
  if (name.starts_with(kPrefix)) return is_broker_property(name.substr(kPrefix.size()));
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// Programs that only keep a container alive, for `kubectl exec`.
bool only_waits(const ProcessStart& start) {
  if (start.script_read) return start.shell.idle;
  if (start.argv.empty()) return false;
  const std::string_view program = base_name(start.argv[0].text);
  return program == "sleep" || program == "tail" || program == "pause";
}

bool names_a_start(std::string_view command) {
  return names_kafka(command) || command.find("/confluent/docker/") != command.npos ||
         command.find("redpanda") != command.npos;
}

bool broker_port(Value container, int64_t* which) {
  for (const Node& node : container["ports"].children()) {
    const auto port = Value(&node)["containerPort"].as_int();
    if (!port) continue;
    if ((*port >= 9092 && *port <= 9096) || *port == 19092 || *port == 29092) {
      *which = *port;
      return true;
    }
  }
  return false;
}

bool mounts_broker_file(Value container) {
  for (const Node& node : container["volumeMounts"].children()) {
    const Value mount(&node);
    if (mount["mountPath"].str().ends_with("/server.properties") || mount["subPath"].str() == "server.properties")
      return true;
  }
  return false;
}

Judgement judge(const Object& object, Value container, const PodIdentity& identity, const Owner& owner) {
  Judgement judgement;
  judgement.container = container;
  const std::string_view image_text = container["image"].str();
  const std::string_view name = container["name"].str();
  judgement.image = parse_image(image_text);
  judgement.family = family_of(judgement.image);
  const bool known_image = judgement.family != ImageFamily::kUnknown;

  const CommandLine line = command_line(container);
  std::string_view variable;
  for (const Node& node : container["env"].children()) {
    const std::string_view candidate = Value(&node)["name"].str();
    if (!configures_broker(candidate) && !(is_shared(candidate) && (known_image || line.empty()))) continue;
    if (variable.empty() || candidate.find("LISTENERS") != candidate.npos) variable = candidate;
  }
  bool kafka_in_command = false;
  for (const Value word : line.words) kafka_in_command = kafka_in_command || names_a_start(word.scalar());
  int64_t port = 0;
  const bool has_port = broker_port(container, &port);
  const bool named = names_kafka(image_text) || names_kafka(name);
  // Most containers of a cluster end here, before anything is read more closely.
  if (!known_image && variable.empty() && !kafka_in_command && !named && !has_port && !owner.runs_brokers)
    return judgement;

  judgement.process = read_process(container, identity, judgement.family);
  const ProcessStart& start = judgement.process;
  if (start.entry == Entry::kNotBroker || (start.client && !starts_broker(start.entry))) return judgement;
  if (start.entry == Entry::kNone && !line.empty() && only_waits(start)) return judgement;
  // /entrypoint.sh /run.sh is how every old bitnami image starts.
  const std::string_view program = start.argv.empty() ? std::string_view{} : std::string_view(start.argv[0].text);
  const bool any_bitnami = (start.entry == Entry::kBitnamiRun || start.entry == Entry::kBitnamiRunOnly) &&
                           !names_kafka(program) && !named && variable.empty();
  if (any_bitnami) return judgement;
  const bool neighbour = names_no_broker(base_name(judgement.image.path)) || names_no_broker(name);

  if (starts_broker(start.entry) && !line.empty()) {
    judgement.score = 100;
    judgement.evidence.push_back("its command runs " +
                                 (start.argv.empty() ? std::string() : display(start.argv[0].text)));
  } else if (line.empty() && known_image) {
    judgement.score = 80;
    judgement.evidence.push_back("image " + std::string(judgement.image.path) +
                                 " starts a broker when no command is given");
  } else if (!variable.empty() && !neighbour) {
    judgement.score = 60;
  } else if (known_image && kafka_in_command && !neighbour && start.entry == Entry::kNone && !start.certain) {
    // Too long to be followed, and it names a start.
    judgement.score = 60;
    judgement.evidence.push_back("image " + std::string(judgement.image.path) + " and what its command names");
  } else if (owner.runs_brokers && !neighbour && !names_no_broker(object.name) && (has_port || known_image)) {
    judgement.score = 50;
    judgement.evidence.push_back(owner.reason);
  } else if (named && has_port && !neighbour &&
             (line.empty() || name == "kafka" || base_name(judgement.image.path) == "kafka")) {
    judgement.score = 40;
    judgement.evidence.push_back("its names say Kafka");
  } else if (has_port && !neighbour && (known_image || (names_kafka(object.name) && !names_no_broker(object.name)))) {
    judgement.score = 30;
    judgement.evidence.push_back(known_image ? "image " + std::string(judgement.image.path) : "its names say Kafka");
  } else if (has_port && !neighbour && mounts_broker_file(container)) {
    judgement.score = 30;
    judgement.evidence.push_back("a server.properties is mounted");
  } else if (has_port && !neighbour && line.empty() && owner.reason.empty()) {
    // Port 9092 and a label that says Kafka: an image of one's own.
    for (const Node& node : identity.template_metadata["labels"].children()) {
      if (!names_kafka(Value(&node).str()) || names_no_broker(Value(&node).str())) continue;
      judgement.score = 20;
      judgement.evidence.push_back("label " + std::string(node.key) + "=" + std::string(node.text));
      break;
    }
  }
  if (judgement.score == 0) return judgement;
  if (!variable.empty()) {
    judgement.score += 5;
    judgement.evidence.push_back("env " + std::string(variable) + " configures a broker");
  }
  if (has_port) judgement.evidence.push_back("container port " + std::to_string(port));
  return judgement;
}

struct OperatorKind {
  std::string_view group, kind;
  bool runs_brokers;
  std::string_view remedy;
};

// Operators that reconcile brokers, by the API group of their resources.
constexpr std::string_view kStrimziRemedy =
    "set spec.kafka.listeners[].configuration (advertisedHostTemplate, or brokers[].advertisedHost and annotations) in "
    "the Kafka resource";
constexpr std::string_view kCfkRemedy = "set spec.listeners.external.externalAccess in the Kafka resource";
constexpr std::string_view kKoperatorRemedy =
    "set spec.listenersConfig.externalListeners[] (hostnameOverride) in the KafkaCluster resource";
constexpr std::string_view kRedpandaRemedy =
    "set spec.clusterSpec.external (domain, addresses) in the Redpanda resource";
constexpr std::array kOperators = {
    OperatorKind{"kafka.strimzi.io", "Kafka", true, kStrimziRemedy},
    OperatorKind{"kafka.strimzi.io", "KafkaNodePool", true, kStrimziRemedy},
    OperatorKind{"core.strimzi.io", "StrimziPodSet", true, kStrimziRemedy},
    OperatorKind{"platform.confluent.io", "Kafka", true, kCfkRemedy},
    OperatorKind{"kafka.banzaicloud.io", "KafkaCluster", true, kKoperatorRemedy},
    OperatorKind{"cluster.redpanda.com", "Redpanda", true, kRedpandaRemedy},
    OperatorKind{"redpanda.vectorized.io", "Cluster", true, kRedpandaRemedy},
};

struct ManagedBy {
  std::string_view value, remedy;
};
constexpr std::array kManagers = {
    ManagedBy{"strimzi-cluster-operator", kStrimziRemedy},
    ManagedBy{"confluent-operator", kCfkRemedy},
    ManagedBy{"koperator", kKoperatorRemedy},
    ManagedBy{"kafka-operator", kKoperatorRemedy},
    ManagedBy{"redpanda-operator", kRedpandaRemedy},
};

std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == api_version.npos ? std::string_view{} : api_version.substr(0, slash);
}

}  // namespace

Owner owner_of(const Object& object) {
  Owner owner;
  const Value metadata = object.metadata();
  for (const Node& node : metadata["ownerReferences"].children()) {
    const Value reference(&node);
    const std::string_view kind = reference["kind"].str();
    const std::string_view api_version = reference["apiVersion"].str();
    const std::string_view group = group_of(api_version);
    const OperatorKind* known = nullptr;
    for (const auto& candidate : kOperators)
      if (candidate.group == group && candidate.kind == kind) known = &candidate;
    if (!known && !reference["controller"].as_bool().value_or(false)) continue;
    owner.reason = std::string(kind) + " " + std::string(reference["name"].scalar()) + " (" + std::string(api_version) +
                   ") owns it and would undo a change";
    owner.remedy = known ? std::string(known->remedy) : "change that " + std::string(kind) + " resource";
    owner.runs_brokers = known && known->runs_brokers;
    owner.at = reference;
    return owner;
  }
  const Value labels = metadata["labels"];
  const Value managed = labels["app.kubernetes.io/managed-by"];
  for (const auto& manager : kManagers) {
    if (managed.str() != manager.value) continue;
    owner.reason = "label app.kubernetes.io/managed-by says that " + std::string(manager.value) + " manages it";
    owner.remedy = manager.remedy;
    owner.runs_brokers = true;
    owner.at = managed;
    return owner;
  }
  if (const Value kudo = labels["kudo.dev/operator"]; kudo && names_kafka(kudo.str())) {
    owner.reason = "label kudo.dev/operator says that KUDO manages it";
    owner.remedy = "set the operator's parameters with kubectl kudo update";
    owner.runs_brokers = true;
    owner.at = kudo;
  }
  return owner;
}

Judgement find_broker_container(const Object& object, const PodIdentity& identity, const Owner& owner) {
  Judgement best;
  for (const Node& node : identity.spec["containers"].children()) {
    Judgement judgement = judge(object, Value(&node), identity, owner);
    if (judgement.score > best.score) std::swap(judgement, best);
    // From 80 on a container starts a broker, whatever the others do.
    if (judgement.score >= 80) best.rival = judgement.container["name"].str();
  }
  return best;
}

Judgement find_broker_sidecar(const Object& object, const PodIdentity& identity, const Owner& owner) {
  Judgement best;
  for (const Node& node : identity.spec["initContainers"].children()) {
    const Value container(&node);
    if (container["restartPolicy"].str() != "Always") continue;
    Judgement judgement = judge(object, container, identity, owner);
    if (judgement.score > best.score) best = std::move(judgement);
  }
  return best;
}

}  // namespace brokergate

#include "rules/kafka/csv.h"
#include "rules/kafka/startup/broker.h"
#include "rules/kafka/startup/java.h"

namespace brokergate::startup {
namespace {

constexpr std::string_view kBroker = "broker.id";
constexpr std::string_view kNode = "node.id";
constexpr std::string_view kGeneration = "broker.id.generation.enable";
constexpr std::string_view kReserved = "reserved.broker.max.id";

// A property of type INT. `unset` is its default.
std::optional<int32_t> read_number(Broker& broker, std::string_view property, std::optional<int32_t> unset) {
  if (broker.is_unknown(property)) return std::nullopt;
  const auto text = broker.text(property);
  if (!text) return unset;
  const auto number = parse_int(*text);
  if (!number)
    broker.refuse(property, "Invalid value " + broker.raw(property) + " for configuration " + std::string(property) +
                                ": Not a number of type INT");
  return number;
}

// A property of type BOOLEAN.
std::optional<bool> read_flag(Broker& broker, std::string_view property, bool unset) {
  if (broker.is_unknown(property)) return std::nullopt;
  const auto text = broker.text(property);
  if (!text) return unset;
  const std::string word = csv::upper_case(*text);
  if (word == "TRUE" || word == "FALSE") return word == "TRUE";
  broker.refuse(property, "Invalid value " + broker.raw(property) + " for configuration " + std::string(property) +
                              ": Expected value to be either true or false");
  return std::nullopt;
}

// 2.8 and 3.0: node.id counts unless it is negative.
void prefer_node(Broker& broker) {
  if (broker.node_id && *broker.node_id < 0) broker.node_id = broker.broker_id;
  broker.broker_id = broker.node_id;
}

// Since 3.1, KafkaConfig.populateSynonyms: one of the two is enough.
void share(Broker& broker) {
  const auto absent = [&](std::string_view property) {
    return !broker.is_set(property) && !broker.is_unknown(property);
  };
  if (absent(kBroker) && !absent(kNode)) broker.broker_id = broker.node_id;
  if (absent(kNode) && !absent(kBroker)) broker.node_id = broker.broker_id;
  if (broker.era.kraft != Era::Kraft::kOnly) return;
  if (absent(kNode) && absent(kBroker)) {
    broker.node_id.reset();
    // Without roles Kafka does not get as far.
    if (!absent("process.roles"))
      broker.refuse(kNode, "Missing required configuration \"node.id\" which has no default value.");
  } else if (broker.node_id && *broker.node_id < 0) {
    broker.refuse(broker.is_set(kNode) ? kNode : kBroker, "Invalid value " + std::to_string(*broker.node_id) +
                                                              " for configuration node.id: Value must be at least 0");
    broker.node_id.reset();
  }
}

void check_broker_id(Broker& broker, int32_t id) {
  const bool old_words = !broker.era.roles;
  const auto generation = read_flag(broker, kGeneration, true);
  if (!generation) return;
  if (!*generation) {
    if (id < 0)
      broker.refuse(kBroker, old_words ? "broker.id must be equal or greater than 0"
                                       : "broker.id must be greater than or equal to 0");
    return;
  }
  const auto most = read_number(broker, kReserved, 1000);
  if (id >= -1 && (!most || id <= *most)) return;
  broker.refuse(kBroker, std::string(old_words ? "broker.id must be equal or greater than -1"
                                               : "broker.id must be greater than or equal to -1") +
                             " and not greater than reserved.broker.max.id");
}

}  // namespace

void read_ids(Broker& broker) {
  if (broker.era.kraft != Era::Kraft::kOnly) {
    read_flag(broker, kGeneration, true);
    read_number(broker, kReserved, 1000);
  }
  broker.broker_id = read_number(broker, kBroker, -1);
  if (!broker.era.roles) return;
  broker.node_id = read_number(broker, kNode, -1);
  if (broker.era.one_id) {
    share(broker);
  } else {
    prefer_node(broker);
  }
}

void check_ids(Broker& broker) {
  if (broker.era.one_id && broker.node_id && broker.broker_id && *broker.node_id != *broker.broker_id)
    broker.refuse(broker.is_set(kNode) ? kNode : kBroker, "You must set `node.id` to the same value as `broker.id`.");
  if (!broker.roles || broker.era.kraft == Era::Kraft::kOnly) return;
  if (!broker.roles->kraft()) {
    if (broker.broker_id) check_broker_id(broker, *broker.broker_id);
  } else if (broker.node_id && *broker.node_id < 0) {
    broker.refuse(kNode,
                  "Missing configuration `node.id` which is required when `process.roles` is defined (i.e. when "
                  "running in KRaft mode).");
  }
}

}  // namespace brokergate::startup

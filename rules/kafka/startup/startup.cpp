#include "rules/kafka/startup/startup.h"

#include <array>

#include "rules/kafka/startup/broker.h"

namespace brokergate::startup {
namespace {

constexpr std::array<std::string_view, 19> kJudged = {
    "advertised.host.name",
    "advertised.listeners",
    "advertised.port",
    "broker.id",
    "broker.id.generation.enable",
    "control.plane.listener.name",
    "controller.listener.names",
    "controller.quorum.bootstrap.servers",
    "controller.quorum.voters",
    "host.name",
    "inter.broker.listener.name",
    "listener.security.protocol.map",
    "listeners",
    "node.id",
    "port",
    "process.roles",
    "reserved.broker.max.id",
    "security.inter.broker.protocol",
    "zookeeper.metadata.migration.enable",
};

}  // namespace

std::span<const std::string_view> judged_properties() { return kJudged; }

std::vector<Refusal> refusals(const Texts& properties, KafkaVersion version, const Names& unknown) {
  Broker broker(properties, unknown, version);
  read_ids(broker);
  read_roles(broker);
  read_protocol(broker);
  read_voters(broker);
  read_map(broker);
  read_endpoints(broker);
  check_ids(broker);
  check_roles(broker);
  check_relations(broker);
  return std::move(broker.refused);
}

}  // namespace brokergate::startup

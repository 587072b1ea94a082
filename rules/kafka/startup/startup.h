// What a broker refuses before it does anything: Kafka's own checks of its
// listener settings, as KafkaConfig.fromProps makes them (core, kafka.server.KafkaConfig;
// since 4.1 also server, AbstractKafkaConfig). Pure; the differential test under
// test/oracle compares it with the jars.
//
// Judged are listeners, advertised.listeners, listener.security.protocol.map,
// inter.broker.listener.name, security.inter.broker.protocol,
// control.plane.listener.name, process.roles, controller.listener.names,
// controller.quorum.voters, controller.quorum.bootstrap.servers, node.id, broker.id
// and, up to 2.8, host.name, port, advertised.host.name, advertised.port.
// broker.id.generation.enable, reserved.broker.max.id and
// zookeeper.metadata.migration.enable are read as far as these depend on them; a
// migration's own demands are not judged.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/kafka/images.h"

namespace brokergate::startup {

struct Refusal {
  std::string property;  // the one to look at
  std::string value;     // its entry at fault, or all of its value; empty when it is missing
  std::string message;   // Kafka's words in that version, without "requirement failed: "
  bool operator==(const Refusal&) const = default;
};

using Texts = std::map<std::string, std::string, std::less<>>;
using Names = std::set<std::string, std::less<>>;

// Empty: the version starts with these settings. The first one is what Kafka says;
// it stops there, the others hold as well. `properties` as the process gets them; a
// property in neither is not set. `unknown` names those that are set to nobody knows
// what, or may be set: what depends on them is not judged. A run-time part (<podIP>)
// may stand where a host may.
std::vector<Refusal> refusals(const Texts& properties, KafkaVersion version, const Names& unknown = {});

// The properties judged, sorted.
std::span<const std::string_view> judged_properties();

}  // namespace brokergate::startup

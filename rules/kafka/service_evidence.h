// Judging a Service that comes without its broker set (an admission request).
#pragma once

#include <optional>
#include <string>

#include "brokergate/kafka.h"
#include "rules/kafka/selector.h"

namespace brokergate {

// Two independent signs at least: a selector that names one pod, Kafka in the
// selector or the name, Kafka's ports, the policy's match. nullopt when that is
// not enough or when something says that it is another program's Service.
struct ServiceEvidence {
  std::string text;
  // kStrong: Kafka is named and the selector takes one broker. kWeak: nothing says Kafka,
  // or only its name tells a broker apart and something else than Kafka may be meant.
  BrokerService::Trust trust = BrokerService::Trust::kWeak;
};
std::optional<ServiceEvidence> judge_alone(const Object& service, const SelectorPairs& selector, const Policy& policy);

// True when every port is known to belong to something else: metrics, JMX, ZooKeeper, HTTP.
bool only_foreign_ports(const Object& service);

}  // namespace brokergate

// What several rules need, derived once per evaluation. Views into the Model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "brokergate/kafka.h"
#include "brokergate/verdict.h"
#include "rules/naming.h"
#include "rules/node_ports.h"

namespace brokergate {

// A listener as a manifest writes it: the host may hold what only the cluster
// knows (<podIP>) or what nothing expands, which Kafka's grammar refuses.
struct Address {
  std::string name, host;
  std::optional<int64_t> port;
  std::string text() const;  // NAME://host:port
};
std::vector<Address> addresses(std::string_view listeners);

struct OneBroker {
  int64_t ordinal = 0;
  Properties properties;
  std::optional<Address> external;  // its entry in advertised.listeners for SetFacts::external
  std::optional<int64_t> bind;      // port of the same entry in listeners
  std::string bind_host;            // host of the same entry

  const Property* property(std::string_view name) const;
};

// A form whose settings can be derived and changed.
bool is_readable(const BrokerSet& set);

struct SetFacts {
  // Brokers that are derived one by one; a larger set is told by its first ones.
  static constexpr int64_t kMostBrokers = 100;

  const BrokerSet* set = nullptr;
  bool readable = false;                       // is_readable
  std::vector<const BrokerService*> services;  // those in front of it, in bundle order
  Contradictions contradictions;               // of these Services
  std::vector<OneBroker> brokers;              // empty unless readable
  std::string external;                        // external_listener_name
  std::optional<WantedListener> wanted;
  std::string wanted_why;  // why the policy's domain leads to no wanted listener
  Plan plan;               // towards `wanted`
  // The planned change: the set's and that of the Services in front of its brokers.
  // All of it is made or none: where one Service cannot follow, the plan is refused.
  std::vector<Finding::Fix> fixes;
  // Another set has the same external address: "kafka-0.kafka.example.com:9094, which StatefulSet b/kafka …".
  std::string collision;

  bool has(int64_t ordinal) const;  // one of the set's brokers
  const OneBroker* broker(int64_t ordinal) const;
  bool planned() const { return !plan.changes_nothing() && plan.refusal.empty(); }
  int64_t wanted_port(int64_t ordinal) const;
  int64_t wanted_bind(int64_t ordinal) const;
  std::string wanted_host(int64_t ordinal, const Policy& policy) const;
  // The external listener is the one that the brokers use among themselves.
  bool between_brokers() const;
  void refuse(std::string why);  // takes the planned change back
};

struct Facts {
  std::vector<SetFacts> sets;                  // that the policy's match selects, in model order
  std::vector<const BrokerService*> services;  // the same for Services, in bundle order

  const SetFacts* of(const BrokerSet* set) const;
  std::unordered_map<const BrokerSet*, size_t> index;
  NodePorts node_ports;  // of the bundle; empty when no broker Service is of type NodePort
};

// `admission`: null outside of a request. Peers are never changed: a plan that would need that is refused.
Facts derive_facts(const Bundle& bundle, const Model& model, const Policy& policy,
                   const Admission* admission = nullptr);

// Being deleted: nothing is said about it.
bool terminating(const Object& object);

}  // namespace brokergate

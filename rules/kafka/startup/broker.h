// What is worked out about one broker's settings, and the steps that work it out.
// Each step says what Kafka refuses there. A value that is nullopt is unknown or has
// been refused already; nothing that depends on it is judged.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/kafka.h"
#include "rules/kafka/startup/era.h"
#include "rules/kafka/startup/startup.h"

namespace brokergate::startup {

struct Roles {
  bool broker = false, controller = false;  // neither: ZooKeeper
  bool kraft() const { return broker || controller; }
};

// Names in the order they came in, also those that came twice.
class NameList {
 public:
  NameList() = default;
  NameList(std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) add(std::string(name));
  }
  void add(std::string name);
  bool has(std::string_view name) const { return known_.find(name) != known_.end(); }
  bool empty() const { return all_.empty(); }
  const std::vector<std::string>& all() const { return all_; }

 private:
  std::vector<std::string> all_;
  Names known_;
};

struct Broker {
  Broker(const Texts& properties, const Names& unknown_names, KafkaVersion version)
      : texts(properties), unknown(unknown_names), era(version) {}

  const Texts& texts;
  const Names& unknown;
  Era era;
  std::vector<Refusal> refused;

  std::optional<int32_t> broker_id, node_id;
  std::optional<Roles> roles;
  std::optional<NameList> controllers;         // controller.listener.names, as written
  std::optional<std::vector<int32_t>> voters;  // their ids
  std::string unroutable_voter;                // the first entry at 0.0.0.0
  std::optional<bool> bootstrap;               // controller.quorum.bootstrap.servers has entries
  std::optional<NameList> mapped;              // names that have a security protocol
  std::optional<std::vector<Listener>> listeners;
  std::optional<bool> advertises;                   // advertised.listeners is there (to 2.8 also in parts)
  std::optional<std::vector<Listener>> advertised;  // its entries

  bool is_set(std::string_view property) const { return texts.find(property) != texts.end() && !is_unknown(property); }
  bool is_unknown(std::string_view property) const { return unknown.find(property) != unknown.end(); }
  // Trimmed, as ConfigDef does with every text; nullopt when it is not set or unknown.
  std::optional<std::string_view> text(std::string_view property) const;
  std::string raw(std::string_view property) const;  // empty when it is not set

  void refuse(std::string_view property, std::string_view value, std::string message);
  void refuse(std::string_view property, std::string message) { refuse(property, raw(property), std::move(message)); }

  bool is_controller(std::string_view listener) const;  // controllers is known
  // Listeners that clients are told of, without the controllers'.
  std::optional<std::vector<Listener>> told() const;
};

NameList names_of(const std::vector<Listener>& listeners);

// In this order; each leaves what the next ones need.
void read_ids(Broker& broker);         // ids.cpp
void read_roles(Broker& broker);       // roles.cpp
void read_protocol(Broker& broker);    // protocols.cpp: security.inter.broker.protocol
void read_voters(Broker& broker);      // voters.cpp
void read_map(Broker& broker);         // protocols.cpp
void read_endpoints(Broker& broker);   // endpoints.cpp
void check_ids(Broker& broker);        // ids.cpp
void check_roles(Broker& broker);      // kraft.cpp
void check_relations(Broker& broker);  // relations.cpp

// The name behind inter.broker.listener.name or security.inter.broker.protocol.
std::optional<std::string> inter_broker_name(Broker& broker);
// control.plane.listener.name; `there` says whether it is set.
std::optional<std::string> control_plane_name(Broker& broker, std::optional<bool>& there);

// A property of type LIST since 4.2: its elements, each once; nullopt and refused when one is empty.
std::optional<std::vector<std::string>> strict_list(Broker& broker, std::string_view property, std::string_view text,
                                                    std::string_view wanted);

}  // namespace brokergate::startup

// The three listener settings of one broker, parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "brokergate/kafka.h"

namespace brokergate {

struct ListenerTables {
  ListenerTables(const BrokerSet& set, int64_t ordinal);

  // Empty when unset, unknown or refused by Kafka's grammar.
  std::vector<Listener> advertised, listeners;
  std::vector<std::pair<std::string, std::string>> protocols;  // the identities when unset
  std::string inter_broker;                                    // name of the listener between brokers
  std::vector<std::string> controllers;

  // The listener that binds a port; null for controllers' and when none does.
  const Listener* behind(std::optional<int64_t> port) const;
  bool is_advertised(const Listener& listener) const { return find_listener(advertised, listener.name) != nullptr; }
  bool is_controller(std::string_view name) const;
  std::string protocol_of(std::string_view name) const;  // empty when the map does not say
};

// external_listener_name() over the tables of the first ordinal.
std::string external_listener(const Model& model, const BrokerSet& set, const Policy& policy,
                              const ListenerTables& tables);

}  // namespace brokergate

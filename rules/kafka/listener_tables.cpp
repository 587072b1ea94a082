#include "rules/kafka/listener_tables.h"

#include <algorithm>

#include "rules/kafka/csv.h"

namespace brokergate {
namespace {

std::string_view value_of(const Properties& properties, std::string_view name) {
  const auto found = properties.find(name);
  if (found == properties.end() || !found->second.value) return {};
  return *found->second.value;
}

bool is_set(const Properties& properties, std::string_view name) {
  const auto found = properties.find(name);
  return found != properties.end() && (found->second.value || !found->second.unknown.empty());
}

}  // namespace

ListenerTables::ListenerTables(const BrokerSet& set, int64_t ordinal) {
  const Properties properties = set.properties(ordinal);
  advertised = parse_listeners(value_of(properties, "advertised.listeners")).value_or(std::vector<Listener>{});
  listeners = parse_listeners(value_of(properties, "listeners")).value_or(std::vector<Listener>{});
  // KafkaConfig: advertised.listeners is listeners when unset.
  if (!is_set(properties, "advertised.listeners")) advertised = listeners;
  for (const std::string_view name : csv::split(value_of(properties, "controller.listener.names"))) {
    if (!name.empty()) controllers.push_back(csv::upper_case(name));
  }
  if (is_set(properties, "listener.security.protocol.map")) {
    protocols = parse_protocol_map(value_of(properties, "listener.security.protocol.map"))
                    .value_or(std::vector<std::pair<std::string, std::string>>{});
  } else {
    for (const char* name : {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"}) protocols.emplace_back(name, name);
  }
  // security.inter.broker.protocol is PLAINTEXT unless set, and names the listener.
  inter_broker = csv::upper_case(csv::trim(value_of(properties, "inter.broker.listener.name")));
  if (inter_broker.empty() && !is_set(properties, "inter.broker.listener.name")) inter_broker = "PLAINTEXT";
}

bool ListenerTables::is_controller(std::string_view name) const {
  return std::find(controllers.begin(), controllers.end(), name) != controllers.end();
}

const Listener* ListenerTables::behind(std::optional<int64_t> port) const {
  for (const Listener& listener : listeners) {
    if (port && listener.port == *port && !is_controller(listener.name)) return &listener;
  }
  return nullptr;
}

std::string ListenerTables::protocol_of(std::string_view name) const {
  for (const auto& [listener, protocol] : protocols) {
    if (listener == name) return protocol;
  }
  return {};
}

}  // namespace brokergate

#include <algorithm>
#include <array>
#include <map>

#include "rules/kafka/csv.h"
#include "rules/kafka/startup/broker.h"
#include "rules/kafka/startup/java.h"

namespace brokergate::startup {
namespace {

constexpr std::string_view kMap = "listener.security.protocol.map";
constexpr std::string_view kListeners = "listeners";
constexpr std::string_view kProtocol = "security.inter.broker.protocol";
constexpr std::string_view kInterBroker = "inter.broker.listener.name";
constexpr std::string_view kControlPlane = "control.plane.listener.name";
constexpr std::array<std::string_view, 4> kProtocols = {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"};
constexpr std::string_view kBlankName = "The provided listener name is null or empty string";

bool is_protocol(std::string_view name) {
  return std::find(kProtocols.begin(), kProtocols.end(), name) != kProtocols.end();
}
bool is_ssl_or_sasl(std::string_view name) { return is_protocol(name) && name != "PLAINTEXT"; }

// Csv.parseCsvMap: NAME:PROTOCOL, split at the last colon; the last of equal names
// counts. An entry without colon fails inside String.substring, and that exception's
// text is what one gets to see.
std::optional<std::vector<std::pair<std::string, std::string>>> pairs_of(Broker& broker, std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::map<std::string, size_t> places;
  for (const std::string_view entry : csv::split(text)) {
    const size_t colon = entry.rfind(':');
    if (colon == entry.npos) {
      broker.refuse(kMap, entry,
                    "Error parsing configuration property 'listener.security.protocol.map': begin 0, end -1, length " +
                        std::to_string(length(entry)));
      return std::nullopt;
    }
    const std::string name(csv::trim(entry.substr(0, colon)));
    const std::string protocol(csv::trim(entry.substr(colon + 1)));
    const auto [at, added] = places.emplace(name, pairs.size());
    if (added) {
      pairs.emplace_back(name, protocol);
    } else {
      pairs[at->second].second = protocol;
    }
  }
  return pairs;
}

std::string collides(std::string_view name, std::string_view first, std::string_view second) {
  return "Duplicate key ListenerName(" + std::string(name) + ") (attempted merging values " + std::string(first) +
         " and " + std::string(second) + ")";
}

std::optional<NameList> explicit_map(Broker& broker, std::string_view text) {
  auto pairs = pairs_of(broker, text);
  if (!pairs) return std::nullopt;
  if (broker.era.distinct_names) {
    std::stable_sort(pairs->begin(), pairs->end(), [size = pairs->size()](const auto& a, const auto& b) {
      return hash_bucket(a.first, size) < hash_bucket(b.first, size);
    });
  }
  NameList names;
  std::map<std::string, std::string> protocols;
  for (const auto& [name, protocol] : *pairs) {
    const std::string entry = name + ":" + protocol;
    if (!broker.era.blank_names && csv::is_blank(name)) {
      broker.refuse(kMap, entry, std::string(kBlankName));
      return std::nullopt;
    }
    const std::string known = csv::upper_case(protocol);
    if (!is_protocol(known)) {
      broker.refuse(kMap, entry,
                    "Invalid security protocol `" + protocol + "` defined in listener.security.protocol.map");
      return std::nullopt;
    }
    const std::string listener = csv::upper_case(name);
    const auto [first, added] = protocols.emplace(listener, known);
    if (!added && broker.era.distinct_names) {
      broker.refuse(kMap, entry, collides(listener, first->second, known));
      return std::nullopt;
    }
    names.add(listener);
  }
  return names;
}

// Whether a listener is called like a protocol other than PLAINTEXT; nullopt and refused
// when one has no name that could be looked at.
std::optional<bool> any_secure_listener(Broker& broker) {
  const std::string text(broker.text(kListeners).value_or("PLAINTEXT://:9092"));
  for (const std::string_view entry : split_csv(text)) {
    const size_t colon = entry.find(':');
    if (colon == entry.npos) {
      broker.refuse(kListeners, entry, "Unable to parse a listener name from " + std::string(entry));
      return std::nullopt;
    }
    if (is_ssl_or_sasl(csv::upper_case(entry.substr(0, colon)))) return true;
  }
  return false;
}

// The identities, and since 3.1 every controller listener as PLAINTEXT unless any
// listener is called like another protocol.
std::optional<NameList> default_map(Broker& broker) {
  NameList names{"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"};
  if (!broker.era.maps_controllers) return names;
  if (broker.era.kraft != Era::Kraft::kOnly) {
    if (!broker.roles) return std::nullopt;
    if (!broker.roles->kraft()) return names;
  }
  if (!broker.controllers || broker.is_unknown(kListeners)) return std::nullopt;
  const auto& controllers = broker.controllers->all();
  if (std::any_of(controllers.begin(), controllers.end(), is_ssl_or_sasl)) return names;
  const auto secure = any_secure_listener(broker);
  if (!secure) return std::nullopt;
  if (*secure) return names;
  NameList added;
  for (const std::string& name : controllers) {
    if (name == "PLAINTEXT") continue;
    if (added.has(name) && broker.era.distinct_names) {
      broker.refuse("controller.listener.names", name, collides(name, "PLAINTEXT", "PLAINTEXT"));
      return std::nullopt;
    }
    added.add(name);
    names.add(name);
  }
  return names;
}

// ListenerName.normalised, then the look into the map.
std::optional<std::string> mapped_name(Broker& broker, std::string_view property, std::string_view words) {
  const std::string_view text = *broker.text(property);
  if (!broker.era.blank_names && csv::is_blank(text)) {
    broker.refuse(property, std::string(kBlankName));
    return std::nullopt;
  }
  std::string name = csv::upper_case(text);
  if (!broker.mapped || broker.mapped->has(name)) return name;
  broker.refuse(property, std::string(words) + name + " defined in " + std::string(property) + " not found in " +
                              std::string(kMap) + ".");
  return std::nullopt;
}

}  // namespace

void read_protocol(Broker& broker) {
  if (!broker.era.exact_protocol) return;
  const auto text = broker.text(kProtocol);
  if (!text || is_protocol(*text)) return;
  broker.refuse(kProtocol, "Invalid value " + std::string(*text) +
                               " for configuration security.inter.broker.protocol: String must be one of: PLAINTEXT, "
                               "SSL, SASL_PLAINTEXT, SASL_SSL");
}

void read_map(Broker& broker) {
  if (broker.is_unknown(kMap)) return;
  const auto text = broker.text(kMap);
  broker.mapped = text ? explicit_map(broker, *text) : default_map(broker);
}

std::optional<std::string> inter_broker_name(Broker& broker) {
  if (broker.is_unknown(kInterBroker)) return std::nullopt;
  if (broker.is_set(kInterBroker)) {
    if (broker.is_set(kProtocol)) {
      broker.refuse(kInterBroker,
                    "Only one of inter.broker.listener.name and security.inter.broker.protocol should be set.");
      return std::nullopt;
    }
    return mapped_name(broker, kInterBroker, "Listener with name ");
  }
  if (broker.is_unknown(kProtocol)) return std::nullopt;
  const std::string text(broker.text(kProtocol).value_or("PLAINTEXT"));
  std::string protocol = csv::upper_case(text);
  if (is_protocol(protocol)) return protocol;
  // Since 3.3 said already.
  if (!broker.era.exact_protocol)
    broker.refuse(kProtocol, "Invalid security protocol `" + text + "` defined in security.inter.broker.protocol");
  return std::nullopt;
}

std::optional<std::string> control_plane_name(Broker& broker, std::optional<bool>& there) {
  there = std::nullopt;
  if (broker.era.control_plane && broker.is_unknown(kControlPlane)) return std::nullopt;
  there = broker.era.control_plane && broker.is_set(kControlPlane);
  if (!*there) return std::nullopt;
  return mapped_name(broker, kControlPlane, "Listener with ");
}

}  // namespace brokergate::startup

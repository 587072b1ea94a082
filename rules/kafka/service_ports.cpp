#include "rules/kafka/service_ports.h"

#include <algorithm>
#include <array>

#include "rules/kafka/pod_ports.h"

namespace brokergate {
namespace {

// The kubelet's FindPort looks through the containers in order; the broker's own
// comes first here, so that a side-car cannot hide what the broker declares.
std::optional<int64_t> number_of(const BrokerSet& set, std::string_view name) {
  const auto look = [&](Value container) -> std::optional<int64_t> {
    for (const Node& port : container["ports"].children()) {
      if (Value(&port)["name"].str() == name) return Value(&port)["containerPort"].as_int();
    }
    return std::nullopt;
  };
  if (const auto found = look(set.container)) return found;
  for (const Node& container : set.pod_spec["containers"].children()) {
    if (const auto found = look(Value(&container))) return found;
  }
  return std::nullopt;
}

bool holds(std::string_view text, std::string_view lower) {
  return std::search(text.begin(), text.end(), lower.begin(), lower.end(), [](char a, char b) {
           return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + 32) : a) == b;
         }) != text.end();
}

// How likely a port is the one for clients outside.
enum class Fit : uint8_t { kNone, kOtherListener, kOpen, kNamed };

Fit fit_of(const ServicePort& port, const ListenerTables& tables, std::string_view lower_name) {
  const bool controllers = std::any_of(tables.listeners.begin(), tables.listeners.end(), [&](const Listener& bound) {
    return bound.port == port.target && tables.is_controller(bound.name);
  });
  if (controllers || names_other_port(port.name) || names_other_port(port.target_name)) return Fit::kNone;
  if (tables.behind(port.target)) return Fit::kOtherListener;
  for (const std::string_view name : {port.name, port.target_name}) {
    for (const std::string_view word : {lower_name, std::string_view("external"), std::string_view("outside")})
      if (!word.empty() && holds(name, word)) return Fit::kNamed;
  }
  // A number that nothing binds and that is none of Kafka's belongs to something else.
  return port.target && (*port.target < 9091 || *port.target > 9099) ? Fit::kNone : Fit::kOpen;
}

}  // namespace

const ServicePort* port_for_listener(const std::vector<ServicePort>& ports, const ListenerTables& tables,
                                     std::string_view name) {
  if (ports.size() == 1) return &ports.front();
  std::string lower(name);
  for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  std::array<const ServicePort*, 4> only{};
  std::array<size_t, 4> count{};
  for (const ServicePort& port : ports) {
    const Listener* listener = tables.behind(port.target);
    if (listener && listener->name == name) return &port;
    const auto fit = static_cast<size_t>(fit_of(port, tables, lower));
    only[fit] = &port;
    ++count[fit];
  }
  for (const Fit fit : {Fit::kNamed, Fit::kOpen, Fit::kOtherListener}) {
    const auto at = static_cast<size_t>(fit);
    if (count[at] > 0) return count[at] == 1 ? only[at] : nullptr;
  }
  return nullptr;
}

std::vector<ServicePort> ports_of(const BrokerService& service) {
  std::vector<ServicePort> out;
  if (!service.object) return out;
  for (const Node& node : service.object->spec()["ports"].children()) {
    const Value value(&node);
    if (!value.is_map()) continue;
    ServicePort port;
    port.node = value;
    port.name = value["name"].str();
    port.port = value["port"].as_int().value_or(0);
    port.node_port = value["nodePort"].as_int();
    if (port.node_port == 0) port.node_port = std::nullopt;
    const Value target = value["targetPort"];
    if (target.is_string()) {
      port.target_name = target.str();
      if (service.set) port.target = number_of(*service.set, port.target_name);
    } else if (target.is_null()) {
      // The API server fills in the port itself (core/v1 defaults, SetDefaults_Service).
      if (port.port != 0) port.target = port.port;
    } else {
      port.target = target.as_int();
    }
    out.push_back(port);
  }
  return out;
}

}  // namespace brokergate

#include "brokergate/kafka.h"

namespace brokergate {
namespace {

// The kubelet's FindPort looks through the containers in order; the broker's own
// comes first here, so that a side-car cannot hide what the broker declares.
std::optional<int64_t> declared_port(const BrokerSet& set, std::string_view name) {
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

}  // namespace

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
    const Value target = value["targetPort"];
    if (target.is_string()) {
      port.target_name = target.str();
      if (service.set) port.target = declared_port(*service.set, port.target_name);
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

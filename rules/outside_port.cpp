#include "rules/outside_port.h"

#include "rules/service_change.h"
#include "rules/text.h"

namespace brokergate {
namespace {

using Follows = OutsidePort::Follows;

// Why the Service cannot be given the port; empty when it can.
std::string unreachable(const Facts& facts, const SetFacts& set, const BrokerService& service,
                        const std::vector<ServicePort>& ports, const ServicePort& port, const OneBroker& broker,
                        const Policy& policy) {
  const ServiceChange change =
      plan_service(service, ports, &port, {broker.external->port, broker.bind, {}, policy.node_ports});
  if (!change.refusal.empty() || !change.node_port) return change.refusal;
  const int64_t number = change.node_port->to;
  if (const Object* other = facts.node_ports.other(*service.object, change.node_port->port, number))
    return node_port_taken(number, *other);
  for (const OneBroker& one : set.brokers) {
    if (one.ordinal != broker.ordinal && one.external && one.external->port == number)
      return cat("broker ", one.ordinal, " advertises node port ", number, " as well");
  }
  return {};
}

// The Service's own number can be had: node-port-clash tells where it cannot.
bool keeps(const Facts& facts, const BrokerService& service, const ServicePort& port, const Policy& policy) {
  const std::optional<int64_t> now = dialled(service, port);
  if (!now || *now < 1 || *now > 65535) return false;
  if (service.type != "NodePort") return true;
  if (policy.node_ports.named && !policy.node_ports.holds(*now)) return false;
  return facts.node_ports.earlier(*service.object, port.node.node(), *now) == nullptr;
}

}  // namespace

std::optional<int64_t> dialled(const BrokerService& service, const ServicePort& port) {
  return service.type == "NodePort" ? port.node_port : port.port;
}

std::optional<int64_t> inside_port(const SetFacts& set, const OneBroker& broker) {
  return set.wanted ? std::optional(set.wanted_bind(broker.ordinal)) : broker.bind;
}

OutsidePort outside_port(const Facts& facts, const SetFacts& set, const BrokerService& service,
                         const std::vector<ServicePort>& ports, const ServicePort& port, const OneBroker& broker,
                         const Policy& policy) {
  const std::optional<int64_t> now = dialled(service, port);
  if (now == broker.external->port) return {};
  if (set.wanted) {
    const int64_t wanted = set.wanted_port(broker.ordinal);
    return {now == wanted ? Follows::kListener : Follows::kService, wanted, {}};
  }
  std::string why = unreachable(facts, set, service, ports, port, broker, policy);
  if (why.empty()) return {Follows::kService, broker.external->port, {}};
  if (keeps(facts, service, port, policy)) return {Follows::kListener, now, std::move(why)};
  return {Follows::kBoth, std::nullopt, std::move(why)};
}

}  // namespace brokergate

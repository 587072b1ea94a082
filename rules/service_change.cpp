#include "rules/service_change.h"

#include <algorithm>
#include <array>

#include "rules/load_balancer.h"
#include "rules/node_ports.h"
#include "rules/outside_port.h"
#include "rules/text.h"

namespace brokergate {
namespace {

template <typename Test>
const ServicePort* only(const std::vector<ServicePort>& ports, Test test) {
  const ServicePort* found = nullptr;
  for (const ServicePort& port : ports) {
    if (!test(port)) continue;
    if (found) return nullptr;
    found = &port;
  }
  return found;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// A number in place of what is there; the text editor keeps everything around it.
void put(ServiceChange& change, Value map, const char* key, int64_t number, std::string reason) {
  Edit edit = set_edit(map, {key}, number);
  edit.reason = std::move(reason);
  change.edits.push_back(std::move(edit));
}

std::string_view protocol_of(const ServicePort& port) {
  const std::string_view protocol = port.node["protocol"].str();
  return protocol.empty() ? "TCP" : protocol;
}

// The API server refuses a Service with one number twice.
const ServicePort* same_number(const BrokerService& service, const std::vector<ServicePort>& ports,
                               const ServicePort& port, int64_t number) {
  const auto found = std::find_if(ports.begin(), ports.end(), [&](const ServicePort& other) {
    return other.node != port.node && dialled(service, other) == number && protocol_of(other) == protocol_of(port);
  });
  return found == ports.end() ? nullptr : &*found;
}

void change_number(ServiceChange& change, const BrokerService& service, const std::vector<ServicePort>& ports,
                   const ServicePort& port, int64_t number, const PortRange& range) {
  if (dialled(service, port) == number) return;
  const bool by_node = service.type == "NodePort";
  if (by_node && !range.holds(number)) {
    change.refusal = cat("node port ", number, " lies outside of ", range.first, "-", range.last,
                         ", where the API server takes node ports from");
  } else if (const ServicePort* other = same_number(service, ports, port, number)) {
    change.refusal = cat(by_node ? "node port " : "port ", number, " is that of its port ",
                         other->name.empty() ? "without a name" : shown(other->name), " already");
  } else {
    if (by_node) change.node_port = {port.node.node(), port.node_port, number};
    put(change, port.node, by_node ? "nodePort" : "port", number, cat("the broker advertises port ", number));
  }
}

void change_ports(ServiceChange& change, const BrokerService& service, const std::vector<ServicePort>& ports,
                  const ServicePort& port, const ServiceWish& wish) {
  if (wish.port) change_number(change, service, ports, port, *wish.port, wish.node_ports);
  if (!wish.target || !change.refusal.empty()) return;
  // Without targetPort the Service sends to its own port.
  const bool bare = port.node["targetPort"].is_null();
  const std::optional<int64_t> leads_to = bare && wish.port && service.type != "NodePort" ? wish.port : port.target;
  if (leads_to != wish.target) {
    put(change, port.node, "targetPort", *wish.target, cat("the broker listens on port ", *wish.target));
  }
}

// A port that is as wished, whatever the others are.
bool has_wished(const BrokerService& service, const std::vector<ServicePort>& ports, const ServiceWish& wish) {
  return std::any_of(ports.begin(), ports.end(), [&](const ServicePort& port) {
    return protocol_of(port) == "TCP" && (!wish.port || dialled(service, port) == wish.port) &&
           (!wish.target || port.target == wish.target);
  });
}

}  // namespace

const ServicePort* external_port(const BrokerService& service, const std::vector<ServicePort>& ports,
                                 std::optional<int64_t> bind, std::optional<int64_t> advertised) {
  if (ports.size() == 1) return ports.data();
  if (bind) {
    if (const ServicePort* found = only(ports, [&](const ServicePort& port) { return port.target == bind; }))
      return found;
  }
  if (!advertised) return nullptr;
  return only(ports, [&](const ServicePort& port) { return dialled(service, port) == advertised; });
}

bool names_host(std::string_view annotation, std::string_view host) {
  while (!annotation.empty()) {
    const size_t comma = std::min(annotation.find(','), annotation.size());
    std::string_view name = trimmed(annotation.substr(0, comma));
    if (name.ends_with('.')) name.remove_suffix(1);
    if (name == host) return true;
    annotation.remove_prefix(std::min(comma + 1, annotation.size()));
  }
  return false;
}

std::string with_host(std::string_view annotation, std::string_view host) {
  if (names_host(annotation, host)) return std::string(annotation);
  const bool several = annotation.find(',') != std::string_view::npos;
  return several ? cat(annotation, ",", host) : std::string(host);
}

bool of_other_listener(const SetFacts& facts, const BrokerService& service) {
  const OneBroker* broker = service.ordinal ? facts.broker(*service.ordinal) : nullptr;
  if (!broker || facts.external.empty()) return false;
  const Property* bound = broker->property("listeners");
  const Property* advertised = broker->property("advertised.listeners");
  if (!bound || !bound->value || !advertised || !advertised->value) return false;
  const std::vector<Address> told = addresses(*advertised->value);
  const std::vector<ServicePort> ports = ports_of(service);
  for (const Address& listener : addresses(*bound->value)) {
    if (listener.name == facts.external) continue;
    for (const ServicePort& port : ports) {
      if (!listener.port || port.target != listener.port) continue;
      const std::optional<int64_t> outside = dialled(service, port);
      if (std::any_of(told.begin(), told.end(), [&](const Address& address) {
            return address.name == listener.name && address.port && address.port == outside;
          })) {
        return true;
      }
    }
  }
  return false;
}

std::string node_port_taken(int64_t number, const Object& other) {
  return cat("node port ", number, " is that of ", describe(other), " already");
}

ServiceChange plan_service(const BrokerService& service, const std::vector<ServicePort>& ports, const ServicePort* port,
                           const ServiceWish& wish) {
  ServiceChange change;
  if ((wish.port || wish.target) && !has_wished(service, ports, wish)) {
    if (!port) {
      change.refusal = cat("it cannot be told which of its ", ports.size(), " ports is for clients outside");
      return change;
    }
    change_ports(change, service, ports, *port, wish);
  }
  if (wish.host.empty() || !change.refusal.empty()) return change;
  for (const std::string_view prefix : {kOldDnsPrefix, kNewDnsPrefix}) {
    const std::string key = cat(prefix, "hostname");
    const std::string_view asked = annotation(*service.object, key).str();
    if (asked.empty() || names_host(asked, wish.host)) continue;
    Edit edit = set_edit(service.object->root, {"metadata", "annotations", key}, with_host(asked, wish.host));
    edit.reason = cat("the broker advertises ", wish.host);
    change.edits.push_back(std::move(edit));
  }
  return change;
}

std::optional<ServiceWish> wish_for(const SetFacts& facts, const BrokerService& service, const Policy& policy) {
  if (!facts.wanted || !facts.plan.refusal.empty()) return std::nullopt;
  if (service.role != ServiceRole::kPerBroker || !service.external() || !service.ordinal ||
      !facts.has(*service.ordinal)) {
    return std::nullopt;
  }
  // Which broker is meant must be beyond doubt, and the Service may be another listener's.
  if (service.selects == Selects::kNothing || service.selects == Selects::kNameOnly) return std::nullopt;
  if (facts.contradictions.contains(&service) || of_other_listener(facts, service)) return std::nullopt;
  const int64_t ordinal = *service.ordinal;
  return ServiceWish{facts.wanted_port(ordinal), facts.wanted_bind(ordinal), facts.wanted_host(ordinal, policy),
                     policy.node_ports};
}

std::string host_after(const Facts& facts, const BrokerService& service, const Policy& policy, std::string_view now) {
  const SetFacts* set = service.set ? facts.of(service.set) : nullptr;
  const std::optional<ServiceWish> wish = set ? wish_for(*set, service, policy) : std::nullopt;
  return wish && !wish->host.empty() ? with_host(now, wish->host) : std::string(now);
}

}  // namespace brokergate

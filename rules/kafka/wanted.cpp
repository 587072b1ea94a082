#include <algorithm>
#include <map>
#include <optional>

#include "brokergate/kafka.h"
#include "rules/kafka/listener_tables.h"
#include "rules/kafka/pod_ports.h"
#include "rules/kafka/service_ports.h"
#include "rules/policy/hostname.h"

namespace brokergate {
namespace {

// Ordinals whose settings are derived to see how ports run; the plan proves all of them later.
constexpr int64_t kSampled = 3;
constexpr size_t kMaxServices = 32;
// Ports that rise with the ordinal are compared with the pod's others for so many brokers.
constexpr int64_t kMostCompared = 100;
// Where a port is looked for when the one wished for is taken.
constexpr int64_t kFirstFree = 9094, kLastFree = 9194;

using Ports = std::map<int64_t, int64_t>;  // ordinal → port

// base + slope * ordinal
struct Line {
  int64_t base = 0;
  int slope = 0;
  int64_t at(int64_t ordinal) const { return base + slope * ordinal; }
  bool operator==(const Line&) const = default;
};

// nullopt when the ports are neither all the same nor rise by one. One port alone
// is taken as the same for all.
std::optional<Line> line_through(const Ports& ports) {
  if (ports.empty()) return std::nullopt;
  for (const int slope : {0, 1}) {
    const Line line{ports.begin()->second - slope * ports.begin()->first, slope};
    if (std::all_of(ports.begin(), ports.end(), [&](const auto& port) { return line.at(port.first) == port.second; })) {
      return line;
    }
  }
  return std::nullopt;
}

std::string list(const Ports& ports) {
  std::string out;
  size_t shown = 0;
  for (const auto& [ordinal, port] : ports) {
    if (++shown > 5) return out + ", …";
    out += (out.empty() ? "" : ", ") + std::to_string(port) + " for broker " + std::to_string(ordinal);
  }
  return out;
}

// What the Services in front of single brokers say about the external listener.
struct ServiceSide {
  Ports published, targets;
  Ports node_ports;  // those of `published` that are node ports
  std::string trouble;
};

class Planner {
 public:
  Planner(const Model& model, const BrokerSet& set, const Policy& policy) : model_(model), set_(set), policy_(policy) {}

  std::optional<WantedListener> plan(std::string* why);

 private:
  const ListenerTables& tables(int64_t ordinal) { return tables_.try_emplace(ordinal, set_, ordinal).first->second; }
  int64_t last_sampled() const { return set_.first_ordinal + std::clamp<int64_t>(set_.replicas, 1, kSampled) - 1; }
  // A set scaled to nothing, or to a number that is not known, still says by its Services what is wanted.
  bool in_range(int64_t ordinal) const {
    if (ordinal < set_.first_ordinal) return false;
    return set_.replicas == 0 || !set_.replicas_unknown.empty() || ordinal - set_.first_ordinal < set_.replicas;
  }
  int64_t compared(const Line& line) const {
    return line.slope == 0 ? 1 : std::clamp<int64_t>(set_.replicas, 1, kMostCompared);
  }
  void name_and_protocol();
  std::vector<const BrokerService*> own_services() const;
  ServiceSide read_services();
  Ports advertised();
  std::string node_port_trouble(const ServiceSide& services) const;
  std::optional<Line> advertised_line(const ServiceSide& services, std::string& why);
  std::string bind(const ServiceSide& services, const Line& line);
  std::string user_of(int64_t port);
  std::string user_of(const Line& line);
  bool taken(int64_t port);
  bool taken(const Line& line);

  const Model& model_;
  const BrokerSet& set_;
  const Policy& policy_;
  std::map<int64_t, ListenerTables> tables_;
  WantedListener wanted_;
};

// The policy's name, unless the set has an external listener by another name that
// serves nobody else: a second one beside it could not bind the same port.
void Planner::name_and_protocol() {
  const ListenerTables& first = tables(set_.first_ordinal);
  wanted_.name = policy_.listener_name;
  const std::string present = external_listener(model_, set_, policy_, first);
  if (!present.empty() && present != first.inter_broker) wanted_.name = present;
  wanted_.protocol = policy_.listener_protocol;
  // The policy's PLAINTEXT is what stands there when nobody asked for anything: it
  // never takes encryption or authentication away from a listener that has them.
  const std::string protocol = first.protocol_of(wanted_.name);
  const bool listed = find_listener(first.listeners, wanted_.name) || find_listener(first.advertised, wanted_.name);
  if (wanted_.protocol == "PLAINTEXT" && listed && !protocol.empty()) wanted_.protocol = protocol;
}

// External Services that select one broker of this set, one per ordinal: those of
// the exposure the policy asks for come first.
std::vector<const BrokerService*> Planner::own_services() const {
  std::map<int64_t, const BrokerService*> chosen;
  const std::string_view preferred = policy_.exposure == Exposure::kNodePort ? "NodePort" : "LoadBalancer";
  for (const BrokerService& service : model_.services) {
    if (service.set != &set_ || !service.external() || service.role != ServiceRole::kPerBroker || !service.ordinal)
      continue;
    if (service.selects == Selects::kNameOnly || service.selects == Selects::kNothing || !in_range(*service.ordinal))
      continue;
    const BrokerService*& slot = chosen[*service.ordinal];
    if (!slot || (slot->type != preferred && service.type == preferred)) slot = &service;
  }
  std::vector<const BrokerService*> out;
  for (const auto& [ordinal, service] : chosen) out.push_back(service);
  return out;
}

ServiceSide Planner::read_services() {
  ServiceSide side;
  for (const BrokerService* service : own_services()) {
    if (side.published.size() >= kMaxServices) break;
    const auto ports = ports_of(*service);
    if (ports.empty()) continue;
    const ServicePort* port = port_for_listener(ports, tables(*service->ordinal), wanted_.name);
    if (!port) {
      side.trouble = describe(*service->object) + " has " + std::to_string(ports.size()) +
                     " ports, and none is recognised as that of listener " + wanted_.name;
      continue;
    }
    const auto is_port = [](std::optional<int64_t> number) { return number && *number >= 1 && *number <= 65535; };
    const std::optional<int64_t> dialled = service->type == "NodePort" ? port->node_port : port->port;
    if (dialled && !is_port(dialled)) {
      side.trouble = describe(*service->object) + " publishes " + std::to_string(*dialled) + ", which is no port";
      continue;
    }
    if (service->type == "NodePort") {
      if (!port->node_port) {
        side.trouble = describe(*service->object) +
                       " names no nodePort: the API server picks one, and nobody can "
                       "advertise it beforehand";
        continue;
      }
      side.published[*service->ordinal] = side.node_ports[*service->ordinal] = *port->node_port;
    } else {
      side.published[*service->ordinal] = port->port;
    }
    if (is_port(port->target)) side.targets[*service->ordinal] = *port->target;
  }
  return side;
}

Ports Planner::advertised() {
  Ports ports;
  for (int64_t ordinal = set_.first_ordinal; ordinal <= last_sampled(); ++ordinal) {
    if (const Listener* listener = find_listener(tables(ordinal).advertised, wanted_.name)) {
      ports[ordinal] = listener->port;
    }
  }
  return ports;
}

// A node port lies in the cluster's range and exists once: no listener can make up for a
// number that no Service can have (Kubernetes, "Service", type: NodePort).
std::string Planner::node_port_trouble(const ServiceSide& services) const {
  if (services.node_ports.empty()) return {};
  const PortRule& rule = policy_.listener_port;
  const int64_t last = set_.first_ordinal + std::clamp<int64_t>(set_.replicas, 1, 100'000) - 1;
  const PortRange& range = policy_.node_ports;
  const std::string named = range.named ? "" : " (unless nodePortRange in the policy says otherwise)";
  if (rule.kind == PortRule::Kind::kAuto) {
    std::map<int64_t, int64_t> brokers;
    for (const auto& [ordinal, port] : services.node_ports) {
      const auto [first, fresh] = brokers.emplace(port, ordinal);
      if (!fresh)
        return "its Services ask for node port " + std::to_string(port) + " for broker " +
               std::to_string(first->second) + " and for broker " + std::to_string(ordinal) +
               ", and a cluster has each once; give every broker's Service a nodePort of its own";
    }
    return {};
  }
  const bool rises = rule.kind == PortRule::Kind::kPerOrdinal;
  for (const int64_t ordinal : {set_.first_ordinal, last}) {
    const int64_t port = rule.base + (rises ? ordinal : 0);
    if (!range.holds(port))
      return "its Services are of type NodePort, and the policy's listener.port gives " + std::to_string(port) +
             ", which lies outside of " + std::to_string(range.first) + "-" + std::to_string(range.last) + named +
             "; name a number inside, or leave it to the Services (port: auto)";
  }
  if (!rises && last != set_.first_ordinal)
    return "its Services are of type NodePort, and the policy's listener.port gives all brokers " +
           std::to_string(rule.base) + ", which a cluster has once; write \"" + std::to_string(rule.base) +
           "+{ordinal}\", or leave it to the Services (port: auto)";
  return {};
}

std::optional<Line> Planner::advertised_line(const ServiceSide& services, std::string& why) {
  const PortRule& rule = policy_.listener_port;
  if (why = node_port_trouble(services); !why.empty()) return std::nullopt;
  if (rule.kind == PortRule::Kind::kFixed) return Line{rule.base, 0};
  if (rule.kind == PortRule::Kind::kPerOrdinal) return Line{rule.base, 1};
  const Ports now = advertised();
  const bool everywhere = static_cast<int64_t>(now.size()) > last_sampled() - set_.first_ordinal;
  const auto line_now = everywhere ? line_through(now) : std::nullopt;
  if (services.published.empty()) {
    if (!services.trouble.empty()) {
      why = services.trouble;
      return std::nullopt;
    }
    return line_now ? *line_now : Line{rule.base, 0};
  }
  // What is advertised stands when every Service agrees with it.
  const bool agree = line_now && std::all_of(services.published.begin(), services.published.end(),
                                             [&](const auto& port) { return line_now->at(port.first) == port.second; });
  if (agree) return line_now;
  auto line = line_through(services.published);
  if (!line) {
    why = "its Services publish " + list(services.published) + ": neither one port for all nor a base plus the ordinal";
    return std::nullopt;
  }
  // A nodePort exists once in a cluster: where one Service stands for many brokers, the ports must rise.
  if (!services.node_ports.empty() && services.published.size() == 1 && set_.replicas > 1) {
    line = Line{services.published.begin()->second - services.published.begin()->first, 1};
  }
  return line;
}

// What has the port beside Kafka; a port that the listener binds already is its own.
std::string Planner::user_of(int64_t port) {
  const Listener* own = find_listener(tables(set_.first_ordinal).listeners, wanted_.name);
  return own && own->port == port ? std::string() : port_user(set_, port);
}

std::string Planner::user_of(const Line& line) {
  for (int64_t i = 0; i < compared(line); ++i) {
    const int64_t port = line.at(set_.first_ordinal + i);
    if (const std::string user = user_of(port); !user.empty())
      return "port " + std::to_string(port) + ", which the policy names, is used by " + user;
  }
  return {};
}

bool Planner::taken(int64_t port) {
  const ListenerTables& first = tables(set_.first_ordinal);
  return std::any_of(first.listeners.begin(), first.listeners.end(),
                     [&](const Listener& other) { return other.name != wanted_.name && other.port == port; }) ||
         !user_of(port).empty();
}

bool Planner::taken(const Line& line) {
  for (int64_t i = 0; i < compared(line); ++i)
    if (taken(line.at(set_.first_ordinal + i))) return true;
  return false;
}

// Binds where the Services lead to; where they lead to another listener, they are
// what is wrong, and the listener keeps its own port or gets a free one.
std::string Planner::bind(const ServiceSide& services, const Line& line) {
  std::optional<Line> wish = line_through(services.targets);
  if (wish && services.targets.size() == 1 && set_.replicas > 1 &&
      wish->base == line.at(services.targets.begin()->first)) {
    wish = line;
  }
  if (!wish || taken(*wish)) {
    Ports bound;
    for (int64_t ordinal = set_.first_ordinal; ordinal <= last_sampled(); ++ordinal) {
      if (const Listener* own = find_listener(tables(ordinal).listeners, wanted_.name)) bound[ordinal] = own->port;
    }
    const auto present = line_through(bound);
    wish = present ? *present : line;
  }
  if (taken(*wish)) {
    const std::string user = user_of(*wish);
    if (!user.empty() && policy_.listener_port.kind != PortRule::Kind::kAuto)
      return user + "; choose another listener.port in the policy";
    int64_t free = kFirstFree;
    while (free <= kLastFree && taken(free)) ++free;
    wish = Line{free, 0};
  }
  if (*wish == line) return {};
  wanted_.bind_base = wish->base;
  wanted_.bind_slope = wish->slope;
  return {};
}

std::optional<WantedListener> Planner::plan(std::string* why) {
  std::string trouble;
  name_and_protocol();
  const std::string_view ns = set_.object->ns;
  if (policy_.hostname.find("{namespace}") != std::string::npos && ns.empty()) {
    trouble = "the policy's hostname has {namespace}, and " + describe(*set_.object) + " names none";
  }
  wanted_.host_template =
      expand_hostname(policy_.hostname, {.domain = policy_.domain, .statefulset = std::string(set_.name), .ns = ns});
  if (trouble.empty()) {
    const std::string host = policy_.host_for(set_.name, ns, set_.first_ordinal);
    if (const std::string wrong = check_domain(host); !wrong.empty())
      trouble = "the policy's hostname gives no DNS name here: " + wrong;
  }
  const ServiceSide services = read_services();
  std::optional<Line> line;
  if (trouble.empty()) line = advertised_line(services, trouble);
  if (line) {
    const int64_t last = line->at(set_.first_ordinal + std::clamp<int64_t>(set_.replicas, 1, 100'000) - 1);
    if (line->at(set_.first_ordinal) < 1 || last > 65535) {
      trouble = "port " + std::to_string(last) + " of the last broker is no port";
      line.reset();
    }
  }
  if (line) {
    wanted_.port_base = line->base;
    wanted_.port_slope = line->slope;
    trouble = bind(services, *line);
  }
  if (!trouble.empty() || !line) {
    if (why) *why = std::move(trouble);
    return std::nullopt;
  }
  return wanted_;
}

}  // namespace

std::optional<WantedListener> wanted_listener(const Model& model, const BrokerSet& set, const Policy& policy,
                                              std::string* why) {
  if (why) why->clear();
  if (policy.domain.empty() || !set.object) return std::nullopt;
  // Kafka before 3.9 and every cp-kafka image refuse to start a controller that advertises.
  if (set.form_id == "controller-only") return std::nullopt;
  return Planner(model, set, policy).plan(why);
}

}  // namespace brokergate

#include "rules/kafka/plan_ports.h"

#include <algorithm>

#include "rules/kafka/facts.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/plan_proof.h"

namespace brokergate {
namespace {

// More are not declared one by one: a container port is a note for people and names.
constexpr size_t kMostPorts = 50;

Value declared(Value container, int64_t port) {
  for (const Node& node : container["ports"].children())
    if (const Value number = Value(&node)["containerPort"]; number.as_int() == port) return Value(&node);
  return Value();
}

bool name_taken(Value container, std::string_view name) {
  for (const Node& node : container["ports"].children())
    if (Value(&node)["name"].str() == name) return true;
  return false;
}

// The listener binds this port in every pod, so that its container port can move with it.
bool bound_everywhere(const BrokerSet& set, std::string_view name, int64_t port) {
  const auto next = settings_for(set, set.first_ordinal + 1);
  const auto bound = parse_listeners(display((*next)[Key::kListeners].value));
  const Listener* mine = bound ? find_listener(*bound, name) : nullptr;
  return mine && mine->port == port;
}

// A probe that tests this number would fail after the move.
std::string_view probe_on(Value container, int64_t port) {
  for (const char* probe : {"livenessProbe", "readinessProbe", "startupProbe"})
    for (const char* how : {"tcpSocket", "httpGet", "grpc"})
      if (container[probe][how]["port"].as_int() == port) return probe;
  return {};
}

}  // namespace

std::string plan_container_ports(const BrokerSet& set, const WantedListener& wanted, const Settings& settings,
                                 Draft& draft) {
  const Value container = set.container;
  const std::string name = upper(wanted.name);
  std::vector<int64_t> needed;
  for (const int64_t ordinal : ordinals_of(set).list) {
    const int64_t port = wanted_bind(wanted, ordinal);
    if (declared(container, port) || std::find(needed.begin(), needed.end(), port) != needed.end()) continue;
    needed.push_back(port);
    if (needed.size() == kMostPorts) break;
  }
  if (needed.empty()) return {};
  if (needed.size() == 1 && settings[Key::kListeners].set) {
    const auto bound = parse_listeners(display(settings[Key::kListeners].value));
    const Listener* old = bound ? find_listener(*bound, name) : nullptr;
    const bool alone =
        old && std::count_if(bound->begin(), bound->end(), [&](const Listener& l) { return l.port == old->port; }) == 1;
    const Value port = alone && bound_everywhere(set, name, old->port) ? declared(container, old->port) : Value();
    if (port && port["hostPort"].is_null()) {
      if (const auto probe = probe_on(container, old->port); !probe.empty())
        return "the " + std::string(probe) + " tests port " + std::to_string(old->port) +
               ", which the listener would leave; change both by hand";
      draft.replace_number(port["containerPort"], needed.front());
      return {};
    }
  }
  for (size_t i = 0; i < needed.size(); ++i) {
    std::string label = "external";
    if (needed.size() > 1) label += "-" + std::to_string(i);
    if (name_taken(container, label)) label = "external-" + std::to_string(needed[i]);
    draft.add_port(label, needed[i]);
  }
  return {};
}

}  // namespace brokergate

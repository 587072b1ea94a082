#include "rules/kafka/plan_ports.h"
#include "rules/kafka/csv.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "rules/kafka/facts.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/plan_proof.h"
#include "rules/kafka/pod_ports.h"

namespace brokergate {
namespace {

// More are not declared one by one: a container port is a note for people and names.
constexpr size_t kMostPorts = 50;

using Names = std::unordered_set<std::string>;

// Kubernetes wants names unique in a container; a Service finds the first one in the pod.
Names taken_names(const BrokerSet& set, const WantedListener& wanted) {
  Names out(wanted.names_asked_for.begin(), wanted.names_asked_for.end());
  for (const char* list : {"containers", "initContainers"})
    for (const Node& container : set.pod_spec[list].children())
      for (const Node& port : Value(&container)["ports"].children()) out.emplace(Value(&port)["name"].str());
  return out;
}

// A name for a new port: at most 15 characters, a letter among them (IANA_SVC_NAME).
std::string free_label(const Names& taken, std::string first, int64_t port) {
  const std::string number = std::to_string(port);
  std::vector<std::string> names = {std::move(first), "external-" + number, "kafka-" + number, "kafka-ext-" + number};
  for (size_t i = 0;; ++i) {
    std::string name = i < names.size() ? names[i] : "kafka-x" + std::to_string(i);
    if (!taken.contains(name)) return name;
  }
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
  const std::string name = csv::upper_case(wanted.name);
  const auto bound = settings[Key::kListeners].set ? parse_listeners(display(settings[Key::kListeners].value))
                                                   : tl::expected<std::vector<Listener>, std::string>();
  const Listener* old = bound ? find_listener(*bound, name) : nullptr;
  const int64_t bound_now = old ? old->port : 0;
  std::vector<int64_t> needed;
  int64_t last = 0;
  for (const int64_t ordinal : ordinals_of(set).list) {
    const int64_t port = wanted_bind(wanted, ordinal);
    if (port == last) continue;
    last = port;
    const std::string user = port_user(set, port);
    if (!user.empty() && port != bound_now)
      return "port " + std::to_string(port) + " is used by " + user + "; choose another listener.port in the policy";
    // Declared once in the pod is enough.
    if (!user.empty() || declared_port(container, port)) continue;
    needed.push_back(port);
    if (needed.size() == kMostPorts) break;
  }
  if (needed.empty()) return {};
  if (needed.size() == 1 && old) {
    const bool alone =
        std::count_if(bound->begin(), bound->end(), [&](const Listener& l) { return l.port == old->port; }) == 1;
    const Value port = alone && bound_everywhere(set, name, old->port) ? declared_port(container, old->port) : Value();
    if (port && port["hostPort"].is_null()) {
      if (const auto probe = probe_on(container, old->port); !probe.empty())
        return "the " + std::string(probe) + " tests port " + std::to_string(old->port) +
               ", which the listener would leave; change both by hand";
      draft.replace_number(port["containerPort"], needed.front());
      return {};
    }
  }
  Names taken = taken_names(set, wanted);
  for (size_t i = 0; i < needed.size(); ++i) {
    const std::string first = needed.size() > 1 ? "external-" + std::to_string(i) : "external";
    const std::string label = free_label(taken, first, needed[i]);
    draft.add_port(label, needed[i]);
    taken.insert(label);
  }
  return {};
}

}  // namespace brokergate

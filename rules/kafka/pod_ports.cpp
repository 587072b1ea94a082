#include "rules/kafka/pod_ports.h"

#include <algorithm>
#include <array>

#include "rules/kafka/facts.h"

namespace brokergate {
namespace {

bool tcp(Value port) {
  const std::string_view protocol = port["protocol"].str();
  return protocol.empty() || protocol == "TCP";
}

// Ends before the pod's containers start, unless it is a side-car.
bool runs_on(Value init_container) { return init_container["restartPolicy"].str() == "Always"; }

std::string user_in(Value container, int64_t port) {
  const Value found = declared_port(container, port);
  if (!found) return {};
  std::string who = "container " + std::string(container["name"].str());
  if (const std::string_view name = found["name"].str(); !name.empty()) who += " (port " + std::string(name) + ")";
  return who + " of the same pod";
}

bool digit(char c) { return c >= '0' && c <= '9'; }

// The number with `before` in front of it and no digit behind it.
bool mentions(std::string_view text, std::string_view before, std::string_view number) {
  const std::string wanted = std::string(before) + std::string(number);
  for (size_t at = text.find(wanted); at != text.npos; at = text.find(wanted, at + 1)) {
    const size_t end = at + wanted.size();
    if (end == text.size() || !digit(text[end])) return true;
  }
  return false;
}

std::string java_user(const ProcessStart& process, int64_t port) {
  const std::string number = std::to_string(port);
  const auto value_of = [&](std::string_view name) -> std::string_view {
    const auto in_shell = process.shell.variables.find(name);
    if (in_shell != process.shell.variables.end()) return in_shell->second.value;
    const EnvEntry* entry = process.env.find(name);
    return entry ? entry->value : std::string_view{};
  };
  for (const std::string_view name : {std::string_view("KAFKA_JMX_PORT"), std::string_view("JMX_PORT")})
    if (value_of(name) == number) return std::string(name);
  for (const std::string_view name : {std::string_view("KAFKA_JMX_OPTS"), std::string_view("KAFKA_OPTS"),
                                      std::string_view("EXTRA_ARGS"), std::string_view("JAVA_TOOL_OPTIONS")}) {
    const std::string_view options = value_of(name);
    const bool agent = options.find("-javaagent:") != options.npos && mentions(options, "=", number + ":");
    if (agent || mentions(options, "jmxremote.port=", number) || mentions(options, "jmxremote.rmi.port=", number))
      return std::string(name);
  }
  return {};
}

}  // namespace

bool names_other_port(std::string_view name) {
  static constexpr std::array<std::string_view, 23> kOther = {
      "jmx",  "metrics", "prometheus", "exporter", "http",   "https",      "web",        "ui",
      "rest", "zk",      "zookeeper",  "admin",    "health", "debug",      "controller", "replication",
      "ssh",  "agent",   "jolokia",    "statsd",   "grpc",   "monitoring", "interbroker"};
  while (!name.empty()) {
    const size_t dash = std::min(name.find('-'), name.size());
    if (std::find(kOther.begin(), kOther.end(), name.substr(0, dash)) != kOther.end()) return true;
    name.remove_prefix(std::min(dash + 1, name.size()));
  }
  return false;
}

Value declared_port(Value container, int64_t port) {
  for (const Node& node : container["ports"].children())
    if (const Value entry(&node); entry["containerPort"].as_int() == port && tcp(entry)) return entry;
  return {};
}

std::string port_user(const BrokerSet& set, int64_t port) {
  if (const Value own = declared_port(set.container, port); own && names_other_port(own["name"].str()))
    return "the broker's own port " + std::string(own["name"].str());
  for (const Node& node : set.pod_spec["containers"].children()) {
    if (Value(&node) == set.container) continue;
    if (auto who = user_in(Value(&node), port); !who.empty()) return who;
  }
  for (const Node& node : set.pod_spec["initContainers"].children()) {
    if (!runs_on(Value(&node))) continue;
    if (auto who = user_in(Value(&node), port); !who.empty()) return who;
  }
  return java_user(set.facts->process, port);
}

}  // namespace brokergate

#include "rules/kafka/service_evidence.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace brokergate {
namespace {

enum class Strength { kNone, kWeak, kStrong };

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// Calls `see` with each run of letters in lower case: "cp-kafka01" gives cp, kafka.
template <typename See>
void each_word(std::string_view text, const See& see) {
  constexpr size_t kLongest = 1000;
  text = text.substr(0, kLongest);
  for (size_t begin = 0; begin < text.size();) {
    if (!is_letter(text[begin])) {
      ++begin;
      continue;
    }
    std::string word;
    while (begin < text.size() && is_letter(text[begin])) {
      const char c = text[begin++];
      word += c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    see(word);
  }
}

bool has_word(std::string_view text, std::initializer_list<std::string_view> words) {
  bool found = false;
  each_word(text, [&](std::string_view word) {
    found = found || std::find(words.begin(), words.end(), word) != words.end();
  });
  return found;
}

bool names_kafka(std::string_view text) { return has_word(text, {"kafka", "redpanda"}); }

// Programs around Kafka (and monitoring that uses 9091 to 9094) whose Services
// look the part and lead to no broker.
bool names_other(std::string_view text) {
  return has_word(
      text,
      {"zookeeper", "zoo",      "zk",       "connect",     "connector",    "rest",      "schema",      "registry",
       "ui",        "manager",  "exporter", "ksql",        "ksqldb",       "cruise",    "control",     "console",
       "kafdrop",   "akhq",     "mirror",   "mirrormaker", "bridge",       "operator",  "metrics",     "jmx",
       "monitor",   "consumer", "producer", "prometheus",  "alertmanager", "grafana",   "pushgateway", "burrow",
       "cmak",      "streams",  "proxy",    "entity",      "lag",          "minion",    "debezium",    "elasticsearch",
       "postgres",  "mysql",    "mongo",    "mongodb",     "redis",        "cassandra", "nginx",       "web"});
}

// Kafka and nothing that could be a program beside it: kafka, cp-kafka, kafka-broker.
// kafka-gateway is something else, or may be.
bool names_brokers_only(std::string_view text) {
  bool other = false;
  each_word(text, [&](std::string_view word) {
    constexpr std::array<std::string_view, 12> kPlain = {"kafka",   "redpanda", "cp",     "confluent",
                                                         "bitnami", "apache",   "broker", "brokers",
                                                         "cluster", "server",   "node",   "my"};
    other = other || std::find(kPlain.begin(), kPlain.end(), word) == kPlain.end();
  });
  return names_kafka(text) && !other;
}

bool numbered(const Object& service) { return named_ordinal(service.name, {}).has_value(); }

// These keys name a release or its owner, not the program behind the Service.
bool names_program(std::string_view key) {
  return key != "release" && key != "heritage" && key != "chart" && key != "app.kubernetes.io/instance" &&
         key != "app.kubernetes.io/part-of" && key != "app.kubernetes.io/managed-by" && key != "helm.sh/chart";
}

Strength port_strength(int64_t port) {
  if (port == 9092 || port == 9094 || port == 19092 || port == 29092 || port == 39092) return Strength::kStrong;
  if ((port >= 9091 && port <= 9099) || (port >= 31090 && port <= 31099) || (port >= 32400 && port <= 32409)) {
    return Strength::kWeak;
  }
  return Strength::kNone;
}

bool is_foreign_port(int64_t port) {
  static constexpr std::array<int64_t, 24> kForeign = {80,   443,  1099, 2181, 2888, 3000, 3888, 5555,
                                                       5556, 7071, 7203, 8000, 8080, 8081, 8082, 8083,
                                                       8088, 8443, 8778, 9000, 9021, 9308, 9404, 9999};
  return std::find(kForeign.begin(), kForeign.end(), port) != kForeign.end();
}

struct Ports {
  Strength strength = Strength::kNone;
  std::string text;
  bool named_kafka = false;  // a name says Kafka in so many words
};

Ports kafka_ports(const Object& service) {
  Ports best;
  const auto see = [&](Strength strength, std::string text) {
    if (strength <= best.strength) return;
    best.strength = strength;
    best.text = std::move(text);
  };
  BrokerService bare;
  bare.object = &service;
  for (const ServicePort& port : ports_of(bare)) {
    for (const int64_t number : {port.port, port.target.value_or(0)}) {
      see(port_strength(number), "port " + std::to_string(number) + " is one of Kafka's");
    }
    for (const std::string_view name : {port.name, port.target_name}) {
      const bool named = names_kafka(name) || has_word(name, {"broker", "plaintext", "sasl"});
      if (named && !names_other(name)) see(Strength::kStrong, "its port is called " + std::string(name));
      best.named_kafka = best.named_kafka || (names_kafka(name) && !names_other(name));
    }
  }
  return best;
}

constexpr std::string_view kByNamespace = "the policy's match.namespaces takes it";

bool is_pattern_of_its_own(const std::string& pattern) { return pattern.find_first_not_of('*') != std::string::npos; }

// What the policy's match adds: only what names this object, not a match of everything.
std::string policy_sign(const Object& service, const Policy& policy, const std::optional<OrdinalLabel>& one) {
  if (!policy.matches(service)) return {};
  if (!policy.match_labels.empty()) return "the policy's match.selector takes it";
  if (one && !one->set.empty()) {
    for (const std::string& pattern : policy.match_stateful_sets) {
      Object set;
      set.kind = "StatefulSet";
      set.name = one->set;
      if (is_pattern_of_its_own(pattern) && policy.matches(set)) return "the policy's match.statefulSets takes its pod";
    }
  }
  const auto& namespaces = policy.match_namespaces;
  if (!service.ns.empty() && !namespaces.empty() &&
      std::all_of(namespaces.begin(), namespaces.end(), is_pattern_of_its_own)) {
    return std::string(kByNamespace);
  }
  return {};
}

}  // namespace

bool only_foreign_ports(const Object& service) {
  BrokerService bare;
  bare.object = &service;
  const auto ports = ports_of(bare);
  return !ports.empty() && std::all_of(ports.begin(), ports.end(), [](const ServicePort& port) {
    if (is_foreign_port(port.target.value_or(0)) || is_foreign_port(port.port)) return true;
    return has_word(port.name,
                    {"metrics", "jmx", "prometheus", "http", "https", "web", "ui", "rest", "zk", "zookeeper"});
  });
}

std::optional<ServiceEvidence> judge_alone(const Object& service, const SelectorPairs& selector, const Policy& policy) {
  if (selector.empty() || only_foreign_ports(service)) return std::nullopt;
  std::optional<OrdinalLabel> one;
  bool selects_kafka = false, selects_other = false, selects_plain = false;
  for (const auto& [key, value] : selector) {
    if (!one) one = ordinal_label(key, value);
    if (!names_program(key)) continue;
    selects_kafka = selects_kafka || names_kafka(value) || (names_kafka(key) && !names_other(key));
    selects_other = selects_other || names_other(value);
    selects_plain = selects_plain || names_brokers_only(value);
  }
  if (selects_other) return std::nullopt;

  std::vector<std::string> signs;
  if (one) {
    signs.push_back("its selector names one pod (" + std::string(one->key) + "=" + std::string(one->value) + ")");
  }
  bool named_kafka = selects_kafka;
  if (selects_kafka) {
    signs.emplace_back("its selector names Kafka");
  } else {
    if (names_other(service.name)) return std::nullopt;
    const Value labels = service.metadata()["labels"];
    const bool labelled = std::any_of(labels.children().begin(), labels.children().end(), [](const Node& label) {
      return names_program(label.key) && names_kafka(Value(&label).scalar()) && !names_other(Value(&label).scalar());
    });
    named_kafka = labelled || names_kafka(service.name);
    if (named_kafka) signs.emplace_back(labelled ? "its labels name Kafka" : "its name says Kafka");
  }
  const Ports ports = kafka_ports(service);
  // 9093 and its neighbours, 31090, 32400: other programs use them too, so they only confirm Kafka's name.
  const bool ports_count = ports.strength == Strength::kStrong || (ports.strength == Strength::kWeak && named_kafka);
  if (ports_count) signs.push_back(ports.text);
  const std::string matched = policy_sign(service, policy, one);
  // A match is where the policy looks, not what is there: it only confirms.
  if (!matched.empty() && (ports_count || named_kafka || !policy.match_labels.empty())) signs.push_back(matched);
  if (signs.size() < 2) return std::nullopt;

  ServiceEvidence evidence;
  const bool kafka = named_kafka || ports.named_kafka || (!matched.empty() && matched != kByNamespace);
  if (kafka && (one || (numbered(service) && selects_plain))) {
    evidence.trust = BrokerService::Trust::kStrong;
  } else if (kafka && !numbered(service)) {
    evidence.trust = BrokerService::Trust::kFair;
  }
  for (size_t i = 0; i < signs.size(); ++i)
    evidence.text += (i == 0 ? "" : i + 1 == signs.size() ? " and " : ", ") + signs[i];
  return evidence;
}

}  // namespace brokergate

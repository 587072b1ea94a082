#include "test/proof/images.h"

#include <cctype>
#include <sstream>

namespace proof {
namespace {

using Properties = std::map<std::string, std::string>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// KAFKA_LISTENER_SECURITY_PROTOCOL_MAP → listener.security.protocol.map;
// ___ is a dash, __ an underscore.
std::string property_name(const std::string& name, size_t prefix) {
  std::string out;
  for (size_t i = prefix; i < name.size();) {
    if (name.compare(i, 3, "___") == 0) {
      out += '-';
      i += 3;
    } else if (name.compare(i, 2, "__") == 0) {
      out += '_';
      i += 2;
    } else {
      out += name[i] == '_' ? '.' : static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
      ++i;
    }
  }
  return out;
}

Properties from_environment(const std::map<std::string, std::string>& environment, const std::string& prefix) {
  Properties properties;
  for (const auto& [name, value] : environment) {
    if (name.rfind(prefix, 0) == 0) properties[property_name(name, prefix.size())] = value;
  }
  return properties;
}

// sed 's|://[^:]*:|://0.0.0.0:|g'
std::string listeners_from(const std::string& advertised) {
  std::string out;
  for (size_t at = 0; at < advertised.size();) {
    size_t scheme = advertised.find("://", at);
    size_t colon = scheme == std::string::npos ? scheme : advertised.find(':', scheme + 3);
    if (colon == std::string::npos) return out + advertised.substr(at);
    out += advertised.substr(at, scheme - at) + "://0.0.0.0:";
    at = colon + 1;
  }
  return out;
}

std::string of(const std::map<std::string, std::string>& map, const std::string& key) {
  auto found = map.find(key);
  return found == map.end() ? std::string() : found->second;
}

Broker refuse(const std::string& why) {
  Broker broker;
  broker.refusal = why;
  return broker;
}

// confluentinc and apache: the same rules since apache took them over.
Broker start_confluent(Arrival arrival, bool apache) {
  auto& environment = arrival.environment;
  // "Overriding env params with args ..."
  for (const std::string& argument : arrival.arguments) {
    size_t equals = argument.find('=');
    if (!apache && equals != std::string::npos) environment[argument.substr(0, equals)] = argument.substr(equals + 1);
  }
  for (const char* name : {"KAFKA_ADVERTISED_PORT", "KAFKA_ADVERTISED_HOST", "KAFKA_HOST", "KAFKA_PORT"}) {
    if (environment.count(name) != 0)
      return refuse(std::string(name) + " is deprecated. Please use KAFKA_ADVERTISED_LISTENERS instead.");
  }
  bool controller = of(environment, "KAFKA_PROCESS_ROLES") == "controller";
  std::string advertised = of(environment, "KAFKA_ADVERTISED_LISTENERS");
  if (controller && !advertised.empty())
    return refuse("KAFKA_ADVERTISED_LISTENERS is not supported on a KRaft controller.");
  if (!controller && advertised.empty() && !apache) return refuse("KAFKA_ADVERTISED_LISTENERS is required.");
  if (!controller && !advertised.empty() && of(environment, "KAFKA_LISTENERS").empty()) {
    environment["KAFKA_LISTENERS"] = listeners_from(advertised);
  }
  Broker broker;
  broker.started = true;
  broker.properties = from_environment(environment, "KAFKA_");
  return broker;
}

Broker start_bitnami(Arrival arrival) {
  bool runs = false;
  for (const std::string& argument : arrival.arguments) runs = runs || contains(argument, "run.sh");
  if (!runs) return refuse("the entrypoint only prepares Kafka for run.sh");
  auto& environment = arrival.environment;
  for (const char* name :
       {"ADVERTISED_LISTENERS", "BROKER_ID", "NODE_ID", "CONTROLLER_QUORUM_VOTERS", "PROCESS_ROLES",
        "INTER_BROKER_LISTENER_NAME", "LISTENERS", "LISTENER_SECURITY_PROTOCOL_MAP", "ZOOKEEPER_CONNECT"}) {
    auto alias = environment.find(std::string("KAFKA_") + name);
    if (alias != environment.end()) environment[std::string("KAFKA_CFG_") + name] = alias->second;
  }
  Broker broker;
  broker.started = true;
  broker.properties = from_environment(environment, "KAFKA_CFG_");
  return broker;
}

Broker start_wurstmeister(const Arrival& arrival) {
  const auto& environment = arrival.environment;
  if (environment.count("KAFKA_ADVERTISED_LISTENERS") != 0 && of(environment, "KAFKA_LISTENERS").empty()) {
    return refuse(
        "ERROR: Missing environment variable KAFKA_LISTENERS. Must be specified when using KAFKA_ADVERTISED_LISTENERS");
  }
  Broker broker;
  broker.started = true;
  for (auto& [name, value] : from_environment(environment, "KAFKA_")) {
    // Commands are run by the script; a proof of them is not made here.
    if (contains(value, "_{")) return refuse("the value holds a command of the image");
    broker.properties[name] = value;
  }
  return broker;
}

std::string trimmed(const std::string& text) {
  size_t begin = text.find_first_not_of(" \t\r"), end = text.find_last_not_of(" \t\r");
  return begin == std::string::npos ? std::string() : text.substr(begin, end + 1 - begin);
}

// kafka-server-start.sh FILE --override k=v …
Broker start_server(const Arrival& arrival) {
  Broker broker;
  std::istringstream lines(arrival.file);
  for (std::string line; std::getline(lines, line);) {
    line = trimmed(line);
    size_t equals = line.find('=');
    if (line.empty() || line[0] == '#' || equals == std::string::npos) continue;
    broker.properties[trimmed(line.substr(0, equals))] = trimmed(line.substr(equals + 1));
  }
  for (size_t i = 0; i + 1 < arrival.arguments.size(); ++i) {
    if (arrival.arguments[i] != "--override") continue;
    const std::string& pair = arrival.arguments[i + 1];
    size_t equals = pair.find('=');
    if (equals != std::string::npos) broker.properties[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  broker.started = true;
  return broker;
}

}  // namespace

ImageStart start_of_image(const std::string& image) {
  if (contains(image, "confluentinc/cp-")) return {Image::kConfluent, {}, {"/etc/confluent/docker/run"}};
  if (contains(image, "apache/kafka")) return {Image::kApache, {}, {"/etc/kafka/docker/run"}};
  if (contains(image, "bitnami/kafka") || contains(image, "bitnamilegacy/kafka")) {
    return {Image::kBitnami, {"/opt/bitnami/scripts/kafka/entrypoint.sh"}, {"/opt/bitnami/scripts/kafka/run.sh"}};
  }
  if (contains(image, "wurstmeister/kafka")) return {Image::kWurstmeister, {}, {"start-kafka.sh"}};
  return {};
}

Broker start(const Arrival& arrival) {
  if (arrival.stand_in == "confluent") return start_confluent(arrival, false);
  if (arrival.stand_in == "apache") return start_confluent(arrival, true);
  if (arrival.stand_in == "bitnami") return start_bitnami(arrival);
  if (arrival.stand_in == "wurstmeister") return start_wurstmeister(arrival);
  if (arrival.stand_in == "server-start") return start_server(arrival);
  return {};
}

}  // namespace proof

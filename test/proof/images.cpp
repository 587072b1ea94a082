#include "test/proof/images.h"

#include <cctype>
#include <set>

namespace proof {
namespace {

using Environment = std::map<std::string, std::string>;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

// What the scripts of confluentinc, apache and wurstmeister keep for themselves.
const std::set<std::string> kNotProperties = {"KAFKA_VERSION",
                                              "KAFKA_HOME",
                                              "KAFKA_DEBUG",
                                              "KAFKA_LOG",
                                              "KAFKA_HEAP_OPTS",
                                              "KAFKA_LOG4J_OPTS",
                                              "KAFKA_OPTS",
                                              "KAFKA_JMX_OPTS",
                                              "KAFKA_JVM_PERFORMANCE_OPTS",
                                              "KAFKA_GC_LOG_OPTS",
                                              "KAFKA_LOG4J_ROOT_LOGLEVEL",
                                              "KAFKA_LOG4J_LOGGERS",
                                              "KAFKA_TOOLS_LOG4J_LOGLEVEL",
                                              "KAFKA_JMX_HOSTNAME",
                                              "KAFKA_ZOOKEEPER_CLIENT_CNXN_SOCKET"};

// KAFKA_LISTENER_SECURITY_PROTOCOL_MAP → listener.security.protocol.map;
// `escapes`: ___ is a dash, __ an underscore.
std::string property_name(const std::string& name, size_t prefix, bool escapes) {
  std::string out;
  for (size_t i = prefix; i < name.size();) {
    if (escapes && name.compare(i, 3, "___") == 0) {
      out += '-';
      i += 3;
    } else if (escapes && name.compare(i, 2, "__") == 0) {
      out += '_';
      i += 2;
    } else {
      out += name[i] == '_' ? '.' : lower(name[i]);
      ++i;
    }
  }
  return out;
}

Properties from_environment(const Environment& environment, const std::string& prefix, bool escapes) {
  Properties properties;
  for (const auto& [name, value] : environment) {
    if (name.rfind(prefix, 0) != 0 || kNotProperties.count(name) != 0) continue;
    properties[property_name(name, prefix.size(), escapes)] = value;
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

std::string of(const Environment& map, const std::string& key) {
  auto found = map.find(key);
  return found == map.end() ? std::string() : found->second;
}

Broker refuse(const std::string& why) {
  Broker broker;
  broker.refusal = why;
  return broker;
}

Broker started(Properties properties) {
  Broker broker;
  broker.started = true;
  broker.properties = std::move(properties);
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
  // apache appends the environment to the mounted file: the last line wins.
  Properties properties = apache && arrival.found ? properties_of(arrival.file) : Properties();
  for (const auto& [name, value] : from_environment(environment, "KAFKA_", true)) properties[name] = value;
  return started(properties);
}

// The stand-in has already run the commands.
Broker start_wurstmeister(Arrival arrival, const ImageStart& image) {
  auto& environment = arrival.environment;
  bool old = image.family == "wurstmeister" && image.before(1, 0, 1);
  if (environment.count("KAFKA_PORT") == 0) environment["KAFKA_PORT"] = "9092";
  if (environment.count("KAFKA_BROKER_ID") == 0) environment["KAFKA_BROKER_ID"] = "-1";
  std::string map = of(environment, "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP");
  if (!old && of(environment, "KAFKA_ZOOKEEPER_CONNECT").empty()) {
    return refuse("ERROR: missing mandatory config: KAFKA_ZOOKEEPER_CONNECT");
  }
  if (old && map.empty()) {
    std::string port = of(environment, "KAFKA_PORT");
    std::string outside = of(environment, "KAFKA_ADVERTISED_PORT");
    if (of(environment, "KAFKA_ADVERTISED_HOST_NAME").empty()) {
      environment["KAFKA_ADVERTISED_HOST_NAME"] = of(environment, "HOSTNAME_VALUE");
    }
    environment["KAFKA_ADVERTISED_LISTENERS"] =
        "PLAINTEXT://" + of(environment, "KAFKA_ADVERTISED_HOST_NAME") + ":" + (outside.empty() ? port : outside);
    environment["KAFKA_LISTENERS"] = "PLAINTEXT://" + of(environment, "KAFKA_HOST_NAME") + ":" + port;
  } else if (!old && of(environment, "KAFKA_ADVERTISED_HOST_NAME").empty() &&
             of(environment, "KAFKA_LISTENERS").empty()) {
    if (!of(environment, "KAFKA_ADVERTISED_LISTENERS").empty()) {
      return refuse(
          "ERROR: Missing environment variable KAFKA_LISTENERS. Must be specified when using "
          "KAFKA_ADVERTISED_LISTENERS");
    }
    if (of(environment, "HOSTNAME_VALUE").empty()) {
      return refuse("ERROR: No listener or advertised hostname configuration provided in environment.");
    }
    environment["KAFKA_ADVERTISED_HOST_NAME"] = of(environment, "HOSTNAME_VALUE");
  }
  Properties properties = from_environment(environment, "KAFKA_", false);
  // These stand in the distribution's file, so sed puts them in, and @ ends its pattern.
  for (const char* name : {"listeners", "advertised.listeners", "listener.security.protocol.map"}) {
    if (contains(of(properties, name), "@")) return refuse(std::string("@ in ") + name + " breaks the image's sed");
  }
  return started(properties);
}

// kafka-server-start.sh FILE --override k=v …: kafka.Kafka takes nothing else after the file.
Broker start_words(Properties properties, const std::vector<std::string>& words) {
  for (size_t i = 0; i < words.size(); ++i) {
    std::string pair;
    if (words[i] == "--override" && i + 1 < words.size()) {
      pair = words[++i];
    } else if (words[i].rfind("--override=", 0) == 0) {
      pair = words[i].substr(11);
    } else {
      return refuse("Found non argument parameters: " + words[i]);
    }
    size_t equals = pair.find('=');
    if (equals == std::string::npos) return refuse("Invalid command line properties: " + pair);
    properties[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return started(properties);
}

Broker start_server(const Arrival& arrival) {
  if (arrival.arguments.empty()) return refuse("USAGE: kafka-server-start.sh server.properties");
  return start_words(properties_of(arrival.file), {arrival.arguments.begin() + 1, arrival.arguments.end()});
}

// The stand-in has already made SERVER_BROKER_ID.
Broker start_engapa(const Arrival& arrival) {
  if (arrival.arguments.empty() || arrival.arguments[0] != "start") return refuse("kafka_server.sh wants start");
  Properties properties = properties_of(arrival.file);
  for (const auto& [name, value] : from_environment(arrival.environment, "SERVER_", true)) properties[name] = value;
  return start_words(properties, {arrival.arguments.begin() + 1, arrival.arguments.end()});
}

// bitnami's run.sh hands its words to kafka-server-start.sh, after the file.
Broker start_bitnami(Arrival arrival, const ImageStart& image) {
  std::vector<std::string> words = image.before(3, 0) ? std::vector<std::string>() : arrival.arguments;
  std::string flags = of(arrival.environment, "KAFKA_EXTRA_FLAGS");
  if (!flags.empty()) words.insert(words.begin(), flags);  // one word, whatever is in it
  // With a file of its own the entrypoint writes nothing into it; without the entrypoint the image's file is used.
  if (arrival.found || !arrival.prepared) return start_words(properties_of(arrival.file), words);
  auto& environment = arrival.environment;
  for (const char* name :
       {"ADVERTISED_LISTENERS", "BROKER_ID", "NODE_ID", "CONTROLLER_QUORUM_VOTERS", "PROCESS_ROLES",
        "INTER_BROKER_LISTENER_NAME", "LISTENERS", "LISTENER_SECURITY_PROTOCOL_MAP", "LOG_DIRS", "ZOOKEEPER_CONNECT"}) {
    bool kraft = contains("NODE_ID CONTROLLER_QUORUM_VOTERS PROCESS_ROLES", name);
    if (kraft && !image.refactored) continue;
    auto alias = environment.find(std::string("KAFKA_") + name);
    if (alias != environment.end()) environment[std::string("KAFKA_CFG_") + name] = alias->second;
  }
  if (!image.refactored) {
    std::string& listeners = environment["KAFKA_CFG_LISTENERS"];
    if (listeners.empty())
      listeners = image.kraft_default ? "PLAINTEXT://:9092,CONTROLLER://:9093" : "PLAINTEXT://:9092";
    std::string& advertised = environment["KAFKA_CFG_ADVERTISED_LISTENERS"];
    if (advertised.empty()) advertised = "PLAINTEXT://:9092";
  }
  return start_words(from_environment(environment, "KAFKA_CFG_", false), words);
}

}  // namespace

Broker start(const Arrival& arrival, const ImageStart& image) {
  if (!arrival.refusal.empty()) return refuse(arrival.refusal);
  if (arrival.stand_in == "confluent") return start_confluent(arrival, false);
  if (arrival.stand_in == "apache") return start_confluent(arrival, true);
  if (arrival.stand_in == "bitnami-run") return start_bitnami(arrival, image);
  if (arrival.stand_in == "wurstmeister") return start_wurstmeister(arrival, image);
  if (arrival.stand_in == "engapa") return start_engapa(arrival);
  if (arrival.stand_in == "server-start") return start_server(arrival);
  return {};
}

}  // namespace proof

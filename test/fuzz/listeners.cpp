// Addresses: what is given as listeners, advertised.listeners and the protocol map (the
// first three lines), or a properties file. The first byte picks the place.
#include <algorithm>
#include <array>
#include <string>

#include "brokergate/kafka.h"
#include "fuzz/common.h"

using namespace brokergate;

namespace {

void must_read_back(std::string_view text) {
  const auto listeners = parse_listeners(text);
  if (!listeners) return fuzz::must(!listeners.error().empty(), "what is refused has a reason");
  for (const Listener& listener : *listeners) {
    // A name holds anything up to ://, also what would be split when it stands in a list again, or
    // trimmed when it begins one (Java's trim takes every control character).
    const auto splits = [](unsigned char c) { return c <= ' ' || c == ',' || c == ':'; };
    if (std::any_of(listener.name.begin(), listener.name.end(), splits)) continue;
    const auto again = parse_listeners(to_string(listener));
    fuzz::must(again && again->size() == 1 && again->front() == listener, "a listener reads back", to_string(listener));
  }
}

std::string env(std::string_view name, std::string_view value) {
  return ",{\"name\":\"" + std::string(name) + "\",\"value\":" + fuzz::json_string(value) + "}";
}

std::string manifest(unsigned char place, std::string_view text) {
  constexpr std::array<std::string_view, 4> kImages{"confluentinc/cp-kafka:7.4.0", "apache/kafka:3.9.0",
                                                    "bitnami/kafka:3.9.0", "wurstmeister/kafka:2.13-2.8.1"};
  const bool file = (place & 4) != 0;
  std::string out;
  if (file) {
    out += R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"config"},"data":{"server.properties":)";
    out += fuzz::json_string(text) + "}}\n---\n";
  }
  out += R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"kafka"},"spec":{"serviceName":"k",)";
  out +=
      R"("replicas":2,"selector":{"matchLabels":{"app":"kafka"}},"template":{"metadata":{"labels":{"app":"kafka"}},)";
  out += R"("spec":{"volumes":[{"name":"config","configMap":{"name":"config"}}],)";
  out += R"("containers":[{"name":"kafka","image":")" + std::string(kImages[place & 3]) + "\",";
  if (file) {
    out += R"("command":["bin/kafka-server-start.sh","/config/server.properties"],)";
    out += R"("volumeMounts":[{"name":"config","mountPath":"/config"}],)";
  }
  out += R"("env":[{"name":"POD_NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}})";
  out += env("KAFKA_ZOOKEEPER_CONNECT", "zookeeper:2181");
  if (!file) {
    const std::string_view prefix = (place & 3) == 2 ? "KAFKA_CFG_" : "KAFKA_";
    for (const std::string_view name : {"LISTENERS", "ADVERTISED_LISTENERS", "LISTENER_SECURITY_PROTOCOL_MAP"}) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix(std::min(line.size() + 1, text.size()));
      if (!line.empty()) out += env(std::string(prefix) + std::string(name), line);
    }
  }
  out += "]}]}}}}";
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  must_read_back(text);
  (void)parse_protocol_map(text);
  fuzz::must_settle(manifest(data[0], text), fuzz::policy(data[0] >> 3));
  return 0;
}

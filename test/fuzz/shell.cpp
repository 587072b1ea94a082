// A script, in the places where manifests have one. The first byte picks the place.
#include <array>
#include <string>

#include "fuzz/common.h"

using namespace brokergate;

namespace {

constexpr std::array<std::string_view, 4> kImages{"confluentinc/cp-kafka:7.4.0", "apache/kafka:3.9.0",
                                                  "bitnami/kafka:3.9.0", "wurstmeister/kafka:2.13-2.8.1"};

// JSON: the reader of YAML has a target of its own.
std::string manifest(unsigned char place, std::string_view script) {
  const std::string text = fuzz::json_string(script);
  const bool in_map = (place & 4) != 0;
  std::string out;
  if (in_map) {
    out += R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"scripts"},"data":{"start.sh":)" + text + "}}\n";
    out += "---\n";
  }
  out += R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"kafka"},"spec":{"serviceName":"k",)";
  out +=
      R"("replicas":2,"selector":{"matchLabels":{"app":"kafka"}},"template":{"metadata":{"labels":{"app":"kafka"}},)";
  out += R"("spec":{)";
  if (in_map) out += R"("volumes":[{"name":"scripts","configMap":{"name":"scripts"}}],)";
  if ((place & 8) != 0) {
    out += R"("initContainers":[{"name":"init","image":"busybox:1.36","command":["sh","-c",)" + text +
           R"(],"volumeMounts":[{"name":"work","mountPath":"/work"}]}],)";
  }
  out += R"("containers":[{"name":"kafka","image":")" + std::string(kImages[place & 3]) + R"(","command":[)";
  if (in_map) {
    out += R"("bash","/scripts/start.sh"],"volumeMounts":[{"name":"scripts","mountPath":"/scripts"}])";
  } else {
    out += ((place & 16) != 0 ? R"("bash","-c",)" : R"("sh","-exc",)") + text + "]";
  }
  out += R"(,"env":[{"name":"POD_NAME","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},)";
  out += R"({"name":"POD_IP","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}},)";
  out += R"({"name":"KAFKA_ZOOKEEPER_CONNECT","value":"zookeeper:2181"}],"ports":[{"containerPort":9092}]}]}}}})";
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view script(reinterpret_cast<const char*>(data) + 1, size - 1);
  fuzz::must_settle(manifest(data[0], script), fuzz::policy(data[0] >> 5));
  return 0;
}

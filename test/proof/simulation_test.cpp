// The simulated start itself: what stands in a manifest's first lines is what
// its pod gets, and the kubelet's rules hold that manifests of real charts rely on.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "catch.h"
#include "test/proof/claims.h"
#include "test/proof/pod.h"

using namespace proof;
namespace fs = std::filesystem;

namespace {

const std::string kProof = std::string(BROKERGATE_SOURCE_DIR) + "/test/proof";

const YAML::Node set_of(const std::vector<YAML::Node>& objects) {
  for (const YAML::Node& object : objects) {
    if (text_of(object["kind"]) == "StatefulSet") return object;
  }
  return YAML::Node();
}

Outcome start_of(const std::string& text, const std::string& pod = "kafka-1") {
  std::vector<YAML::Node> objects = objects_of(text);
  Root root;
  size_t dash = pod.rfind('-');
  return root.start({pod, "ns", std::stol(pod.substr(dash + 1)), set_of(objects)}, objects);
}

// A set with one container, its lines given as they stand below `containers: - name: kafka`.
std::string set_with(const std::string& container, const std::string& rest = "") {
  return "kind: StatefulSet\nmetadata: {name: kafka}\nspec:\n  serviceName: kafka-hs\n  template:\n    spec:\n" + rest +
         "      containers:\n      - name: kafka\n" + container;
}

std::string property(const Outcome& outcome, const std::string& name) {
  if (!outcome.broker) return "(no broker) " + outcome.why;
  if (!outcome.broker->started) return "(refused) " + outcome.broker->refusal;
  auto found = outcome.broker->properties.find(name);
  return found == outcome.broker->properties.end() ? "(unset)" : found->second;
}

constexpr const char* kFile = "kind: ConfigMap\nmetadata: {name: config}\ndata: {server.properties: \"a=1\"}\n---\n";
constexpr const char* kFileVolume =
    "      volumes:\n      - {name: config, configMap: {name: config}}\n      - {name: shared, emptyDir: {}}\n";

}  // namespace

// # kafka-1: broker.id=1
TEST_CASE("a manifest's pod gets what its first lines say", "[proof][simulation]") {
  size_t lines = 0;
  for (const char* folder : {"/manifests", "/brokers/manifests"}) {
    for (const auto& entry : fs::directory_iterator(kProof + folder)) {
      std::string text = read_file(entry.path().string());
      std::vector<YAML::Node> objects = objects_of(text);
      const YAML::Node set = set_of(objects);
      Root root;
      std::map<std::string, Outcome> outcomes;
      std::istringstream in(text);
      for (std::string line; std::getline(in, line) && line[0] == '#';) {
        size_t colon = line.find(": "), equals = line.find('=');
        if (colon == std::string::npos || equals == std::string::npos || equals < colon) continue;
        std::string pod = line.substr(2, colon - 2);
        if (pod.find(' ') != std::string::npos) continue;
        if (outcomes.count(pod) == 0) {
          std::string ns = text_of(set["metadata"]["namespace"], kNamespace);
          outcomes[pod] = root.start({pod, ns, std::stol(pod.substr(pod.rfind('-') + 1)), set}, objects);
        }
        INFO(entry.path().filename() << ": " << line);
        CHECK(property(outcomes[pod], line.substr(colon + 2, equals - colon - 2)) == line.substr(equals + 1));
        ++lines;
      }
    }
  }
  CHECK(lines >= 90);
}

TEST_CASE("what is mounted read-only cannot be changed", "[proof][simulation]") {
  const std::string mounted = "        volumeMounts: [{name: config, mountPath: /config}]\n";
  for (const char* edit :
       {"sed -i s/1/2/ /config/server.properties", "echo a=2 >>/config/server.properties",
        "chmod u+w /config/server.properties; echo a=2 >/config/server.properties",
        "echo a=2 >/tmp/new; mv /tmp/new /config/server.properties", "cp /etc/hostname /config/server.properties"}) {
    INFO(edit);
    Outcome outcome = start_of(kFile + set_with("        image: x\n" + mounted + "        command: [sh, -c, '" + edit +
                                                    "; kafka-server-start.sh /config/server.properties']\n",
                                                kFileVolume));
    CHECK(property(outcome, "a") == "1");
  }
  // A single file that is mounted cannot be replaced, though its folder can be written to.
  Outcome outcome = start_of(
      kFile + set_with("        image: x\n        volumeMounts: [{name: config, mountPath: /etc/kafka/s.properties, "
                       "subPath: server.properties}]\n        command: [sh, -c, 'sed -i s/1/2/ "
                       "/etc/kafka/s.properties; kafka-server-start.sh /etc/kafka/s.properties']\n",
                       kFileVolume));
  CHECK(property(outcome, "a") == "1");
  // A copy is the container's own.
  outcome = start_of(kFile + set_with("        image: x\n" + mounted +
                                          "        command: [sh, -ec, 'cp /config/server.properties /tmp/s; sed -i "
                                          "s/1/2/ /tmp/s; kafka-server-start.sh /tmp/s']\n",
                                      kFileVolume));
  CHECK(property(outcome, "a") == "2");
}

TEST_CASE("a script of a ConfigMap runs only when its mode says so", "[proof][simulation]") {
  const std::string map =
      "kind: ConfigMap\nmetadata: {name: s}\ndata: {go: \"#!/bin/sh\\nkafka-server-start.sh x\"}\n---\n";
  auto with = [&](const std::string& mode) {
    return start_of(map + set_with("        image: x\n        command: [/s/go]\n        volumeMounts: [{name: s, "
                                   "mountPath: /s}]\n",
                                   "      volumes: [{name: s, configMap: {name: s" + mode + "}}]\n"));
  };
  CHECK(with(", defaultMode: 0755").broker.has_value());
  CHECK(with(", defaultMode: 493").broker.has_value());
  CHECK(with(", items: [{key: go, path: go, mode: 0o555}]").broker.has_value());
  Outcome refused = with("");
  CHECK_FALSE(refused.broker.has_value());
  CHECK(refused.why.find("Permission denied") != std::string::npos);
}

TEST_CASE("init containers run in order and share volumes", "[proof][simulation]") {
  auto with = [&](const std::string& first, const std::string& second) {
    return start_of(set_with(
        "        image: x\n        command: [kafka-server-start.sh, /in/s.properties]\n        volumeMounts: [{name: "
        "shared, mountPath: /in}]\n",
        std::string(kFileVolume) + "      initContainers:\n      - {name: a, image: x, command: [sh, -ec, '" + first +
            "'], volumeMounts: [{name: shared, mountPath: /a}]}\n      - {name: b, image: x, command: [sh, -ec, '" +
            second + "'], volumeMounts: [{name: shared, mountPath: /b, subPath: .}]}\n"));
  };
  CHECK(property(with("echo a=1 >/a/s.properties", "echo b=2 >>/b/s.properties"), "b") == "2");
  CHECK(property(with("echo a=1 >/b", "echo b=2 >/b/s.properties"), "a") == "(unset)");
  CHECK(property(with("exit 3", "true"), "a").find("init container a ends with 3") != std::string::npos);
  CHECK(property(with("true", "true"), "a") == "(refused) there is no file /in/s.properties");
  // What asks the cluster may succeed there, so that its failure here says nothing.
  CHECK(property(with("echo a=1 >/a/s.properties; kubectl get pods", "true"), "a") == "1");
}

TEST_CASE("references are expanded as the kubelet does", "[proof][simulation]") {
  auto with = [&](const std::string& env) {
    return property(start_of(set_with("        image: confluentinc/cp-kafka:7.4.0\n        env:\n" + env)),
                    "advertised.listeners");
  };
  const std::string pod = "        - {name: POD, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n";
  const std::string value = "        - {name: KAFKA_ADVERTISED_LISTENERS, value: 'P://$(POD):1'}\n";
  CHECK(with(pod + value) == "P://kafka-1:1");
  CHECK(with(value + pod) == "P://$(POD):1");
  CHECK(with("        - {name: KAFKA_ADVERTISED_LISTENERS, value: 'P://$(HOSTNAME):1'}\n") == "P://$(HOSTNAME):1");
  CHECK(with(pod + "        - {name: KAFKA_ADVERTISED_LISTENERS, value: 'P://$$(POD):1'}\n") == "P://$(POD):1");
  const std::string optional =
      "        - {name: KAFKA_ADVERTISED_LISTENERS, valueFrom: {configMapKeyRef: {name: no, key: k, optional: "
      "true}}}\n";
  CHECK(with(value + optional) == "P://$(POD):1");
}

TEST_CASE("image scripts refuse what the real ones refuse", "[proof][simulation]") {
  auto with = [&](const std::string& image, const std::string& env, const std::string& name) {
    return property(start_of(set_with("        image: " + image + "\n        env:\n" + env)), name);
  };
  const std::string advertised = "        - {name: KAFKA_ADVERTISED_LISTENERS, value: 'P://h:1'}\n";
  const std::string zookeeper = "        - {name: KAFKA_ZOOKEEPER_CONNECT, value: 'z:1'}\n";
  CHECK(with("confluentinc/cp-kafka:7.4.0", zookeeper, "listeners") ==
        "(refused) KAFKA_ADVERTISED_LISTENERS is required.");
  CHECK(
      with("wurstmeister/kafka:2.13-2.8.1", zookeeper + advertised, "listeners").find("Missing environment variable") !=
      std::string::npos);
  CHECK(with("wurstmeister/kafka:2.13-2.8.1", advertised, "listeners").find("KAFKA_ZOOKEEPER_CONNECT") !=
        std::string::npos);
  CHECK(with("wurstmeister/kafka:1.0.0", zookeeper + advertised, "advertised.listeners") == "PLAINTEXT://:9092");
  const std::string at = "        - {name: KAFKA_LISTENERS, value: 'P://a@b:1'}\n";
  CHECK(with("wurstmeister/kafka:2.13-2.8.1", zookeeper + at, "listeners").find("@ in listeners") != std::string::npos);
  // One variable of bitnami's old names beats the new one.
  CHECK(with("bitnami/kafka:3.9", advertised + "        - {name: KAFKA_CFG_ADVERTISED_LISTENERS, value: 'P://x:1'}\n",
             "advertised.listeners") == "P://h:1");
}

TEST_CASE("properties are read as Java reads them", "[proof][simulation]") {
  Properties read = properties_of("a=1\n ! no\n#no\nb : 2\nc 3\nd=x\\\n   y\ne\\=f=4\na=5\ng\nh=\\\\z\r\n");
  CHECK(read == Properties{{"a", "5"}, {"b", "2"}, {"c", "3"}, {"d", "xy"}, {"e=f", "4"}, {"g", ""}, {"h", "\\z"}});
}

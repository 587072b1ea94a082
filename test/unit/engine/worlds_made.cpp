// Made-up worlds: each thing that two objects can contradict one another in has two or three values.
#include <algorithm>

#include "unit/engine/fixture.h"
#include "unit/engine/worlds.h"

namespace brokergate::test {
namespace {

using Words = std::vector<std::string>;

const std::vector<Policy>& policies() {
  const std::string domain = "domain: kafka.acme.io\n";
  static const std::vector<Policy> all = {
      policy_of(""),
      policy_of(""),
      policy_of(""),
      policy_of("  " + domain),
      policy_of("  " + domain),
      policy_of("  " + domain + "  hostname: \"{pod}.{namespace}.{domain}\"\n"),
      policy_of("  " + domain + "  listener: {port: 9094}\n"),
      policy_of("  " + domain + "  exposure: NodePort\n  listener: {port: \"30094+{ordinal}\"}\n"),
      policy_of("  " + domain + "  onExisting: deny\n"),
      policy_of("  exposure: either\n  preemptible: {mayLand: warn}\n"),
      policy_of("  " + domain + "  rules: {broker-service-missing: deny}\n"),
      policy_of("  " + domain + "  inject: pod\n"),
      policy_of("  " + domain + "  nodePools: [{name: night, preemptible: true}]\n")};
  return all;
}

std::string set_text(const std::string& ns, const std::string& name, Chance& chance) {
  const std::string host = chance.of<std::string>(
      {"$(POD_NAME).kafka.acme.io", "$(POD_NAME).kafka.acme.io", "$(POD_NAME).kafka.acme.io", "$(POD_NAME).old.acme.io",
       "all.kafka.acme.io", "$(HOST_IP)", "$(HOST_IP)", "$(POD_NAME).a.kafka.acme.io"});
  const std::string port = chance.of<std::string>({"9094", "9094", "9095", "30094"});
  const bool external = !chance.one_in(5);
  const std::string replicas = chance.of<std::string>({"1", "2", "2", "3", "0"});
  const std::string start = chance.one_in(8) ? "\n  ordinals: {start: 1}" : "";
  const std::string placed = chance.of<std::string>(
      {"", "", "      nodeSelector: {cloud.google.com/gke-spot: \"true\"}\n", "      nodeSelector: {disk: ssd}\n",
       "      tolerations: [{key: cloud.google.com/gke-spot, operator: Exists}]\n",
       "      nodeSelector: {cloud.google.com/gke-nodepool: night}\n"});
  return "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: " + name + ", namespace: " + ns +
         "}\nspec:\n  serviceName: " + name + "-headless\n  replicas: " + replicas + start +
         "\n  selector: {matchLabels: {app: " + name + "}}\n  template:\n    metadata: {labels: {app: " + name +
         "}}\n    spec:\n" + placed + "      containers:\n      - name: broker\n        image: confluentinc/cp-kafka:" +
         chance.of<std::string>({"7.4.1", "7.4.1", "7.5.0"}) + "\n        ports: [{name: client, containerPort: 9092}" +
         (chance.one_in(2) ? ", {name: external, containerPort: 9094}" : "") +
         "]\n        env:\n"
         "        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n"
         "        - {name: HOST_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}\n"
         "        - {name: KAFKA_ZOOKEEPER_CONNECT, value: \"zookeeper:2181\"}\n"
         "        - {name: KAFKA_LISTENERS, value: \"PLAINTEXT://:9092" +
         (external ? ",EXTERNAL://:9094" : "") +
         "\"}\n        - {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: \"PLAINTEXT:PLAINTEXT" +
         (external ? ",EXTERNAL:PLAINTEXT" : "") +
         "\"}\n        - {name: KAFKA_ADVERTISED_LISTENERS, value: \"PLAINTEXT://$(POD_NAME)." + name +
         "-headless:9092" + (external ? ",EXTERNAL://" + host + ":" + port : "") + "\"}\n---\n";
}

std::string service_text(const std::string& ns, const std::string& set, size_t ordinal, Chance& chance) {
  const std::string pod = set + "-" + std::to_string(ordinal);
  const std::string type = chance.of<std::string>({"LoadBalancer", "LoadBalancer", "NodePort", "ClusterIP"});
  const std::string selected = chance.one_in(6) ? set + "-0" : pod;
  const std::string selector =
      chance.one_in(6) ? "app: " + set : "app: " + set + ", statefulset.kubernetes.io/pod-name: " + selected;
  const std::string internal = chance.one_in(5) ? "" : "cloud.google.com/load-balancer-type: Internal";
  const std::string asks = chance.one_in(2) ? ""
                                            : "external-dns.alpha.kubernetes.io/hostname: " + pod +
                                                  chance.of<std::string>({".kafka.acme.io", ".old.acme.io"});
  const std::string node_port =
      chance.one_in(3) ? "" : ", nodePort: " + chance.of<std::string>({"30094", "30095", "30096", "9094"});
  return "apiVersion: v1\nkind: Service\nmetadata:\n  name: " + pod + "-external\n  namespace: " + ns +
         "\n  annotations: {" + internal + (internal.empty() || asks.empty() ? "" : ", ") + asks +
         "}\nspec:\n  type: " + type + "\n  selector: {" + selector +
         "}\n  ports: [{name: kafka, port: " + chance.of<std::string>({"9094", "9094", "9095", "30094"}) +
         chance.of<std::string>({"", ", targetPort: 9094", ", targetPort: 9092", ", targetPort: external"}) +
         (type == "NodePort" ? node_port : "") + "}]\n---\n";
}

std::string node_text(size_t number, Chance& chance) {
  const std::string label = chance.of<std::string>(
      {"disk: ssd", "disk: hdd", "cloud.google.com/gke-spot: \"true\"", "cloud.google.com/gke-nodepool: night"});
  const std::string taint =
      chance.one_in(4) ? "\nspec: {taints: [{key: cloud.google.com/gke-spot, value: \"true\", effect: NoSchedule}]}"
                       : "";
  return "apiVersion: v1\nkind: Node\nmetadata: {name: n" + std::to_string(number) + ", labels: {" + label + "}}" +
         taint + "\n---\n";
}

}  // namespace

World made_world(uint64_t seed) {
  Chance chance(seed);
  std::string now, before;
  std::vector<std::string> seen;
  const auto first = [&](const std::string& what) {
    if (std::find(seen.begin(), seen.end(), what) != seen.end()) return false;
    seen.push_back(what);
    return true;
  };
  const Words names = {"kafka", "kafka", "kafka", "kafka", "kafka", "broker"}, spaces = {"a", "a", "a", "a", "a", "b"};
  for (size_t i = 1 + chance.below(2); i > 0; --i) {
    const std::string ns = chance.of(spaces), name = chance.of(names);
    if (!first(ns + name)) continue;
    now += set_text(ns, name, chance);
    before += set_text(ns, name, chance);
  }
  for (size_t i = 1 + chance.below(3); i > 0; --i) {
    const std::string ns = chance.of(spaces), name = chance.of(names);
    const size_t ordinal = chance.below(3);
    if (!first(ns + name + std::to_string(ordinal))) continue;
    now += service_text(ns, name, ordinal, chance);
    before += service_text(ns, name, ordinal, chance);
  }
  if (chance.one_in(2)) {
    now += "apiVersion: v1\nkind: Service\nmetadata: {name: kafka-headless, namespace: a}\nspec:\n  clusterIP: None\n" +
           std::string(chance.one_in(2) ? "" : "  publishNotReadyAddresses: true\n") +
           "  selector: {app: kafka}\n  ports: [{name: client, port: 9092}]\n---\n";
  }
  std::string nodes;
  for (size_t i = chance.below(4); i > 0; --i) nodes += node_text(i, chance);
  const auto objects = [](const std::string& text) {
    return bundle_of(std::make_shared<const Source>("made", text)).objects;
  };
  World world;
  world.name = "seed " + std::to_string(seed);
  world.policy = chance.of(policies());
  world.objects = objects(now);
  world.looks = objects(before);
  if (!nodes.empty()) world.nodes = std::make_shared<const NodeIndex>(objects(nodes), world.policy);
  return world;
}

}  // namespace brokergate::test

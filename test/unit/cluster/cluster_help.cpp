#include "unit/cluster/cluster_help.h"

#include <stdexcept>

#include "brokergate/document.h"

namespace brokergate::test {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

std::string meta(const std::string& ns, const std::string& name, const Pairs& labels, const Pairs& annotations) {
  return "\"metadata\":{\"name\":" + quoted(name) + (ns.empty() ? "" : ",\"namespace\":" + quoted(ns)) +
         ",\"labels\":" + json_of(labels) + ",\"annotations\":" + json_of(annotations) + "}";
}

}  // namespace

std::string json_of(const Pairs& pairs) {
  std::string out = "{";
  for (const auto& [key, value] : pairs) out += (out.size() > 1 ? "," : "") + quoted(key) + ":" + quoted(value);
  return out + "}";
}

Item ServiceText::item() const {
  std::string ports;
  int number = 9094;
  for (const int node_port : node_ports) {
    ports += (ports.empty() ? "" : ",") + std::string("{\"name\":\"p") + std::to_string(number) + "\",\"protocol\":\"" +
             protocol + "\",\"port\":" + std::to_string(number) + ",\"nodePort\":" + std::to_string(node_port) + "}";
    ++number;
  }
  if (ports.empty()) ports = "{\"name\":\"kafka\",\"port\":9094}";
  return {ns, name, "1",
          "{\"apiVersion\":\"v1\",\"kind\":\"Service\"," + meta(ns, name, {}, annotations) + ",\"spec\":{\"type\":\"" +
              (node_ports.empty() ? "LoadBalancer" : "NodePort") + "\",\"selector\":" + json_of(selector) +
              ",\"ports\":[" + ports + "]}}"};
}

Item SetText::item() const {
  const std::string inside = governing.empty() ? "localhost" : "$(POD_NAME)." + governing;
  std::string env =
      "{\"name\":\"POD_NAME\",\"valueFrom\":{\"fieldRef\":{\"fieldPath\":\"metadata.name\"}}},"
      "{\"name\":\"KAFKA_ZOOKEEPER_CONNECT\",\"value\":\"zookeeper:2181\"},"
      "{\"name\":\"KAFKA_ADVERTISED_LISTENERS\",";
  env += config_map.empty()
             ? "\"value\":" + quoted("PLAINTEXT://" + inside + ":9092" + (advertised.empty() ? "" : "," + advertised))
             : "\"valueFrom\":{\"configMapKeyRef\":{\"name\":" + quoted(config_map) + ",\"key\":\"listeners\"}}";
  env += "}";
  std::string volumes;
  for (const std::string& map : mounts)
    volumes += (volumes.empty() ? "" : ",") + std::string("{\"name\":\"v") + std::to_string(volumes.size()) +
               "\",\"configMap\":{\"name\":" + quoted(map) + "}}";
  const std::string image = kafka ? "confluentinc/cp-kafka:7.4.1" : "nginx:1.25";
  return {ns, name, "1",
          "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\"," + meta(ns, name, {}, {}) +
              ",\"spec\":{\"serviceName\":" + quoted(governing) + ",\"replicas\":" + std::to_string(replicas) +
              ",\"selector\":{\"matchLabels\":" + json_of(labels) + "},\"template\":{\"metadata\":{\"labels\":" +
              json_of(labels) + "},\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"" + image + "\"" +
              (kafka ? ",\"env\":[" + env + "]" : "") + "}],\"volumes\":[" + volumes + "]}}}}"};
}

Item config_map(const std::string& ns, const std::string& name, const Pairs& data) {
  return {
      ns, name, "1",
      "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"," + meta(ns, name, {}, {}) + ",\"data\":" + json_of(data) + "}"};
}

Item node(const std::string& name, const Pairs& labels, const std::string& more_spec) {
  return {"", name, "1",
          "{\"apiVersion\":\"v1\",\"kind\":\"Node\"," + meta("", name, labels, {}) + ",\"spec\":{" + more_spec + "}}"};
}

Object object_of(Resource resource, const Item& item) {
  const webhook::cluster::Record record(resource, item.ns, item.name,
                                        std::make_shared<const Source>("<request>", item.json));
  auto object = webhook::cluster::read_object(record);
  if (!object) throw std::runtime_error("no object: " + item.json);
  return *object;
}

std::vector<std::string> names_of(const std::vector<Object>& objects) {
  std::vector<std::string> names;
  for (const Object& object : objects) names.push_back(describe(object));
  return names;
}

std::vector<std::string> peers(const Store& store, Resource resource, const Item& item, const Item* old_item) {
  const Object object = object_of(resource, item);
  if (!old_item) return names_of(store.peers_of(object).objects);
  const Object old_object = object_of(resource, *old_item);
  return names_of(store.peers_of(object, &old_object).objects);
}

std::shared_ptr<const Policy> policy_with(const std::string& domain, const std::string& hostname) {
  auto policy = std::make_shared<Policy>(Policy::defaults());
  policy->domain = domain;
  policy->hostname = hostname;
  return policy;
}

}  // namespace brokergate::test

// A bundle and its model from YAML text, for the cases of this folder.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/kafka.h"

namespace brokergate::test {

struct World {
  Bundle bundle;
  Policy policy = Policy::defaults();
  std::unique_ptr<Model> model;

  World& file(const std::string& name, const std::string& text) {
    auto result = read(std::make_shared<const Source>(name, text));
    if (!result.errors.empty()) throw std::runtime_error(result.errors.front().message);
    for (Document& document : result.documents) {
      for (Object& object : objects_of(std::make_shared<const Document>(std::move(document)))) {
        bundle.objects.push_back(std::move(object));
      }
    }
    return *this;
  }
  World& build() {
    model = build_model(bundle, policy);
    return *this;
  }
  // The Service of that name as the model sees it; null when it is not in front of brokers.
  const BrokerService* service(std::string_view name) const {
    for (const BrokerService& found : model->services) {
      if (found.object->name == name) return &found;
    }
    return nullptr;
  }
  const BrokerSet& set(std::string_view name) const {
    for (const BrokerSet& found : model->sets) {
      if (found.object->name == name) return found;
    }
    throw std::runtime_error("no broker set " + std::string(name));
  }
};

// A StatefulSet of cp-kafka brokers. `labels` is a flow map; `env` are further entries.
inline std::string broker_set(const std::string& name, int replicas, const std::string& labels,
                              const std::string& env = "", const std::string& head = "", const std::string& meta = "") {
  std::string text = "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: " + name + meta + "}\nspec:\n";
  text += "  serviceName: " + name + "-headless\n  replicas: " + std::to_string(replicas) + "\n" + head;
  text += "  selector: {matchLabels: " + labels + "}\n";
  text += "  template:\n    metadata: {labels: " + labels + "}\n    spec:\n      containers:\n";
  text += "        - name: kafka\n          image: confluentinc/cp-kafka:7.5.0\n";
  text += "          ports: [{name: kafka, containerPort: 9092}, {name: kafka-external, containerPort: 9094}]\n";
  text += "          env:\n";
  text += "            - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n";
  text += "            - {name: KAFKA_ZOOKEEPER_CONNECT, value: \"zookeeper:2181\"}\n";
  return text + env;
}

inline std::string env(const std::string& name, const std::string& value) {
  return "            - {name: " + name + ", value: \"" + value + "\"}\n";
}

inline std::string service(const std::string& name, const std::string& type, const std::string& selector,
                           const std::string& ports, const std::string& meta = "") {
  std::string text = "---\napiVersion: v1\nkind: Service\nmetadata: {name: " + name + meta + "}\nspec:\n";
  if (type == "None") {
    text += "  clusterIP: None\n";
  } else if (!type.empty()) {
    text += "  type: " + type + "\n";
  }
  if (!selector.empty()) text += "  selector: " + selector + "\n";
  return text + "  ports: " + ports + "\n";
}

}  // namespace brokergate::test

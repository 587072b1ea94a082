#include "rules/operators.h"

#include <array>

namespace brokergate {
namespace {

struct Known {
  Operator info;
  std::string_view owner_group;   // API group of an owner reference
  std::string_view label, value;  // label it puts on its objects; empty value: any
};

constexpr std::array kOperators = {
    // Strimzi, api/…/ResourceLabels.java.
    Known{
        {"Strimzi", "Kafka (kafka.strimzi.io)", "spec.kafka.listeners[].configuration (advertisedHost, advertisedPort)",
         "spec.kafka.listeners[].configuration.brokers[].annotations",
         "https://strimzi.io/docs/operators/latest/configuring.html#type-GenericKafkaListenerConfiguration-reference"},
        "kafka.strimzi.io",
        "strimzi.io/cluster",
        ""},
    Known{
        {"Strimzi", "Kafka (kafka.strimzi.io)", "spec.kafka.listeners[].configuration (advertisedHost, advertisedPort)",
         "spec.kafka.listeners[].configuration.brokers[].annotations",
         "https://strimzi.io/docs/operators/latest/configuring.html#type-GenericKafkaListenerConfiguration-reference"},
        "core.strimzi.io",
        "app.kubernetes.io/managed-by",
        "strimzi-cluster-operator"},
    // Koperator, api/v1beta1/kafkacluster_types.go.
    Known{{"Koperator", "KafkaCluster (kafka.banzaicloud.io)",
           "spec.listenersConfig.externalListeners[] (hostnameOverride, externalStartingPort)",
           "spec.listenersConfig.externalListeners[].serviceAnnotations", "https://github.com/adobe/koperator"},
          "kafka.banzaicloud.io",
          "kafka_cr",
          ""},
    // Confluent for Kubernetes, platform.confluent.io/v1beta1 Kafka.
    Known{{"Confluent for Kubernetes", "Kafka (platform.confluent.io)",
           "spec.listeners.external.externalAccess (loadBalancer.domain, brokerPrefix)",
           "spec.listeners.external.externalAccess.loadBalancer.annotations",
           "https://docs.confluent.io/operator/current/co-loadbalancers.html"},
          "platform.confluent.io",
          "confluent-platform",
          "true"},
    // Redpanda operator, cluster.redpanda.com Redpanda.
    Known{{"the Redpanda operator", "Redpanda (cluster.redpanda.com)", "spec.clusterSpec.external",
           "spec.clusterSpec.external.annotations",
           "https://docs.redpanda.com/current/manage/kubernetes/networking/external/"},
          "cluster.redpanda.com",
          "",
          ""},
};

bool owns(const Known& known, Value metadata) {
  const Value owners = metadata["ownerReferences"];
  if (owners.is_seq()) {
    for (const Node& owner : owners.children()) {
      const std::string_view version = Value(&owner)["apiVersion"].str();
      if (version.substr(0, version.find('/')) == known.owner_group) return true;
    }
  }
  if (known.label.empty()) return false;
  const Value label = metadata["labels"][known.label];
  return label && (known.value.empty() || label.scalar() == known.value);
}

}  // namespace

const Operator* operator_of(const Object& object) {
  const Value metadata = object.metadata();
  for (const Known& known : kOperators) {
    if (owns(known, metadata)) return &known.info;
  }
  return nullptr;
}

const Operator& unnamed_operator() {
  static constexpr Operator kUnnamed{"an operator", "resource it was made from",
                                     "fields for listeners and external access", "fields for Service annotations",
                                     "https://kubernetes.io/docs/concepts/extend-kubernetes/operator/"};
  return kUnnamed;
}

}  // namespace brokergate

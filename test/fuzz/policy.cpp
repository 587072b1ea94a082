// Policy files.
#include <string>

#include "brokergate/rule.h"
#include "fuzz/common.h"

using namespace brokergate;

namespace {

// A broker set and a Service for the policy to judge.
const std::string& manifest() {
  static const std::string text = R"(apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kafka, namespace: streaming}
spec:
  serviceName: kafka-headless
  replicas: 3
  selector: {matchLabels: {app: kafka}}
  template:
    metadata: {labels: {app: kafka}}
    spec:
      nodeSelector: {cloud.google.com/gke-nodepool: blue}
      containers:
        - name: kafka
          image: confluentinc/cp-kafka:7.4.0
          command: [sh, -exc, 'export KAFKA_BROKER_ID=${HOSTNAME##*-} && exec /etc/confluent/docker/run']
          env:
            - {name: KAFKA_ZOOKEEPER_CONNECT, value: zookeeper:2181}
            - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
            - {name: KAFKA_ADVERTISED_LISTENERS, value: PLAINTEXT://$(POD_NAME).kafka-headless:9092}
---
apiVersion: v1
kind: Service
metadata: {name: kafka-0-external, namespace: streaming}
spec:
  type: LoadBalancer
  selector: {statefulset.kubernetes.io/pod-name: kafka-0}
  ports: [{port: 9094}]
)";
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto rules = rule_ids();
  const Source source("policy.yaml", std::string(reinterpret_cast<const char*>(data), size));
  const auto policy = read_policy(source, rules);
  if (!policy) {
    fuzz::must(!policy.error().empty(), "what is refused has a reason");
    for (const PolicyError& error : policy.error()) fuzz::must(!error.message.empty(), "a reason is a text");
    return 0;
  }
  fuzz::must(policy->provider != nullptr, "a policy has a provider");
  fuzz::must(policy->domain.empty() || check_domain(policy->domain).empty(), "a domain is one", policy->domain);
  fuzz::must_settle(manifest(), *policy);
  return 0;
}

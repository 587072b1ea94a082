// Small manifests for tests of the engine itself.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "brokergate/rule.h"
#include "unit/engine/fixture.h"

namespace brokergate::test {

inline Bundle parse(const std::string& text, bool complete = true) {
  Bundle bundle = bundle_of(std::make_shared<const Source>("test.yaml", text));
  bundle.complete = complete;
  return bundle;
}

// A load balancer in front of broker 0. `annotations` are lines of four spaces, `rest` lines of the object.
inline std::string service(const std::string& annotations = "", const std::string& rest = "") {
  return "apiVersion: v1\nkind: Service\nmetadata:\n  name: kafka-0-external\n  namespace: streaming\n  annotations:\n"
         "    owner: team\n" +
         annotations +
         "spec:\n  type: LoadBalancer\n  selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-0}\n"
         "  ports: [{name: kafka, port: 9094}]\n" +
         rest;
}

inline const char* const kInternal = "    cloud.google.com/load-balancer-type: Internal\n";
inline const char* const kLive = "status:\n  loadBalancer:\n    ingress:\n    - ip: 203.0.113.9\n";

// Two brokers by environment variables. `advertised` is the external entry; `image` a tag.
inline std::string stateful_set(const std::string& advertised, const std::string& tag = "7.4.1", int replicas = 2) {
  return "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: kafka, namespace: streaming}\nspec:\n"
         "  serviceName: kafka-headless\n  replicas: " +
         std::to_string(replicas) +
         "\n  selector: {matchLabels: {app: kafka}}\n  template:\n    metadata: {labels: {app: kafka}}\n    spec:\n"
         "      containers:\n      - name: broker\n        image: confluentinc/cp-kafka:" +
         tag +
         "\n        ports: [{name: client, containerPort: 9092}, {name: external, containerPort: 9094}]\n        env:\n"
         "        - {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n"
         "        - {name: KAFKA_ZOOKEEPER_CONNECT, value: \"zookeeper:2181\"}\n"
         "        - {name: KAFKA_LISTENERS, value: \"PLAINTEXT://:9092,EXTERNAL://:9094\"}\n"
         "        - {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: \"PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT\"}\n"
         "        - {name: KAFKA_ADVERTISED_LISTENERS, value: \"PLAINTEXT://$(POD_NAME).kafka-headless:9092," +
         advertised + "\"}\n";
}

inline const Finding* find_finding(const Verdict& verdict, std::string_view rule) {
  for (const Finding& finding : verdict.findings) {
    if (finding.rule == rule) return &finding;
  }
  return nullptr;
}

// An update from one manifest to the other, as a webhook sees it.
struct Update {
  Bundle now, before;
  Admission admission;
  Policy policy = Policy::defaults();

  Update(const std::string& old_text, const std::string& new_text)
      : now(parse(new_text, false)), before(parse(old_text, false)) {
    admission.operation = Operation::kUpdate;
    admission.old_object = &before.objects.at(0);
  }
  Evaluation run() const { return evaluate(now, policy, &admission); }
};

// Objects that come to a cluster: it holds `peers` beside them, and `replaced` in the place of one of them.
struct Coming {
  Bundle bundle;
  std::vector<Object> replaced;
  ClusterView view;
  Policy policy = Policy::defaults();

  explicit Coming(Bundle own, const std::string& peers, const std::string& in_its_place = {}) : bundle(std::move(own)) {
    bundle.peers = bundle.objects.size();
    if (!peers.empty()) {
      for (Object& peer : parse(peers).objects) bundle.objects.push_back(peer);
    }
    if (in_its_place.empty()) return;
    replaced = parse(in_its_place).objects;
    view.replaced = &replaced;
  }
  // The view points into it.
  Coming(const Coming&) = delete;
  Coming& operator=(const Coming&) = delete;

  Evaluation run(const Admission* admission = nullptr) const { return evaluate(bundle, policy, admission, "", &view); }
};

}  // namespace brokergate::test

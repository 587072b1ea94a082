#include "brokergate/kafka.h"
#include "catch.h"
#include "unit/kafka/model_help.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

const std::string kLabels = "{app: kafka, release: prod}";
const std::string kPort = "[{name: external, port: 9094}]";

// A set of three brokers and one Service with the given selector and name.
World one(const std::string& selector, const std::string& name = "any", const std::string& type = "LoadBalancer",
          const std::string& ports = kPort, const std::string& labels = kLabels, int replicas = 3) {
  World world;
  world.file("a.yaml", broker_set("kafka", replicas, labels) + service(name, type, selector, ports)).build();
  REQUIRE(world.model->sets.size() == 1);
  return world;
}

}  // namespace

TEST_CASE("selectors that name one broker") {
  struct Case {
    const char* selector;
    Selects selects;
    int64_t ordinal;
  };
  for (const Case& c : {
           Case{"{app: kafka, statefulset.kubernetes.io/pod-name: kafka-1}", Selects::kPodName, 1},
           Case{"{statefulset.kubernetes.io/pod-name: kafka-0}", Selects::kPodName, 0},
           Case{"{app: kafka, release: prod, pod: kafka-2}", Selects::kPodLabel, 2},
           Case{"{pod: kafka-2}", Selects::kPodLabel, 2},
           Case{"{app: kafka, kafka-broker-id: \"1\"}", Selects::kBrokerIdLabel, 1},
           Case{"{kafka-broker-id: \"0\"}", Selects::kBrokerIdLabel, 0},
           Case{"{app: kafka, apps.kubernetes.io/pod-index: \"2\"}", Selects::kPodIndex, 2},
           Case{"{app: kafka, brokerId: \"2\"}", Selects::kBrokerIdLabel, 2},
           Case{"{app: kafka, strimzi.io/pod-name: kafka-1}", Selects::kPodName, 1},
           Case{"{app: kafka, pod: kafka-1, statefulset.kubernetes.io/pod-name: kafka-1}", Selects::kPodName, 1},
       }) {
    INFO(c.selector);
    const World world = one(c.selector);
    const BrokerService* found = world.service("any");
    REQUIRE(found);
    CHECK(found->set == &world.set("kafka"));
    CHECK(found->role == ServiceRole::kPerBroker);
    CHECK(found->selects == c.selects);
    CHECK(found->ordinal == c.ordinal);
    CHECK(found->certain);
    CHECK(found->external());
  }
}

TEST_CASE("a run-time label is told as one") {
  CHECK(one("{app: kafka, pod: kafka-2}").service("any")->evidence ==
        "selects pod kafka-2 of StatefulSet kafka by the label pod, which something must put on the running pod");
  CHECK(one("{statefulset.kubernetes.io/pod-name: kafka-1}").service("any")->evidence ==
        "selects pod kafka-1 of StatefulSet kafka");
}

TEST_CASE("an ordinal outside the set is told") {
  const World world = one("{app: kafka, statefulset.kubernetes.io/pod-name: kafka-3}");
  REQUIRE(world.service("any"));
  CHECK(world.service("any")->ordinal == 3);
  CHECK(world.service("any")->evidence ==
        "selects pod kafka-3 of StatefulSet kafka, which its 3 replicas do not include");
  World start;
  start
      .file("a.yaml", broker_set("kafka", 2, kLabels, "", "  ordinals: {start: 5}\n") +
                          service("five", "LoadBalancer", "{statefulset.kubernetes.io/pod-name: kafka-5}", kPort) +
                          service("zero", "LoadBalancer", "{statefulset.kubernetes.io/pod-name: kafka-0}", kPort))
      .build();
  CHECK(start.service("five")->evidence == "selects pod kafka-5 of StatefulSet kafka");
  CHECK(start.service("zero")->evidence.find("do not include") != std::string::npos);
}

TEST_CASE("Services for all brokers") {
  const World boot = one("{app: kafka}", "kafka", "");
  CHECK(boot.service("kafka")->role == ServiceRole::kBootstrap);
  CHECK(boot.service("kafka")->selects == Selects::kAllBrokers);
  CHECK(boot.service("kafka")->type == "ClusterIP");
  CHECK_FALSE(boot.service("kafka")->external());
  CHECK_FALSE(boot.service("kafka")->ordinal.has_value());
  CHECK(one("{app: kafka}", "kafka-headless", "None").service("kafka-headless")->role == ServiceRole::kHeadless);
  CHECK(one("{app: kafka}", "kafka", "LoadBalancer").service("kafka")->role == ServiceRole::kBootstrap);
}

TEST_CASE("a name is never trusted over the selector") {
  for (const char* name : {"kafka-1-external", "outside-1", "external-service-1", "lb-kafka-1", "kafka01", "broker1"}) {
    INFO(name);
    const World world = one("{app: kafka}", name);
    REQUIRE(world.service(name));
    CHECK(world.service(name)->selects == Selects::kNameOnly);
    CHECK(world.service(name)->ordinal == 1);
    CHECK(world.service(name)->role == ServiceRole::kPerBroker);
  }
  const World contradicts = one("{statefulset.kubernetes.io/pod-name: kafka-2}", "kafka-0-external");
  CHECK(contradicts.service("kafka-0-external")->ordinal == 2);
  CHECK(one("{app: kafka}", "kafka-9092").service("kafka-9092")->selects == Selects::kAllBrokers);
  CHECK(one("{app: kafka}", "kafka-7").service("kafka-7")->selects == Selects::kAllBrokers);
}

TEST_CASE("a set whose name ends in a number") {
  World world;
  world
      .file("a.yaml", broker_set("kafka-2", 3, "{app: kafka-2}") + service("kafka-2", "", "{app: kafka-2}", kPort) +
                          service("kafka-2-external", "LoadBalancer", "{app: kafka-2}", kPort) +
                          service("one", "LoadBalancer", "{statefulset.kubernetes.io/pod-name: kafka-2-1}", kPort))
      .build();
  CHECK(world.service("kafka-2")->selects == Selects::kAllBrokers);
  CHECK(world.service("kafka-2-external")->selects == Selects::kAllBrokers);
  CHECK(world.service("one")->ordinal == 1);
}

TEST_CASE("several sets of one broker each") {
  World world;
  std::string text;
  for (const char* n : {"1", "2", "3"}) {
    const std::string label = "{app: kafka-" + std::string(n) + ", tier: brokers}";
    text += broker_set("kafka-" + std::string(n), 1, label);
    text += service("outside-" + std::string(n), "NodePort", "{app: kafka-" + std::string(n) + "}", kPort);
  }
  text += service("all", "LoadBalancer", "{tier: brokers}", kPort);
  world.file("a.yaml", text).build();
  for (const char* n : {"1", "2", "3"}) {
    const BrokerService* found = world.service("outside-" + std::string(n));
    REQUIRE(found);
    CHECK(found->set == &world.set("kafka-" + std::string(n)));
    CHECK(found->role == ServiceRole::kPerBroker);
    CHECK(found->selects == Selects::kAllBrokers);
    CHECK(found->ordinal == 0);
    CHECK(found->evidence.find("one broker only") != std::string::npos);
  }
  CHECK(world.service("all")->role == ServiceRole::kBootstrap);
  CHECK(world.service("all")->evidence == "selects StatefulSet kafka-1 and 2 more broker sets");
}

TEST_CASE("beside a Service of its own, another one stays the bootstrap of a single broker") {
  World world;
  world
      .file("a.yaml", broker_set("kafka", 1, kLabels) + service("all", "LoadBalancer", "{app: kafka}", kPort) +
                          service("own", "LoadBalancer", "{statefulset.kubernetes.io/pod-name: kafka-0}", kPort))
      .build();
  CHECK(world.service("all")->role == ServiceRole::kBootstrap);
  CHECK(world.service("own")->role == ServiceRole::kPerBroker);
}

TEST_CASE("Services that miss the set they mean") {
  const World label = one("{app: kafkaa, statefulset.kubernetes.io/pod-name: kafka-0}", "x");
  REQUIRE(label.service("x"));
  CHECK(label.service("x")->selects == Selects::kNothing);
  CHECK(label.service("x")->ordinal == 0);
  CHECK(label.service("x")->role == ServiceRole::kPerBroker);
  CHECK(label.service("x")->set == &label.set("kafka"));
  CHECK(label.service("x")->evidence == "selects no pod of StatefulSet kafka: no pod of it has the label app=kafkaa");
  const World governing = one("{app: kafkaa}", "kafka-headless", "None");
  REQUIRE(governing.service("kafka-headless"));
  CHECK(governing.service("kafka-headless")->selects == Selects::kNothing);
  CHECK(governing.service("kafka-headless")->role == ServiceRole::kHeadless);
  CHECK_FALSE(one("{app: zookeeper}", "kafka-headless", "None", "[{port: 2181}]").service("kafka-headless"));
  World far;
  far.file("a/set.yaml", broker_set("kafka", 3, kLabels))
      .file("b/service.yaml", service("kafka-headless", "None", "{app: queue}", kPort))
      .build();
  REQUIRE(far.service("kafka-headless"));
  CHECK(far.service("kafka-headless")->set == nullptr);
  const World named = one("{app: kafka-app}", "kafka", "");
  REQUIRE(named.service("kafka"));
  CHECK(named.service("kafka")->selects == Selects::kNothing);
}

TEST_CASE("Services of other programs") {
  const std::string other =
      "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kafka-ui}\nspec:\n  template:\n    metadata: "
      "{labels: {app: kafka-ui, part: kafka}}\n    spec: {containers: [{name: ui, image: provectuslabs/kafka-ui}]}\n"
      "---\napiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: zookeeper}\nspec:\n  template:\n    metadata: "
      "{labels: {app: zookeeper}}\n    spec: {containers: [{name: zk, image: zookeeper}]}\n";
  World world;
  world
      .file("a.yaml",
            broker_set("kafka", 3, kLabels) + other +
                service("kafka-ui", "LoadBalancer", "{app: kafka-ui}", "[{port: 8080}]") +
                service("kafka-front", "LoadBalancer", "{part: kafka}", "[{port: 9092}]") +
                service("zookeeper", "", "{app: zookeeper}", "[{port: 2181}]") +
                service("zk-0", "NodePort", "{app: zookeeper, statefulset.kubernetes.io/pod-name: zookeeper-0}",
                        "[{port: 2181}]") +
                service("kafka-rest", "LoadBalancer", "{app: kafka-rest}", "[{port: 8082}, {port: 9092}]") +
                service("kafka-connect", "", "{app: kafka-connect}", "[{port: 8083}]") +
                service("kafka-jmx", "", "{app: kafka}", "[{name: metrics, port: 5556}]") +
                service("by-name", "ExternalName", "", "[{port: 9092}]") +
                service("kafka-endpoints", "", "", "[{port: 9092}]") +
                service("web", "LoadBalancer", "{app: web}", "[{port: 80}]") +
                service("db", "NodePort", "{app: db, statefulset.kubernetes.io/pod-name: db-0}", "[{port: 5432}]"))
      .build();
  CHECK(world.model->services.empty());
  for (const auto& found : world.model->services) UNSCOPED_INFO(found.object->name);
}

TEST_CASE("a Kafka that is no StatefulSet") {
  World world;
  world
      .file(
          "a.yaml",
          "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kafka}\nspec:\n  template:\n    metadata: {labels: "
          "{app: kafka}}\n    spec: {containers: [{name: kafka, image: \"confluentinc/cp-kafka:7.5.0\", ports: "
          "[{containerPort: 9092}], env: [{name: KAFKA_ADVERTISED_LISTENERS, value: \"PLAINTEXT://kafka:9092\"}]}]}\n" +
              service("kafka", "LoadBalancer", "{app: kafka}", "[{port: 9092}]"))
      .build();
  REQUIRE(world.model->unknown.size() == 1);
  REQUIRE(world.service("kafka"));
  CHECK(world.service("kafka")->set == nullptr);
  CHECK_FALSE(world.service("kafka")->certain);
  CHECK(world.service("kafka")->evidence.find("it selects Deployment kafka, whose listeners are not read") !=
        std::string::npos);
}

TEST_CASE("namespaces") {
  const std::string pod = "{statefulset.kubernetes.io/pod-name: kafka-0}";
  World world;
  world.file("one/a.yaml", broker_set("kafka", 3, kLabels, "", "", ", namespace: one"))
      .file("two/a.yaml", broker_set("kafka", 3, kLabels, "", "", ", namespace: two") +
                              service("same-file", "LoadBalancer", pod, kPort))
      .file("two/b.yaml", service("same-folder", "LoadBalancer", pod, kPort) +
                              service("of-one", "LoadBalancer", pod, kPort, ", namespace: one") +
                              service("of-three", "", "{app: kafka}", kPort, ", namespace: three"))
      .file("else/c.yaml", service("anywhere", "LoadBalancer", pod, kPort))
      .build();
  const auto ns_of = [&](const char* name) { return world.service(name)->set->object->ns; };
  CHECK(ns_of("same-file") == "two");
  CHECK(ns_of("same-folder") == "two");
  CHECK(ns_of("of-one") == "one");
  // Two sets may be meant: the Service is judged by itself.
  REQUIRE(world.service("anywhere"));
  CHECK(world.service("anywhere")->set == nullptr);
  CHECK_FALSE(world.service("anywhere")->certain);
  REQUIRE(world.service("of-three"));
  CHECK(world.service("of-three")->set == nullptr);

  World guess;
  guess.file("one/a.yaml", broker_set("kafka", 3, kLabels, "", "", ", namespace: one"))
      .file("else/c.yaml", service("anywhere", "LoadBalancer", pod, kPort))
      .build();
  REQUIRE(guess.service("anywhere")->set);
  CHECK_FALSE(guess.service("anywhere")->certain);
  CHECK(guess.service("anywhere")->evidence.find("if the namespace that only one of them names is the same") !=
        std::string::npos);
}

TEST_CASE("variants of one installation in folders of their own") {
  World world;
  for (const std::string folder : {"aws", "gcp", "minikube"}) {
    world.file(folder + "/set.yaml", broker_set("kafka", 3, kLabels, "", "", ", namespace: kafka"));
    world.file(folder + "/service.yaml", service(folder, "LoadBalancer", "{app: kafka}", kPort, ", namespace: kafka"));
  }
  world.build();
  for (const char* folder : {"aws", "gcp", "minikube"}) {
    INFO(folder);
    REQUIRE(world.service(folder));
    CHECK(world.service(folder)->set->object->source()->name() == std::string(folder) + "/set.yaml");
    CHECK(world.service(folder)->evidence == "selects StatefulSet kafka/kafka");
  }
}

TEST_CASE("ports of a Service") {
  const World world = one("{app: kafka}", "kafka", "NodePort",
                          "[{name: a, port: 9092, targetPort: kafka-external, nodePort: 31000}, {port: 9093}, "
                          "{port: 9094, targetPort: 9095, nodePort: null}, {port: 9096, targetPort: nowhere}]");
  const auto ports = ports_of(*world.service("kafka"));
  REQUIRE(ports.size() == 4);
  CHECK(ports[0].name == "a");
  CHECK(ports[0].port == 9092);
  CHECK(ports[0].node_port == 31000);
  CHECK(ports[0].target == 9094);
  CHECK(ports[0].target_name == "kafka-external");
  CHECK(ports[1].target == 9093);
  CHECK_FALSE(ports[1].node_port.has_value());
  CHECK(ports[2].target == 9095);
  CHECK_FALSE(ports[2].node_port.has_value());
  CHECK_FALSE(ports[3].target.has_value());
  CHECK(ports[3].target_name == "nowhere");
  CHECK(ports[3].node.pointer(world.service("kafka")->object->root) == "/spec/ports/3");
}

// A Service that comes alone, as in an admission request: two independent signs
// or it is not taken for a broker's.
#include <chrono>

#include "brokergate/kafka.h"
#include "catch.h"
#include "unit/kafka/model_help.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

World alone(const std::string& name, const std::string& selector, const std::string& ports,
            const std::string& meta = "", const Policy& policy = Policy::defaults(),
            const std::string& type = "LoadBalancer") {
  World world;
  world.policy = policy;
  world.bundle.complete = false;
  world.file("<request>", service(name, type, selector, ports, meta)).build();
  return world;
}

}  // namespace

TEST_CASE("broker Services that come alone") {
  struct Case {
    const char *name, *selector, *ports;
    ServiceRole role;
    Selects selects;
  };
  for (const Case& c : {
           Case{"kafka-0-external", "{app: kafka, pod: kafka-0}", "[{port: 31090}]", ServiceRole::kPerBroker,
                Selects::kPodLabel},
           Case{"a", "{statefulset.kubernetes.io/pod-name: events-0}", "[{port: 9094}]", ServiceRole::kPerBroker,
                Selects::kPodName},
           Case{"outside-0", "{app: kafka, kafka-broker-id: \"0\"}", "[{port: 32400, targetPort: 9094}]",
                ServiceRole::kPerBroker, Selects::kBrokerIdLabel},
           Case{"b", "{app.kubernetes.io/name: kafka, apps.kubernetes.io/pod-index: \"1\"}", "[{port: 9094}]",
                ServiceRole::kPerBroker, Selects::kPodIndex},
           Case{"lb-redpanda-1", "{app.kubernetes.io/name: redpanda, statefulset.kubernetes.io/pod-name: redpanda-1}",
                "[{name: kafka, port: 31092}]", ServiceRole::kPerBroker, Selects::kPodName},
           Case{"my-cluster-kafka-0",
                "{strimzi.io/cluster: my-cluster, strimzi.io/kind: Kafka, strimzi.io/pod-name: my-cluster-kafka-0}",
                "[{name: tcp-external, port: 9094}]", ServiceRole::kPerBroker, Selects::kPodName},
           Case{"kafka", "{app: kafka}", "[{port: 9092}]", ServiceRole::kBootstrap, Selects::kAllBrokers},
           Case{"cp-kafka", "{app: cp-kafka, release: x}", "[{name: broker, port: 9092}, {name: metrics, port: 5556}]",
                ServiceRole::kBootstrap, Selects::kAllBrokers},
           Case{"kafka-2-external", "{app: kafka}", "[{port: 9094}]", ServiceRole::kPerBroker, Selects::kNameOnly},
           Case{"kafka-bootstrap", "{app: messaging}", "[{port: 9092}]", ServiceRole::kBootstrap, Selects::kAllBrokers},
       }) {
    INFO(c.name);
    const World world = alone(c.name, c.selector, c.ports);
    const BrokerService* found = world.service(c.name);
    REQUIRE(found);
    CHECK(found->set == nullptr);
    CHECK_FALSE(found->certain);
    CHECK(found->role == c.role);
    CHECK(found->selects == c.selects);
    CHECK(found->evidence.find("what it selects is not in the input") != std::string::npos);
  }
  CHECK(alone("a", "{statefulset.kubernetes.io/pod-name: events-0}", "[{port: 9094}]").service("a")->evidence ==
        "its selector names one pod (statefulset.kubernetes.io/pod-name=events-0) and port 9094 is one of Kafka's; "
        "what it selects is not in the input");
}

TEST_CASE("Services that are not in front of brokers") {
  struct Case {
    const char *name, *selector, *ports;
  };
  for (const Case& c : {
           Case{"web", "{app: web}", "[{port: 80}, {port: 443}]"},
           Case{"postgres", "{app: postgres, statefulset.kubernetes.io/pod-name: postgres-0}", "[{port: 5432}]"},
           Case{"es-0", "{app: es, statefulset.kubernetes.io/pod-name: es-0}", "[{port: 9300}, {port: 9200}]"},
           Case{"alertmanager-0", "{app: alertmanager, statefulset.kubernetes.io/pod-name: alertmanager-0}",
                "[{port: 9093}, {port: 9094}]"},
           Case{"pushgateway", "{app: pushgateway}", "[{port: 9091}]"},
           Case{"kafka-ui", "{app: kafka-ui}", "[{port: 8080}]"},
           Case{"kafka-rest", "{app: kafka-rest}", "[{name: http, port: 8082}, {port: 9092}]"},
           Case{"kafka-connect", "{app: kafka-connect}", "[{port: 8083}]"},
           Case{"connect", "{app: connect, release: kafka}", "[{port: 9092}]"},
           Case{"schema-registry", "{app: schema-registry, release: kafka}", "[{port: 8081}]"},
           Case{"kafka-zookeeper", "{app: zookeeper, release: kafka}", "[{port: 2181}]"},
           Case{"kafka-zookeeper-0", "{app: kafka-zookeeper, statefulset.kubernetes.io/pod-name: kafka-zookeeper-0}",
                "[{port: 2181}]"},
           Case{"kafka-exporter", "{app: kafka-exporter}", "[{port: 9308}]"},
           Case{"kafka-dashboard", "{app: kafka-dashboard}", "[{port: 3000}]"},
           Case{"orders", "{app: orders}", "[{port: 9092}]"},
           Case{"svc-31090", "{app: shop}", "[{port: 31090}]"},
           Case{"kafka", "", "[{port: 9092}]"},
           Case{"worker-0", "{statefulset.kubernetes.io/pod-name: worker-0}", "[{port: 9093}]"},
       }) {
    INFO(c.name);
    CHECK(alone(c.name, c.selector, c.ports).service(c.name) == nullptr);
  }
}

TEST_CASE("the policy's match confirms and does not decide alone") {
  Policy policy = Policy::defaults();
  policy.match_namespaces = {"kafka"};
  const std::string ns = ", namespace: kafka";
  CHECK(alone("orders", "{app: orders}", "[{port: 9092}]", ns, policy).service("orders"));
  CHECK_FALSE(alone("orders", "{app: orders}", "[{port: 8080}]", ns, policy).service("orders"));
  CHECK_FALSE(alone("orders", "{app: orders}", "[{port: 9092}]", ", namespace: other", policy).service("orders"));
  policy.match_namespaces = {"*"};
  CHECK_FALSE(alone("orders", "{app: orders}", "[{port: 9092}]", ns, policy).service("orders"));
  policy = Policy::defaults();
  policy.match_labels = {{"tier", "events"}};
  const std::string labels = ", labels: {tier: events}";
  CHECK(alone("e", "{statefulset.kubernetes.io/pod-name: e-0}", "[{port: 7000}]", labels, policy).service("e"));
  CHECK_FALSE(alone("e", "{app: e}", "[{port: 7000}]", labels, policy).service("e"));
  CHECK_FALSE(alone("e", "{statefulset.kubernetes.io/pod-name: e-0}", "[{port: 7000}]", "", policy).service("e"));
}

TEST_CASE("only strong evidence is enough to change a Service that comes alone") {
  using Trust = BrokerService::Trust;
  struct Case {
    const char *name, *selector, *ports;
    Trust trust;
  };
  for (const Case& c : {
           Case{"a", "{statefulset.kubernetes.io/pod-name: kafka-0}", "[{port: 9094}]", Trust::kStrong},
           Case{"kafka-0", "{statefulset.kubernetes.io/pod-name: events-0}", "[{port: 9094}]", Trust::kStrong},
           Case{"a", "{statefulset.kubernetes.io/pod-name: events-0}", "[{name: kafka, port: 9094}]", Trust::kStrong},
           Case{"kafka-2-external", "{app: kafka}", "[{port: 9094}]", Trust::kStrong},
           Case{"kafka", "{app: kafka}", "[{port: 9092}]", Trust::kFair},
           Case{"kafka-gateway", "{app: kafka-gateway}", "[{port: 9094}]", Trust::kFair},
           Case{"kafka-gateway-1", "{app: kafka-gateway}", "[{port: 9094}]", Trust::kWeak},
           Case{"emqx-0", "{statefulset.kubernetes.io/pod-name: emqx-0}", "[{port: 9092}]", Trust::kWeak},
           Case{"emqx-0", "{statefulset.kubernetes.io/pod-name: emqx-0}", "[{name: broker, port: 9092}]", Trust::kWeak},
       }) {
    INFO(c.name << " " << c.selector);
    const World world = alone(c.name, c.selector, c.ports);
    const BrokerService* found = world.service(c.name);
    REQUIRE(found);
    CHECK(found->trust == c.trust);
  }
  const auto trust = [](const Policy& policy) {
    const World world = alone("emqx-0", "{statefulset.kubernetes.io/pod-name: emqx-0}", "[{port: 9092}]",
                              ", namespace: events", policy);
    return world.service("emqx-0")->trust;
  };
  Policy policy = Policy::defaults();
  policy.match_namespaces = {"events"};
  CHECK(trust(policy) == Trust::kWeak);
  policy.match_stateful_sets = {"emqx"};
  CHECK(trust(policy) == Trust::kStrong);
}

TEST_CASE("odd Services") {
  World world;
  world
      .file(
          "a.yaml",
          "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {selector: [a], ports: x}\n---\n"
          "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {selector: {app: 1}, ports: [1, {port: x}, "
          "{}]}\n---\n"
          "apiVersion: v1\nkind: Service\nmetadata: {name: c}\n---\n"
          "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: kafka}\nspec: {selector: {app: kafka}, "
          "ports: [{port: 9092}]}\n")
      .build();
  CHECK(world.model->services.empty());
}

TEST_CASE("many Services stay linear") {
  const auto run = [](int count) {
    World world;
    std::string text;
    for (int i = 0; i < count / 10; ++i)
      text += broker_set("kafka-" + std::to_string(i), 3, "{app: kafka, set: s" + std::to_string(i) + "}");
    for (int i = 0; i < count; ++i) {
      text += service("s" + std::to_string(i), "LoadBalancer",
                      "{app: kafka, statefulset.kubernetes.io/pod-name: kafka-" + std::to_string(i / 10) + "-0}",
                      "[{port: 9094}]");
    }
    world.file("a.yaml", text);
    std::vector<BrokerSet> sets;
    for (const Object& object : world.bundle.objects) {
      if (auto set = recognise_broker_set(object)) sets.push_back(std::move(*set));
    }
    REQUIRE(sets.size() == static_cast<size_t>(count / 10));
    const auto begin = std::chrono::steady_clock::now();
    const auto services = find_broker_services(world.bundle, sets, world.policy);
    CHECK(services.size() == static_cast<size_t>(count));
    size_t right = 0;
    for (const auto& found : services) right += found.set && found.selects == Selects::kPodName ? 1 : 0;
    CHECK(right == services.size());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  };
  const double small = run(500), large = run(5000);
  CHECK(large < 60 * small + 1);
}

// Objects that were made to take long: what they cost grows with their size and no faster.
#include <chrono>

#include "installation.h"
#include "plan_help.h"
#include "unit/kafka/model_help.h"

using namespace plantest;
using Catch::Matchers::Contains;

namespace {

using Clock = std::chrono::steady_clock;

// Far above what any of these takes, far below what they took before.
constexpr std::chrono::seconds kPatience{5};

std::string number(int i) { return std::to_string(i); }

}  // namespace

TEST_CASE("a port's name is found although very many are taken") {
  std::string ports = "ports:\n- {containerPort: 9092}\n";
  for (const char* name : {"external", "external-9094", "kafka-9094", "kafka-ext-9094"})
    ports += std::string("- {name: ") + name + ", containerPort: 1}\n";
  for (int i = 4; i < 40'000; ++i) ports += "- {name: kafka-x" + number(i) + ", containerPort: 1}\n";
  const Manifest manifest = with(kConfluent + ports + "env:\n" + kPodName +
                                 "- {name: KAFKA_LISTENERS, value: \"PLAINTEXT://:9092\"}\n"
                                 "- {name: KAFKA_ADVERTISED_LISTENERS, value: \"PLAINTEXT://kafka:9092\"}\n");
  const Broker broker(manifest);
  const auto begin = Clock::now();
  const Plan plan = plan_external_listener(broker.set(), wanted());
  CHECK(Clock::now() - begin < kPatience);
  REQUIRE(plan.refusal == "");
  const Broker after = broker.after(plan);
  const Value list = after.set().container["ports"];
  CHECK(list.at(list.size() - 1)["name"].str() == "kafka-x40000");
}

TEST_CASE("very many variables with the pod's name are looked for in a long script once") {
  std::string env = "env:\n";
  for (int i = 0; i < 8000; ++i)
    env += "- {name: A" + number(i) + ", valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n";
  std::string comment;
  for (int i = 0; i < 200'000; ++i) comment += "A1";
  const std::string text = kConfluent + env + "command:\n- sh\n- -c\n- |\n  # " + comment +
                           "\n  export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${A7999}:9092\n"
                           "  exec /etc/confluent/docker/run\n";
  const Broker broker(with(text));
  const auto begin = Clock::now();
  const Plan plan = plan_external_listener(broker.set(), wanted());
  CHECK(Clock::now() - begin < kPatience);
  REQUIRE(plan.refusal == "");
  CHECK_THAT(broker.after(plan).set().container["command"].at(2).scalar().data(),
             Contains("EXTERNAL://${A7999}.kafka.example.org:9094"));
}

TEST_CASE("a properties file of very many lines of one key") {
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += "  advertised.listeners=IN://in:9092\n";
  Manifest manifest = with(
      "name: broker\nimage: acme/kafka:1\ncommand: [kafka-server-start.sh, /conf/server.properties]\n"
      "volumeMounts: [{name: conf, mountPath: /conf}]\n");
  manifest.pod = "volumes: [{name: conf, configMap: {name: settings}}]\n";
  const auto begin = Clock::now();
  const Installation one(manifest, config_map("settings", "server.properties: |\n  listeners=IN://:9092\n" + lines +
                                                              "  advertised.listeners=IN://last:9092\n"));
  CHECK(one.source_text() == "ConfigMap data/settings: IN://last:9092");
  CHECK(Clock::now() - begin < kPatience);
}

TEST_CASE("a ConfigMap that envFrom names very often, and very many sources") {
  std::string data;
  for (int i = 0; i < 1000; ++i) data += "K" + number(i) + ": v\n";
  std::string from = "envFrom:\n", secrets = "envFrom:\n- {configMapRef: {name: settings}}\n";
  for (int i = 0; i < 10'000; ++i) {
    from += "- {configMapRef: {name: settings}}\n";
    secrets += "- {prefix: P" + number(i) + ", secretRef: {name: s}}\n";
  }
  const std::string env = "env:\n- {name: KAFKA_ZOOKEEPER_CONNECT, value: zk}\n";
  const auto begin = Clock::now();
  const Installation maps(with(kConfluent + from + env), config_map("settings", data));
  CHECK_THAT(maps.advertised(), Contains("may come from envFrom, which names too many variables to be read"));
  const Installation sources(with(kConfluent + secrets + env), config_map("settings", data));
  CHECK_THAT(sources.advertised(), Contains("may come from envFrom, which names too many sources to be read"));
  CHECK(Clock::now() - begin < kPatience);
}

TEST_CASE("very many entries that each ask a large ConfigMap for a key") {
  std::string data, env = "env:\n- {name: KAFKA_ZOOKEEPER_CONNECT, value: zk}\n";
  for (int i = 0; i < 50'000; ++i) {
    data += "K" + number(i) + ": v" + number(i) + "\n";
    env += "- {name: E" + number(i) + ", valueFrom: {configMapKeyRef: {name: settings, key: K" + number(i) + "}}}\n";
  }
  const auto begin = Clock::now();
  const Installation one(with(kConfluent + env +
                              "- {name: KAFKA_ADVERTISED_LISTENERS, value: \"A://$(E49999):1\"}\n"
                              "- {name: KAFKA_LISTENERS, value: \"A://:1\"}\n"),
                         config_map("settings", data));
  CHECK(one.advertised() == "A://v49999:1");
  CHECK(Clock::now() - begin < kPatience);
}

TEST_CASE("a selector of very many labels") {
  std::string labels = "{app: kafka", selector = "{statefulset.kubernetes.io/pod-name: kafka-1";
  for (int i = 0; i < 60'000; ++i) {
    labels += ", l" + number(i) + ": v";
    selector += ", l" + number(i) + ": v";
  }
  test::World world;
  world.file("a.yaml", test::broker_set("kafka", 3, labels + "}") +
                           test::service("any", "LoadBalancer", selector + "}", "[{port: 9094}]"));
  const auto begin = Clock::now();
  world.build();
  CHECK(Clock::now() - begin < kPatience);
  REQUIRE(world.service("any"));
  CHECK(world.service("any")->ordinal == 1);
}

TEST_CASE("ports of Services that are no numbers for a port") {
  for (const char* port : {"-9223372036854775808", "9223372036854775807", "-1", "65536"}) {
    INFO(port);
    for (const char* type : {"LoadBalancer", "NodePort"}) {
      test::World world;
      std::string services;
      for (const int ordinal : {1, 2})
        services += test::service(
            "k" + number(ordinal), type, "{statefulset.kubernetes.io/pod-name: kafka-" + number(ordinal) + "}",
            std::string("[{port: ") + port + ", targetPort: " + port + ", nodePort: " + port + "}]");
      world.file("a.yaml", test::broker_set("kafka", 3, "{app: kafka}",
                                            test::env("KAFKA_ADVERTISED_LISTENERS", "PLAINTEXT://kafka:9092")) +
                               services);
      world.policy.domain = "kafka.example.org";
      world.build();
      std::string why;
      CHECK_FALSE(wanted_listener(*world.model, world.set("kafka"), world.policy, &why));
      CHECK(why == "Service k2 publishes " + std::string(port) + ", which is no port");
    }
  }
}

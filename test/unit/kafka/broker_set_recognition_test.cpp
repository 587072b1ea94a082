// What is a broker set and what is not: evidence, never the image name alone.
#include "broker_set_support.h"

using namespace brokerset;

namespace {

// A container by image and command, with Kafka's port unless told otherwise.
std::string container(const std::string& image, const std::string& rest = "", const std::string& name = "main") {
  return "name: " + name + "\nimage: " + image + "\n" + rest;
}
const std::string kPort = "ports: [{containerPort: 9092}]\n";

}  // namespace

TEST_CASE("what starts a broker is a broker set, whatever the image is called") {
  for (const char* command : {
           "[/etc/confluent/docker/run]",
           "[/etc/kafka/docker/run]",
           "[kafka-server-start, /etc/kafka/server.properties]",
           "[./bin/kafka-server-start.sh, /etc/kafka/server.properties]",
           "[/opt/bitnami/scripts/kafka/entrypoint.sh, /opt/bitnami/scripts/kafka/run.sh]",
           "[start-kafka.sh]",
           "[tini, --, start-kafka.sh]",
           "[sh, -c, start-kafka]",
           "[sh, -exc, 'exec /etc/confluent/docker/run']",
           "[/bin/bash, -c, 'sleep 5; exec kafka-server-start.sh /config/server.properties --override broker.id=1']",
           "[java, -Xmx1g, kafka.Kafka, /server.properties]",
           "[/opt/kafka/kafka_run.sh]",
       }) {
    INFO(command);
    CHECK(is_broker(with(container("registry.example.com/team/base:1", std::string("command: ") + command + "\n"))));
  }
}

TEST_CASE("the start of every old bitnami image is a broker only with Kafka in sight") {
  const std::string command = "command: [/entrypoint.sh, /run.sh]\n";
  CHECK(is_broker(with(container("bitnami/kafka:2.8.0", command))));
  CHECK(
      is_broker(with(container("example/base:1", command + "env: [{name: KAFKA_CFG_LISTENERS, value: 'A://:1'}]\n"))));
  CHECK_FALSE(is_broker(with(container("bitnami/redis:5", command))));
}

TEST_CASE("a known image without a command runs a broker") {
  for (const char* image :
       {"confluentinc/cp-kafka:7.5.0", "confluentinc/cp-server:6.1.0", "apache/kafka:3.7.0", "bitnami/kafka:3.9",
        "docker.io/bitnamilegacy/kafka:4.0.0", "registry.example.com:5000/mirror/bitnami/kafka@sha256:0123",
        "wurstmeister/kafka", "redpandadata/redpanda:v24.1.1"}) {
    INFO(image);
    CHECK(is_broker(with(container(image))));
  }
}

TEST_CASE("an image of one's own is a broker by its environment, or by port and name") {
  CHECK(is_broker(
      with(container("example/stream:1", "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://a:1'}]\n"))));
  CHECK(is_broker(with(container("example/stream:1", "env: [{name: KAFKA_CFG_PROCESS_ROLES, value: broker}]\n"))));
  CHECK(is_broker(with(container("example/kafka-kraft:1", kPort))));
  CHECK(is_broker(with(container("${IMAGE}:${TAG}", kPort))));  // label app: kafka
  Manifest quiet = with(container("example/stream:1", kPort));
  quiet.labels = "app: stream\n";
  quiet.name = "stream";
  CHECK_FALSE(is_broker(quiet));
}

TEST_CASE("clients and tools on a broker image are no brokers") {
  for (const char* command : {
           "[kafka-console-producer, --bootstrap-server, 'kafka:9092', --topic, t]",
           "[/bin/sh, -c, 'kafka-producer-perf-test --topic t --num-records 100']",
           "[bash, -c, 'while true; do kafka-console-consumer --bootstrap-server kafka:9092 --topic t; sleep 1; done']",
           "[bash, -cex, './bin/kafka-topics.sh --create --topic t --zookeeper zk:2181 && sleep infinity']",
           "[./bin/zookeeper-server-start.sh, /etc/kafka/zookeeper.properties]",
           "[sh, -c, 'exec zookeeper-server-start /etc/zookeeper.properties']",
           "[connect-distributed, /etc/connect.properties]",
           "[schema-registry-start, /etc/schema-registry/schema-registry.properties]",
           "[kafka-rest-start, /etc/kafka-rest/kafka-rest.properties]",
           "[ksql-server-start, /etc/ksql/ksql-server.properties]",
           "[kafka-mirror-maker.sh, --consumer.config, a]",
           "[sleep, infinity]",
           "[bash, -ec, 'touch /tmp/log; tail -f /tmp/log']",
       }) {
    INFO(command);
    CHECK_FALSE(is_broker(with(container("confluentinc/cp-kafka:7.5.0", std::string("command: ") + command + "\n"))));
  }
}

TEST_CASE("Kafka's neighbours are no brokers") {
  for (const char* image : {"confluentinc/cp-zookeeper:7.5.0", "confluentinc/cp-kafka-connect:7.5.0",
                            "confluentinc/cp-schema-registry:7.5.0", "confluentinc/cp-kafka-rest:7.5.0",
                            "confluentinc/cp-ksqldb-server:7.5.0", "provectuslabs/kafka-ui:v0.7.2",
                            "danielqsj/kafka-exporter:latest", "example/kafka-cruise-control:2",
                            "example/kafka-mirror-maker:1", "zookeeper:3.8", "example/kafka-streams-app:3"}) {
    INFO(image);
    Manifest manifest = with(container(image, kPort));
    CHECK_FALSE(is_broker(manifest));
  }
  // They know the brokers' addresses, which is not the same as being one.
  CHECK_FALSE(
      is_broker(with(container("example/shop:1", "env: [{name: KAFKA_BOOTSTRAP_SERVERS, value: 'kafka:9092'}]\n"))));
}

TEST_CASE("the broker is found among its sidecars, wherever it stands in the list") {
  Manifest manifest;
  manifest.containers = {
      container("example/kafka-prometheus-jmx-exporter:1",
                "command: [java, -jar, jmx_prometheus_httpserver.jar]\nports: [{containerPort: 5556}]\n",
                "prometheus-jmx-exporter"),
      container("confluentinc/cp-zookeeper:7.5.0", "ports: [{containerPort: 2181}]\n", "zookeeper"),
      container("confluentinc/cp-kafka:7.5.0", kPort, "broker"),
      container("danielqsj/kafka-exporter:latest", "args: ['--kafka.server=localhost:9092']\n", "kafka-exporter"),
  };
  CHECK(Broker(manifest)->container["name"].str() == "broker");
}

TEST_CASE("only StatefulSets of the group apps are sets; what else runs a broker is named as unknown") {
  for (const char* version : {"apps/v1", "apps/v1beta1", "apps/v1beta2"}) {
    Manifest manifest = with(container("apache/kafka:3.7.0"));
    manifest.head = std::string("apiVersion: ") + version + "\nkind: StatefulSet\n";
    CHECK(is_broker(manifest));
    CHECK(unknown_workload(load(manifest.yaml())).empty());
  }
  const auto reason = [](const std::string& head, const std::string& image) {
    Manifest manifest = with(container(image, kPort));
    manifest.head = head;
    const Object object = load(manifest.yaml());
    CHECK_FALSE(recognise_broker_set(object));
    return unknown_workload(object);
  };
  CHECK_THAT(reason("apiVersion: apps/v1\nkind: Deployment\n", "apache/kafka:3.7.0"),
             Catch::Matchers::Contains("Deployment with a Kafka broker") &&
                 Catch::Matchers::Contains("make it a StatefulSet"));
  CHECK_THAT(reason("apiVersion: apps/v1alpha1\nkind: PetSet\n", "apache/kafka:3.7.0"),
             Catch::Matchers::Contains("PetSet") && Catch::Matchers::Contains("apps/v1alpha1"));
  CHECK_THAT(reason("apiVersion: apps.kruise.io/v1beta1\nkind: StatefulSet\n", "apache/kafka:3.7.0"),
             Catch::Matchers::Contains("apps.kruise.io/v1beta1"));
  CHECK(reason("apiVersion: apps/v1\nkind: Deployment\n", "provectuslabs/kafka-ui:v1").empty());
  CHECK(reason("apiVersion: apps/v1\nkind: Deployment\n", "nginx:1") ==
        "Deployment that looks like Kafka, container main (its names say Kafka): its pods have no stable names, so no "
        "broker can have an address of its own; make it a StatefulSet");
  const Object resource =
      load("apiVersion: kafka.strimzi.io/v1beta2\nkind: Kafka\nmetadata: {name: k}\nspec: {kafka: {replicas: 3}}\n");
  CHECK_THAT(unknown_workload(resource), Catch::Matchers::Contains("read by an operator"));
  const Object other = load("apiVersion: example.com/v1\nkind: Kafka\nmetadata: {name: k}\nspec: {}\n");
  CHECK(unknown_workload(other).empty());
}

TEST_CASE("a bare Pod that runs a broker is named as unknown") {
  const Object pod = load(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: k}\nspec: {containers: [{name: k, image: 'apache/kafka:3.7.0'}]}\n");
  CHECK_THAT(unknown_workload(pod), Catch::Matchers::Contains("Pod with a Kafka broker in container k"));
}

TEST_CASE("replicas and ordinals as the API server reads them") {
  const auto set = [](const std::string& spec) {
    Manifest manifest = with(container("apache/kafka:3.7.0"));
    manifest.spec = spec + "\nserviceName: s\n";
    return Broker(manifest);
  };
  CHECK(set("x: 1")->replicas == 1);
  CHECK(set("replicas: null")->replicas == 1);
  CHECK(set("replicas: 0")->replicas == 0);
  CHECK(set("replicas: 2147483647")->replicas == 2147483647);
  CHECK(set("replicas: 5")->replicas_unknown.empty());
  const auto text = set("replicas: ${REPLICAS}");
  CHECK(text->replicas == 1);
  CHECK(text->replicas_unknown == "spec.replicas is the text \"${REPLICAS}\", which is no number of pods");
  CHECK_FALSE(set("replicas: -1")->replicas_unknown.empty());
  CHECK_FALSE(set("replicas: '3'")->replicas_unknown.empty());
  const auto shifted = set("replicas: 2\nordinals: {start: 5}");
  CHECK(shifted->first_ordinal == 5);
  CHECK(shifted->pod_name(6) == "kafka-6");
}

TEST_CASE("odd shapes are neither brokers nor crashes") {
  for (const char* yaml : {
           "apiVersion: apps/v1\nkind: StatefulSet\n",
           "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: kafka\nspec: []\n",
           "apiVersion: apps/v1\nkind: StatefulSet\nspec: {template: {spec: {containers: {image: apache/kafka}}}}\n",
           "apiVersion: apps/v1\nkind: StatefulSet\nspec: {template: {spec: {containers: [apache/kafka, null, 1]}}}\n",
           "apiVersion: apps/v1\nkind: StatefulSet\nspec: {template: {spec: {containers: [{image: 5, env: {a: b}, "
           "ports: x}]}}}\n",
       }) {
    INFO(yaml);
    CHECK_FALSE(recognise_broker_set(load(yaml)));
    CHECK(unknown_workload(load(yaml)).empty());
  }
  const Broker odd(
      "apiVersion: apps/v1\nkind: StatefulSet\nspec: {replicas: x, template: {spec: {containers: "
      "[{image: apache/kafka, env: {a: b}, ports: x, command: 7, args: {a: b}, volumeMounts: [1, {}]}]}}}\n");
  CHECK(odd->form_id == "unknown-form");
  CHECK(odd->form_reason == "no KAFKA_ variable is set, so the image uses its own default file");
}

TEST_CASE("clients with variables of their own are no brokers") {
  const std::string command = "command: [/app/start]\n";
  const auto env = [](const std::string& name) { return "env: [{name: " + name + ", value: 'kafka:9092'}]\n"; };
  CHECK_FALSE(is_broker(with(container("example/orders:1", command + env("KAFKA_CFG_BROKERS")))));
  CHECK_FALSE(is_broker(with(container("example/orders:1", env("KAFKA_CFG_BOOTSTRAP_SERVERS")))));
  CHECK_FALSE(is_broker(with(container("example/orders:1", command + env("KAFKA_ZOOKEEPER_CONNECT")))));
  CHECK_FALSE(is_broker(with(container("example/kafka-events:1", kPort))));
  CHECK(is_broker(with(container("example/orders:1", env("KAFKA_ZOOKEEPER_CONNECT")))));
  CHECK(is_broker(with(container("example/orders:1", command + env("KAFKA_CFG_NODE_ID")))));
  CHECK(is_broker(with(container("bitnami/kafka:3.9", env("KAFKA_CFG_BROKERS")))));
}

TEST_CASE("a pod of Kafka's image that only waits is no broker") {
  const std::string env = "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'A://a:1'}]\n" + kPort;
  for (const char* command :
       {"[sleep, infinity]", "[tail, -f, /dev/null]", "[sh, -c, sleep infinity]",
        "[bash, -c, 'trap : TERM INT; sleep infinity & wait']", "[sh, -c, 'while true; do sleep 3600; done']"}) {
    INFO(command);
    CHECK_FALSE(is_broker(with(container("confluentinc/cp-kafka:7.5.0", env + "command: " + command + "\n"))));
  }
  for (const char* command : {"[/start.sh]", "[sh, -c, '/start.sh & sleep infinity']"}) {
    INFO(command);
    CHECK(is_broker(with(container("confluentinc/cp-kafka:7.5.0", env + "command: " + command + "\n"))));
  }
}

TEST_CASE("two brokers in one pod are not told apart") {
  const std::string env = "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'A://a:1'}]\n";
  Manifest manifest = with(container("confluentinc/cp-kafka:7.5.0", env, "first"));
  manifest.containers.push_back(container("confluentinc/cp-kafka:7.5.0", env, "second"));
  const std::string reason = "containers first and second of the pod both run a broker, and clients may reach either";
  const Broker two(manifest);
  CHECK(two->form_id == "unknown-form");
  CHECK(two->form_reason == reason);
  CHECK(two.advertised(0) == "<unknown>: " + reason);
  CHECK(two.advertised(2) == "<unknown>: " + reason);

  manifest.containers[1] = container("confluentinc/cp-kafka:7.5.0", env + "command: [sleep, infinity]\n", "shell");
  CHECK(Broker(manifest).advertised() == "A://a:1");
  manifest.containers[1] = container("bitnami/kafka-exporter:1", "", "exporter");
  CHECK(Broker(manifest).advertised() == "A://a:1");
}

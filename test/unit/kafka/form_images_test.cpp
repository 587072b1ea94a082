// Forms by image: which variables each one reads, and when it reads none.
#include "broker_set_support.h"

using namespace brokerset;

namespace {

using Strings = std::vector<std::string>;

const std::string kConfluent = "name: broker\nimage: confluentinc/cp-kafka:7.5.0\n";
const std::string kApache = "name: broker\nimage: apache/kafka:3.7.0\n";
const std::string kBitnami = "name: broker\nimage: bitnami/kafka:3.4.0\n";

std::string unknown(const std::string& reason) { return "<unknown>: " + reason; }

}  // namespace

TEST_CASE("bitnami: the plain name beats KAFKA_CFG_") {
  const Broker both(with(kBitnami + R"Y(env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://plain:9092"}
- {name: KAFKA_CFG_ADVERTISED_LISTENERS, value: "PLAINTEXT://cfg:9092"}
- {name: KAFKA_CFG_LISTENERS, value: "PLAINTEXT://:9092"}
- {name: KAFKA_INTER_BROKER_LISTENER_NAME, value: PLAINTEXT}
)Y"));
  CHECK(both->form_id == "env-literal");
  CHECK(both.advertised() == "PLAINTEXT://plain:9092");
  CHECK(both.shadowed() == Strings{"env KAFKA_CFG_ADVERTISED_LISTENERS"});
  CHECK(both.property("listeners") == "PLAINTEXT://:9092");
  CHECK(both.property("inter.broker.listener.name") == "PLAINTEXT");
  const Broker cfg(with(kBitnami + "env: [{name: KAFKA_CFG_ADVERTISED_LISTENERS, value: 'PLAINTEXT://cfg:9092'}]\n"));
  CHECK(cfg.advertised() == "PLAINTEXT://cfg:9092");
  CHECK(cfg.property("listeners") == "PLAINTEXT://:9092,CONTROLLER://:9093");
}

TEST_CASE("bitnami: the aliases for roles and node id came with 3.5") {
  const std::string env = "env: [{name: KAFKA_CFG_NODE_ID, value: '1'}, {name: KAFKA_NODE_ID, value: '2'}]\n";
  CHECK(Broker(with("name: b\nimage: bitnami/kafka:3.4.0\n" + env)).property("node.id") == "1");
  CHECK(Broker(with("name: b\nimage: bitnami/kafka:3.5.1\n" + env)).property("node.id") == "2");
  CHECK(Broker(with("name: b\nimage: bitnami/kafka:latest\n" + env)).property("node.id") == "2");
}

TEST_CASE("KAFKA_CFG_ on an image that does not read it is shadowed, not a source") {
  const Broker broker(with(kConfluent + R"Y(env:
- {name: KAFKA_CFG_ADVERTISED_LISTENERS, value: "PLAINTEXT://cfg:9092"}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://plain:9092"}
)Y"));
  CHECK(broker.advertised() == "PLAINTEXT://plain:9092");
  CHECK(broker.shadowed() ==
        Strings{"env KAFKA_CFG_ADVERTISED_LISTENERS, which this image does not read as advertised.listeners"});
}

TEST_CASE("bitnami with a mounted server.properties reads no variables") {
  for (const char* path :
       {"/bitnami/kafka/config", "/bitnami/kafka/config/", "/opt/bitnami/kafka/config/server.properties"}) {
    INFO(path);
    Manifest manifest = with(
        "name: broker\nimage: bitnami/kafka:3.5.1\nenv: [{name: KAFKA_CFG_ADVERTISED_LISTENERS, value: "
        "'PLAINTEXT://cfg:9092'}]\nvolumeMounts: [{name: conf, mountPath: " +
        std::string(path) + "}]\n");
    manifest.pod = "volumes: [{name: conf, configMap: {name: broker-config}}]\n";
    const Broker broker(manifest);
    CHECK(broker->form_id == "unknown-form");
    CHECK_THAT(broker.advertised(), Catch::Matchers::Contains("ConfigMap broker-config is mounted at"));
    CHECK(broker.shadowed() == Strings{"env KAFKA_CFG_ADVERTISED_LISTENERS"});
  }
  const Broker data(with(kBitnami + "env: [{name: KAFKA_CFG_ADVERTISED_LISTENERS, value: 'PLAINTEXT://cfg:9092'}]\n" +
                         "volumeMounts: [{name: data, mountPath: /bitnami/kafka}]\n"));
  CHECK(data->form_id == "env-literal");
}

TEST_CASE("bitnami started by a script from a volume keeps the form but claims no value") {
  const std::string command = "command: [/scripts/setup.sh]\n";
  const Broker set(
      with(kBitnami + command + "env: [{name: KAFKA_CFG_ADVERTISED_LISTENERS, value: 'PLAINTEXT://cfg:9092'}]\n"));
  CHECK(set->form_id == "env-literal");
  CHECK(set.advertised() == unknown("what /scripts/setup.sh does is not in the manifest"));
  const Broker unset(with(kBitnami + command + "env: [{name: KAFKA_CFG_LISTENERS, value: 'PLAINTEXT://:9092'}]\n"));
  CHECK(unset->form_id == "unknown-form");
  CHECK(unset->form_reason == "what /scripts/setup.sh does is not in the manifest");
}

TEST_CASE("run.sh without the entrypoint reads no variables") {
  const Broker broker(with(kBitnami + "command: [/opt/bitnami/scripts/kafka/run.sh]\n"));
  CHECK(broker->form_id == "unknown-form");
  CHECK_THAT(broker->form_reason, Catch::Matchers::Contains("without the image's set-up"));
}

TEST_CASE("apache: a mounted file may set what env does not; without any variable the image's own file counts") {
  const std::string mount = "volumeMounts: [{name: conf, mountPath: /mnt/shared/config}]\n";
  Manifest manifest = with(kApache + mount + "env: [{name: KAFKA_NODE_ID, value: '1'}]\n");
  manifest.pod = "volumes: [{name: conf, configMap: {name: broker-config}}]\n";
  const Broker file(manifest);
  CHECK(file->form_id == "unknown-form");
  CHECK(file.advertised() ==
        unknown("it may be set in ConfigMap broker-config mounted at /mnt/shared/config, which is not read"));
  const Broker both(with(kApache + mount + "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://a:9092'}]\n"));
  CHECK(both.advertised() == "PLAINTEXT://a:9092");
  const Broker bare(with(kApache + "env: [{name: KAFKA_HEAP_OPTS, value: '-Xmx1g'}]\n"));
  CHECK(bare->form_id == "unknown-form");
  CHECK(bare.advertised() == unknown("no KAFKA_ variable is set, so the image uses its own default file"));
}

TEST_CASE("advertised.listeners set nowhere on an image that would read it") {
  const Broker broker(with(kConfluent + "env: [{name: KAFKA_LISTENERS, value: 'PLAINTEXT://:9092'}]\n"));
  CHECK(broker->form_id == "env-literal");
  CHECK(broker->form_reason == "KAFKA_ADVERTISED_LISTENERS is not set; the image would read it");
  CHECK(broker.advertised() == "<unset>");
  const Broker command(with(kBitnami + "env: [{name: KAFKA_CFG_ADVERTISED_LISTENERS_COMMAND, value: 'echo x'}]\n"));
  CHECK(command->form_id == "env-literal");
  CHECK(command.advertised() == "PLAINTEXT://:9092");
  CHECK(command.shadowed() == Strings{"env KAFKA_CFG_ADVERTISED_LISTENERS_COMMAND (the image runs no such command)"});
  const Broker other(with(kConfluent + "env: [{name: KAFKA_ADVERTISED_LISTENERS_COMMAND, value: 'echo x'}]\n"));
  CHECK(other->form_id == "unknown-form");
  CHECK(other->form_reason ==
        "KAFKA_ADVERTISED_LISTENERS_COMMAND is no setting of this image, and KAFKA_ADVERTISED_LISTENERS is not set");
}

TEST_CASE("start scripts that a volume replaces are not read") {
  const Broker broker(with(kConfluent + R"Y(env: [{name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://a:9092"}]
volumeMounts: [{name: x, mountPath: /etc/confluent/docker/run, subPath: run}]
)Y"));
  CHECK(broker->form_id == "unknown-form");
  CHECK(broker.advertised() == unknown("a volume at /etc/confluent/docker/run replaces the image's start scripts"));
}

TEST_CASE("images whose start script is not read") {
  const auto reason = [](const std::string& image) {
    const Broker broker(
        with("name: b\nimage: " + image +
             "\nports: [{containerPort: 9092}]\nenv: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'A://b:1'}]\n"));
    CHECK(broker->form_id == "unknown-form");
    CHECK(broker.advertised().starts_with("<unknown>"));
    CHECK(broker.source() == "env KAFKA_ADVERTISED_LISTENERS");
    return broker->form_reason;
  };
  CHECK(reason("example/stream:1") == "image example/stream is not one whose start script is known");
  CHECK_THAT(reason("spotify/kafka:latest"), Catch::Matchers::Contains("computes the listeners itself"));
  CHECK_THAT(reason("doughgle/kafka-kraft"), Catch::Matchers::Contains("computes the listeners itself"));
  CHECK_THAT(reason("redpandadata/redpanda:v24"), Catch::Matchers::Contains("redpanda.yaml"));
  CHECK(reason("${IMAGE}:1") == "the image is a parameter of a template that is not filled in");
}

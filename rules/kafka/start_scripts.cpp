#include "rules/kafka/start_scripts.h"

#include <algorithm>
#include <array>

namespace brokergate {
namespace {

constexpr std::array<std::string_view, 4> kBitnamiFiles = {
    "/bitnami/kafka/config/server.properties", "/opt/bitnami/kafka/config/server.properties",
    "/bitnami/kafka/conf/server.properties", "/opt/bitnami/kafka/conf/server.properties"};

constexpr std::array kRows = {
    StartScript{.mechanics = Mechanics::kConfluent,
                .images = "confluentinc/cp-kafka, cp-server, cp-enterprise-kafka",
                .prefix = "KAFKA_",
                .derives_listeners = true,
                .source = "confluentinc/kafka-images f8e3015a9a kafka/include/etc/confluent/docker/{run,configure}"},
    StartScript{.mechanics = Mechanics::kApache,
                .images = "apache/kafka, apache/kafka-native",
                .prefix = "KAFKA_",
                .derives_listeners = true,
                .file = "/mnt/shared/config/server.properties",
                .source = "apache/kafka 1eb7644349 docker/resources/common-scripts/configure, "
                          "core/src/main/scala/kafka/docker/KafkaDockerWrapper.scala"},
    StartScript{
        .mechanics = Mechanics::kBitnami,
        .images = "bitnami/kafka, bitnamilegacy/kafka, bitnamisecure/kafka, automqinc/automq:*-bitnami",
        .prefix = "KAFKA_CFG_",
        .alias = "KAFKA_",
        .beating_files = kBitnamiFiles,
        .takes_overrides = true,
        .source = "bitnami/containers bitnami/kafka {2..4.3} rootfs/opt/bitnami/scripts/libkafka.sh, kafka/run.sh"},
    StartScript{.mechanics = Mechanics::kWurstmeister,
                .images = "wurstmeister/kafka",
                .prefix = "KAFKA_",
                .needs_listeners = true,
                .runs_commands = true,
                .source = "wurstmeister/kafka-docker 901c084811 start-kafka.sh"},
    StartScript{.mechanics = Mechanics::kMedinvention,
                .images = "medinvention/kafka",
                .prefix = "KAFKA_",
                .needs_listeners = true,
                .runs_commands = true,
                .list_command = "KAFKA_LISTENERS_COMMAND",
                .source = "samuel1114/k8s-ARM-Kafka ff0aa65c1b kafka/docker/start-kafka.sh, the image's source: "
                          "wurstmeister's with a command, which runs before listeners are asked for"},
    StartScript{.mechanics = Mechanics::kEngapa,
                .images = "engapa/kafka",
                .prefix = "SERVER_",
                .as_written = true,
                .source = "engapa/kafka-k8s-openshift kafka_server.sh (SERVER_x_y becomes x.y)"},
};

constexpr StartScript kNone;

}  // namespace

const StartScript& start_script(Mechanics mechanics) {
  const auto* const found =
      std::find_if(kRows.begin(), kRows.end(), [&](const StartScript& row) { return row.mechanics == mechanics; });
  return found == kRows.end() ? kNone : *found;
}

std::string_view variable_of(const StartScript& script, Key key) {
  if (script.as_written) return server_variable(key);
  return script.prefix == "KAFKA_CFG_" ? cfg_variable(key) : plain_variable(key);
}

}  // namespace brokergate

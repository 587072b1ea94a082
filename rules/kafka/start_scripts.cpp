#include "rules/kafka/start_scripts.h"

#include <algorithm>
#include <array>

namespace brokergate {
namespace {

// The first of these that is there counts.
constexpr std::string_view kBitnamiFile = "/opt/bitnami/kafka/config/server.properties";
constexpr std::array<std::string_view, 4> kEarlyFiles = {"/bitnami/kafka/config/server.properties", kBitnamiFile,
                                                         "/bitnami/kafka/conf/server.properties",
                                                         "/opt/bitnami/kafka/conf/server.properties"};
constexpr std::array<std::string_view, 2> kOldFiles = {"/bitnami/kafka/config/server.properties",
                                                       "/opt/bitnami/kafka/conf/server.properties"};
constexpr std::array<std::string_view, 2> kFiles = {kBitnamiFile, "/bitnami/kafka/config/server.properties"};

constexpr std::array<Key, 5> kOldAliases = {Key::kAdvertised, Key::kListeners, Key::kProtocolMap, Key::kInterBrokerName,
                                            Key::kBrokerId};
constexpr std::array<Key, 8> kAliases = {Key::kAdvertised, Key::kListeners, Key::kProtocolMap,  Key::kInterBrokerName,
                                         Key::kBrokerId,   Key::kNodeId,    Key::kProcessRoles, Key::kVoters};

// run.sh hands its arguments on since the images of Kafka 3.2.
constexpr KafkaVersion kRunTakesArguments{3, 2};

constexpr std::string_view kBitnamiImages =
    "bitnami/kafka, bitnamilegacy/kafka, bitnamisecure/kafka, automqinc/automq:*-bitnami";
constexpr std::string_view kPlain = "PLAINTEXT://:9092";

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
    StartScript{.mechanics = Mechanics::kBitnami,
                .images = kBitnamiImages,
                .prefix = "KAFKA_CFG_",
                .aliases = kOldAliases,
                .beating_files = kEarlyFiles,
                .default_advertised = kPlain,
                .default_listeners = kPlain,
                .overrides_since = kRunTakesArguments,
                .build = BitnamiBuild::kEarly,
                .source = "bitnami/containers bitnami/kafka/2/debian-9 rootfs/libkafka.sh 238f8633ca"},
    StartScript{.mechanics = Mechanics::kBitnami,
                .images = kBitnamiImages,
                .prefix = "KAFKA_CFG_",
                .aliases = kOldAliases,
                .beating_files = kOldFiles,
                .written_file = kBitnamiFile,
                .default_advertised = kPlain,
                .default_listeners = kPlain,
                .overrides_since = kRunTakesArguments,
                .build = BitnamiBuild::kZooKeeper,
                .source = "bitnami/containers bitnami/kafka/3.0/debian-11 libkafka.sh 258c46b682, "
                          "3.1/debian-10 kafka-env.sh 605ae02cb4"},
    StartScript{.mechanics = Mechanics::kBitnami,
                .images = kBitnamiImages,
                .prefix = "KAFKA_CFG_",
                .aliases = kOldAliases,
                .beating_files = kOldFiles,
                .written_file = kBitnamiFile,
                .default_advertised = kPlain,
                .default_listeners = "PLAINTEXT://:9092,CONTROLLER://:9093",
                .overrides_since = kRunTakesArguments,
                .build = BitnamiBuild::kKraft,
                .source = "bitnami/containers bitnami/kafka/3.5/debian-11 libkafka.sh 106ce9e800, "
                          "kafka-env.sh 81dbdf58fd, kafka/setup.sh b1e58fccf0"},
    StartScript{.mechanics = Mechanics::kBitnami,
                .images = kBitnamiImages,
                .prefix = "KAFKA_CFG_",
                .aliases = kAliases,
                .beating_files = kFiles,
                .overrides_since = kRunTakesArguments,
                .build = BitnamiBuild::kRefactored,
                .source = "bitnami/containers bitnami/kafka/3.2/debian-11 libkafka.sh 01e3b36ca8 and kafka/setup.sh "
                          "2fd0ce40e4, 4.1/debian-12 libkafka.sh b6748a346a and kafka/setup.sh a0eaed71b8"},
    StartScript{.mechanics = Mechanics::kWurstmeister,
                .images = "wurstmeister/kafka",
                .prefix = "KAFKA_",
                .runs_commands = true,
                .source = "wurstmeister/kafka-docker 901c084811 start-kafka.sh"},
    StartScript{.mechanics = Mechanics::kMedinvention,
                .images = "medinvention/kafka",
                .prefix = "KAFKA_",
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

const StartScript& start_script(Mechanics mechanics, std::string_view tag) {
  BitnamiBuild build = BitnamiBuild::kUnknown;
  if (mechanics == Mechanics::kBitnami) build = bitnami_build(tag);
  if (mechanics == Mechanics::kBitnami && build == BitnamiBuild::kUnknown) build = BitnamiBuild::kRefactored;
  const auto* const found = std::find_if(kRows.begin(), kRows.end(), [&](const StartScript& row) {
    return row.mechanics == mechanics && row.build == build;
  });
  return found == kRows.end() ? kNone : *found;
}

std::string_view variable_of(const StartScript& script, Key key) {
  if (script.as_written) return server_variable(key);
  return script.prefix == "KAFKA_CFG_" ? cfg_variable(key) : plain_variable(key);
}

}  // namespace brokergate

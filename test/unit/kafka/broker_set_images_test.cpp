#include "catch.h"
#include "rules/kafka/images.h"

using namespace brokergate;

namespace {
ImageFamily family(const char* text) { return family_of(parse_image(text)); }
Entry entry(const std::vector<std::string>& argv) { return classify(argv); }
}  // namespace

TEST_CASE("an image in parts") {
  CHECK(parse_image("a/b:1.2").path == "a/b");
  CHECK(parse_image("a/b:1.2").tag == "1.2");
  CHECK(parse_image("host:5000/a/b").path == "host:5000/a/b");
  CHECK(parse_image("host:5000/a/b").tag.empty());
  CHECK(parse_image("a/b:1.2@sha256:abc").tag == "1.2");
  CHECK(parse_image("a/b@sha256:abc").tag.empty());
  CHECK(parse_image("${IMAGE}:1").parameter);
  CHECK(parse_image("{{ .Values.image }}").parameter);
  CHECK_FALSE(parse_image("").parameter);
}

TEST_CASE("families by whole parts of the path") {
  CHECK(family("confluentinc/cp-kafka:7.5.0") == ImageFamily::kConfluent);
  CHECK(family("confluentinc/cp-enterprise-kafka") == ImageFamily::kConfluent);
  CHECK(family("mirror.example.com/cp-server:7.0.0") == ImageFamily::kConfluent);
  CHECK(family("apache/kafka") == ImageFamily::kApache);
  CHECK(family("registry:5000/proxy/bitnami/kafka:3") == ImageFamily::kBitnami);
  CHECK(family("automqinc/automq:1.5.0-bitnami") == ImageFamily::kBitnami);
  CHECK(family("automqinc/automq:1.5.0") == ImageFamily::kUnknown);
  CHECK(family("quay.io/strimzi/kafka:0.40.0-kafka-3.7.0") == ImageFamily::kStrimzi);
  CHECK(family("confluentinc/cp-kafka-connect:7.5.0") == ImageFamily::kUnknown);
  CHECK(family("notbitnami/kafka") == ImageFamily::kUnknown);
  CHECK(family("kafka") == ImageFamily::kUnknown);
  CHECK(family("solsson/kafka:1.0") == ImageFamily::kSolsson);
}

TEST_CASE("Kafka's version by the tag") {
  const auto version = [](ImageFamily f, const char* tag) { return kafka_version(f, tag); };
  CHECK(version(ImageFamily::kConfluent, "4.1.2-2") == KafkaVersion{1, 1});
  CHECK(version(ImageFamily::kConfluent, "5.5.0") == KafkaVersion{2, 5});
  CHECK(version(ImageFamily::kConfluent, "6.0.1") == KafkaVersion{2, 6});
  CHECK(version(ImageFamily::kConfluent, "6.1.0") == KafkaVersion{2, 7});
  CHECK(version(ImageFamily::kConfluent, "7.9.0") == KafkaVersion{3, 9});
  CHECK(version(ImageFamily::kConfluent, "8.0.0") == KafkaVersion{4, 0});
  CHECK(version(ImageFamily::kBitnami, "3.2.3-debian-11-r4") == KafkaVersion{3, 2});
  CHECK(version(ImageFamily::kApache, "3.7.0") == KafkaVersion{3, 7});
  CHECK(version(ImageFamily::kWurstmeister, "2.13-2.7.0") == KafkaVersion{2, 7});
  CHECK(version(ImageFamily::kStrimzi, "0.40.0-kafka-3.7.0") == KafkaVersion{3, 7});
  CHECK_FALSE(version(ImageFamily::kConfluent, "latest"));
  CHECK_FALSE(version(ImageFamily::kApache, ""));
  CHECK_FALSE(version(ImageFamily::kBitnami, "3"));
}

TEST_CASE("command lines") {
  CHECK(entry({"/etc/confluent/docker/run"}) == Entry::kConfluentRun);
  CHECK(entry({"env", "A=b", "/etc/kafka/docker/run"}) == Entry::kApacheRun);
  CHECK(entry({"/usr/bin/tini", "-g", "--", "gosu", "kafka", "/opt/kafka/bin/kafka-server-start.sh", "f"}) ==
        Entry::kServerStart);
  CHECK(entry({"/opt/bitnami/scripts/kafka/entrypoint.sh", "/opt/bitnami/scripts/kafka/run.sh"}) == Entry::kBitnamiRun);
  CHECK(entry({"/opt/bitnami/scripts/kafka/entrypoint.sh", "kafka-topics.sh"}) == Entry::kNone);
  CHECK(entry({"/opt/bitnami/scripts/kafka/run.sh"}) == Entry::kBitnamiRunOnly);
  CHECK(entry({"rpk", "redpanda", "start"}) == Entry::kRedpanda);
  CHECK(entry({"kafka-run-class.sh", "kafka.Kafka", "f"}) == Entry::kOtherBroker);
  CHECK(entry({"kafka-run-class.sh", "kafka.tools.GetOffsetShell"}) == Entry::kNotBroker);
  CHECK(entry({"/opt/kafka/bin/kafka-storage.sh", "format"}) == Entry::kNotBroker);
  CHECK(entry({"zookeeper-server-start.sh"}) == Entry::kNotBroker);
  CHECK(entry({"sleep", "infinity"}) == Entry::kNone);
  CHECK(entry({}) == Entry::kNone);
  CHECK(entry({"env"}) == Entry::kNone);
  CHECK(entry({"gosu", "kafka"}) == Entry::kNone);
  CHECK_FALSE(starts_broker(Entry::kNotBroker));
  CHECK_FALSE(starts_broker(Entry::kNone));
  CHECK(starts_broker(Entry::kConfluentRun));
}

TEST_CASE("names of Kafka's neighbours") {
  for (const char* name : {"kafka-exporter", "cp-kafka-connect", "Kafka_UI", "kafka.rest", "schema-registry",
                           "zookeeper", "zookeepers", "zk", "cruise-control", "kafka-console-producer"})
    CHECK(names_no_broker(name));
  for (const char* name : {"kafka", "broker", "kafka-broker", "cp-kafka-broker", "kafka-0", "uikafka", "restored", "",
                           "a-very-long-single-word-that-is-no-neighbour", "kafkaconnectorsandmorewords"})
    CHECK_FALSE(names_no_broker(name));
}

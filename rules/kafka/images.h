// What is known about the images that run Kafka: which family an image name
// belongs to, which Kafka it holds, which programs start a broker. Data, not
// logic: a new image is a row in images.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/kafka.h"
#include "rules/kafka/shell/shell.h"

namespace brokergate {

// An image reference in parts; views into the text.
struct Image {
  std::string_view path;   // without registry port, tag and digest: "docker.io/bitnami/kafka"
  std::string_view tag;    // empty when none
  bool parameter = false;  // holds ${…} or {{…}}: a template that was not rendered
};
Image parse_image(std::string_view text);

// The family by the last parts of the path, so that a mirror
// (registry.example.com/proxy/bitnami/kafka) is the same image. kOther: known to
// hold Kafka, but its start script is not read here.
ImageFamily family_of(const Image& image);
// For kOther and the families whose start script is not read: how the image takes its settings.
std::string_view how_it_is_configured(const Image& image);
std::string_view name_of(ImageFamily family);

struct KafkaVersion {
  int major = 0, minor = 0;
  auto operator<=>(const KafkaVersion&) const = default;
};
// Kafka's version by the tag; nullopt for latest, digests and what is no version.
// Confluent Platform X.Y: docs.confluent.io/platform/current/installation/versions-interoperability.html
std::optional<KafkaVersion> kafka_version(ImageFamily family, std::string_view tag);

// What /bin/sh is in an image, as far as its name tells.
struct PosixShell {
  std::string_view name;                                       // "bash", "busybox", "dash"; empty: not known
  shell::Borrowed::From has = shell::Borrowed::From::kNobody;  // what it reads beyond POSIX
  bool reads(const shell::Borrowed& borrowed) const { return borrowed.from <= has; }
};
PosixShell sh_of(const Image& image);

// What a command line starts.
enum class Entry : uint8_t {
  kNone,            // nothing that is known
  kNotBroker,       // a Kafka tool or another server: kafka-topics, zookeeper-server-start, …
  kConfluentRun,    // /etc/confluent/docker/run
  kApacheRun,       // /etc/kafka/docker/run
  kBitnamiRun,      // entrypoint.sh … run.sh: the image's set-up reads the environment, then the broker starts
  kBitnamiRunOnly,  // run.sh alone: the broker starts from the file as it lies there
  kWurstmeister,    // start-kafka.sh
  kEngapa,          // the start of engapa/kafka, which is its default command
  kServerStart,     // kafka-server-start.sh FILE [--override K=V]…
  kStrimzi,         // kafka_run.sh
  kRedpanda,        // redpanda or rpk redpanda start
  kOtherBroker,     // the class kafka.Kafka by java, launch scripts without configuration
};
// `argv` as the process gets it. Programs that only start another one (env, tini,
// gosu, nohup …) are skipped; `at` is then the place of the real program's name.
Entry classify(const std::vector<std::string>& argv, size_t* at = nullptr);
inline bool starts_broker(Entry entry) { return entry > Entry::kNotBroker; }
// How many leading words of argv only start the rest.
size_t wrapper_words(const std::vector<std::string>& argv);
std::string_view base_name(std::string_view path);

// Splits a name at everything that is no letter or digit, lower case, and says
// whether one of the words names something beside a broker: connect, exporter, ui, …
bool names_no_broker(std::string_view name);
// "kafka" somewhere in it, in any case.
bool names_kafka(std::string_view name);

}  // namespace brokergate

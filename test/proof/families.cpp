// The images by name.
#include <algorithm>
#include <cctype>
#include <cstdio>

#include "test/proof/images.h"

namespace proof {
namespace {

struct Family {
  const char* part;  // of the image's name
  const char* family;
  const char* entrypoint;
  const char* cmd;
  const char* folder;
  const char* home;       // of Kafka; "config" below it holds the distribution's files
  const char* variables;  // NAME=VALUE
};

constexpr Family kFamilies[] = {
    {"confluentinc/cp-", "confluent", "", "/etc/confluent/docker/run", "/", "", ""},
    {"apache/kafka", "apache", "", "/etc/kafka/docker/run", "/", "/opt/kafka", ""},
    {"bitnami/kafka", "bitnami", "/opt/bitnami/scripts/kafka/entrypoint.sh", "/opt/bitnami/scripts/kafka/run.sh", "/",
     "/opt/bitnami/kafka", ""},
    {"bitnamilegacy/kafka", "bitnami", "/opt/bitnami/scripts/kafka/entrypoint.sh", "/opt/bitnami/scripts/kafka/run.sh",
     "/", "/opt/bitnami/kafka", ""},
    {"wurstmeister/kafka", "wurstmeister", "", "start-kafka.sh", "/", "/opt/kafka", "KAFKA_HOME=/opt/kafka"},
    {"medinvention/kafka", "medinvention", "", "start-kafka.sh", "/", "/opt/kafka", "KAFKA_HOME=/opt/kafka"},
    {"engapa/kafka", "engapa", "", "kafka_server.sh start", "/opt/kafka", "/opt/kafka", "KAFKA_HOME=/opt/kafka"},
    {"solsson/kafka", "solsson", "", "", "/opt/kafka", "/opt/kafka", ""},
    {"kubernetes-kafka", "kubernetes-kafka", "", "", "/", "/opt/kafka", "KAFKA_HOME=/opt/kafka"},
    {"k8skafka", "kubernetes-kafka", "", "", "/", "/opt/kafka", "KAFKA_HOME=/opt/kafka"},
};

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(text.find(' ', at), text.size());
    if (end > at) out.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return out;
}

// The tag's version: "3.9.1", "3.1.0-debian-10", and Kafka's after Scala's in "2.13-2.8.1".
void read_version(const std::string& image, ImageStart& start) {
  std::string name = image.substr(0, image.find('@'));
  size_t colon = name.rfind(':');
  if (colon == std::string::npos || name.find('/', colon) != std::string::npos) return;
  std::string tag = name.substr(colon + 1);
  bool scala = start.family == "wurstmeister" || start.family == "medinvention" || start.family == "engapa" ||
               start.family == "kubernetes-kafka";
  size_t dash = tag.find('-');
  if (scala && dash != std::string::npos && dash + 1 < tag.size() &&
      std::isdigit(static_cast<unsigned char>(tag[dash + 1]))) {
    tag = tag.substr(dash + 1);
  }
  if (std::sscanf(tag.c_str(), "%d.%d.%d", &start.major, &start.minor, &start.patch) < 1) start.major = 0;
}

// Which of its scripts a bitnami image has.
void read_bitnami_build(const std::string& image, ImageStart& start) {
  size_t at = image.rfind("-r");
  int revision = 1 << 20;
  if (at != std::string::npos) std::sscanf(image.c_str() + at, "-r%d", &revision);
  if (image.find("debian-12") != std::string::npos) revision = 1 << 20;
  const bool rolling = std::count(image.begin(), image.end(), '.') < 2 && image.find("-r") == std::string::npos;
  auto from = [&](int minor, int patch, int first) {
    return start.major == 3 && start.minor == minor &&
           (rolling || start.patch > patch || (start.patch == patch && revision >= first));
  };
  start.refactored = start.major == 0 || start.major > 3 || (start.major == 3 && start.minor > 5) || from(2, 3, 161) ||
                     from(3, 2, 176) || from(4, 1, 50) || from(5, 1, 4);
  start.kraft_default = !start.refactored && (from(2, 3, 73) || from(3, 2, 29) || from(4, 0, 23) || from(5, 0, 0));
}

// The lines of Kafka's own files that have to do with listeners and ids.
void add_distribution(const std::string& home, ImageStart& start) {
  const char* old = "broker.id=0\nlog.dirs=/tmp/kafka-logs\nzookeeper.connect=localhost:2181\n";
  const char* kraft =
      "process.roles=broker,controller\nnode.id=1\nlisteners=PLAINTEXT://:9092,CONTROLLER://:9093\n"
      "inter.broker.listener.name=PLAINTEXT\ncontroller.listener.names=CONTROLLER\n"
      "listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,"
      "SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL\nlog.dirs=/tmp/kraft-combined-logs\n";
  bool known = start.major != 0;
  bool four = start.family != "kubernetes-kafka" && (known ? start.major >= 4 : start.family == "apache");
  std::string both = "advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093\n";
  std::string config = home + "/config/";
  if (four) {
    start.files[config + "server.properties"] = kraft + both + "controller.quorum.bootstrap.servers=localhost:9093\n";
  } else {
    start.files[config + "server.properties"] = old;
    if (start.major == 3) {
      start.files[config + "kraft/server.properties"] =
          kraft + (start.before(3, 9) ? std::string("advertised.listeners=PLAINTEXT://localhost:9092\n") : both) +
          "controller.quorum.voters=1@localhost:9093\n";
    }
  }
  // bitnami keeps it under another name since then, so that a mounted one is seen.
  if (start.refactored) start.files.erase(config + "server.properties");
}

}  // namespace

bool ImageStart::before(int a, int b, int c) const {
  if (major == 0 && minor == 0) return false;
  if (major != a) return major < a;
  return minor != b ? minor < b : patch < c;
}

ImageStart start_of_image(const std::string& image) {
  ImageStart start;
  start.folder = "/opt/kafka";
  for (const Family& family : kFamilies) {
    if (image.find(family.part) == std::string::npos) continue;
    start.family = family.family;
    start.entrypoint = words(family.entrypoint);
    start.cmd = words(family.cmd);
    start.folder = family.folder;
    std::string variable = family.variables;
    size_t equals = variable.find('=');
    if (equals != std::string::npos) start.variables[variable.substr(0, equals)] = variable.substr(equals + 1);
    read_version(image, start);
    if (start.family == "bitnami") read_bitnami_build(image, start);
    if (*family.home != '\0') add_distribution(family.home, start);
    if (start.family == "confluent") {
      start.files["/etc/kafka/server.properties"] = "broker.id=0\nzookeeper.connect=localhost:2181\n";
    }
    break;
  }
  return start;
}

}  // namespace proof

#include "rules/kafka/images.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "rules/kafka/shell/env_call.h"

namespace brokergate {
namespace {

struct ImageRow {
  std::string_view suffix;  // whole components at the end of the path
  ImageFamily family;
  std::string_view how;
};

constexpr std::string_view kOwnScript = "its start script computes the listeners itself and is not in the manifest";

// Sources: the images' Dockerfiles and start scripts (confluentinc/kafka-images,
// apache/kafka docker/, bitnami/containers bitnami/kafka, wurstmeister/kafka-docker,
// strimzi-kafka-operator docker-images/, redpanda, solsson/dockerfiles, kow3ns/kubernetes-kafka).
constexpr std::array kImages = {
    ImageRow{"cp-kafka", ImageFamily::kConfluent, ""},
    ImageRow{"cp-server", ImageFamily::kConfluent, ""},
    ImageRow{"cp-enterprise-kafka", ImageFamily::kConfluent, ""},
    ImageRow{"apache/kafka", ImageFamily::kApache, ""},
    ImageRow{"apache/kafka-native", ImageFamily::kApache, ""},
    ImageRow{"bitnami/kafka", ImageFamily::kBitnami, ""},
    ImageRow{"bitnamilegacy/kafka", ImageFamily::kBitnami, ""},
    ImageRow{"bitnamisecure/kafka", ImageFamily::kBitnami, ""},
    ImageRow{"wurstmeister/kafka", ImageFamily::kWurstmeister, ""},
    ImageRow{"medinvention/kafka", ImageFamily::kMedinvention, ""},
    ImageRow{"engapa/kafka", ImageFamily::kEngapa, ""},
    ImageRow{"strimzi/kafka", ImageFamily::kStrimzi, "the Strimzi operator generates its configuration"},
    ImageRow{"redpanda", ImageFamily::kRedpanda, "Redpanda reads redpanda.yaml and rpk options, not KAFKA_* variables"},
    ImageRow{"solsson/kafka", ImageFamily::kSolsson, "it has no start script and reads a properties file"},
    ImageRow{"kubernetes-kafka", ImageFamily::kKubernetesKafka, "it reads --override arguments, not KAFKA_* variables"},
    ImageRow{"k8skafka", ImageFamily::kKubernetesKafka, "it reads --override arguments, not KAFKA_* variables"},
    ImageRow{"confluent/kafka", ImageFamily::kOther, kOwnScript},
    ImageRow{"doughgle/kafka-kraft", ImageFamily::kOther, kOwnScript},
    ImageRow{"spotify/kafka", ImageFamily::kOther, kOwnScript},
    ImageRow{"debezium/kafka", ImageFamily::kOther, kOwnScript},
    ImageRow{"ches/kafka", ImageFamily::kOther, kOwnScript},
    ImageRow{"banzaicloud/kafka", ImageFamily::kOther, kOwnScript},
};

bool ends_with_components(std::string_view path, std::string_view suffix) {
  if (!path.ends_with(suffix)) return false;
  return path.size() == suffix.size() || path[path.size() - suffix.size() - 1] == '/';
}

const ImageRow* row_of(const Image& image) {
  for (const auto& row : kImages)
    if (ends_with_components(image.path, row.suffix)) return &row;
  return nullptr;
}

// Words that name Kafka's neighbours, tools and clients.
constexpr std::array<std::string_view, 70> kNeighbours = {
    "adminer",   "aggregator", "akhq",     "backup",        "bridge",      "broadcaster", "burrow",    "cat",
    "client",    "clients",    "cmak",     "connect",       "connector",   "console",     "consumer",  "consumers",
    "control",   "create",     "cruise",   "cruisecontrol", "dashboard",   "drop",        "envoy",     "etl",
    "event",     "events",     "exporter", "gateway",       "generator",   "indexer",     "ingest",    "init",
    "initutils", "jmx",        "kafdrop",  "kafkacat",      "kcat",        "ksql",        "ksqldb",    "lag",
    "magic",     "manager",    "metrics",  "mirror",        "mirrormaker", "mm2",         "monitor",   "monitoring",
    "notifier",  "operator",   "perf",     "pixy",          "processor",   "producer",    "producers", "prometheus",
    "proxy",     "registry",   "rest",     "schema",        "seed",        "sidecar",     "streams",   "test",
    "tester",    "tool",       "tools",    "topics",        "ui",          "worker"};
static_assert(std::is_sorted(kNeighbours.begin(), kNeighbours.end()));

// Programs of a Kafka distribution and its neighbours that are no broker.
constexpr std::array<std::string_view, 9> kOtherServers = {
    "connect-distributed",        "connect-mirror-maker",   "connect-standalone",
    "kafka-cruise-control-start", "kafka-rest-start",       "ksql-server-start",
    "schema-registry-start",      "zookeeper-server-start", "start-zookeeper"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string_view without_sh(std::string_view name) {
  return name.ends_with(".sh") ? name.substr(0, name.size() - 3) : name;
}

// major.minor at the start of `text`.
std::optional<KafkaVersion> leading_version(std::string_view text) {
  KafkaVersion version;
  const char* const end = text.data() + text.size();
  auto [dot, error] = std::from_chars(text.data(), end, version.major);
  if (error != std::errc{}) return std::nullopt;
  if (dot == end || *dot != '.') return KafkaVersion{version.major, -1};
  auto [rest, error2] = std::from_chars(dot + 1, end, version.minor);
  if (error2 != std::errc{} || rest == dot + 1) return std::nullopt;
  return version;
}

}  // namespace

Image parse_image(std::string_view text) {
  Image image;
  image.parameter = text.find("${") != text.npos || text.find("{{") != text.npos;
  if (const auto digest = text.find('@'); digest != text.npos) text = text.substr(0, digest);
  const auto slash = text.rfind('/');
  const auto colon = text.rfind(':');
  if (colon != text.npos && (slash == text.npos || colon > slash)) {
    image.tag = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  image.path = text;
  return image;
}

ImageFamily family_of(const Image& image) {
  // AutoMQ publishes a variant built on bitnami's scripts (automqinc/automq:…-bitnami).
  if (ends_with_components(image.path, "automqinc/automq") && image.tag.find("bitnami") != image.tag.npos)
    return ImageFamily::kBitnami;
  const ImageRow* row = row_of(image);
  return row ? row->family : ImageFamily::kUnknown;
}

std::string_view how_it_is_configured(const Image& image) {
  const ImageRow* row = row_of(image);
  return row ? row->how : std::string_view{};
}

std::string_view name_of(ImageFamily family) {
  switch (family) {
    case ImageFamily::kConfluent:
      return "Confluent";
    case ImageFamily::kApache:
      return "Apache Kafka";
    case ImageFamily::kBitnami:
      return "Bitnami";
    case ImageFamily::kWurstmeister:
      return "wurstmeister";
    case ImageFamily::kMedinvention:
      return "medinvention";
    case ImageFamily::kEngapa:
      return "engapa";
    case ImageFamily::kKubernetesKafka:
      return "kubernetes-kafka";
    case ImageFamily::kSolsson:
      return "solsson";
    case ImageFamily::kStrimzi:
      return "Strimzi";
    case ImageFamily::kRedpanda:
      return "Redpanda";
    case ImageFamily::kOther:
      return "another Kafka";
    case ImageFamily::kUnknown:
      break;
  }
  return "unknown";
}

std::optional<KafkaVersion> kafka_version(ImageFamily family, std::string_view tag) {
  if (family == ImageFamily::kWurstmeister || family == ImageFamily::kMedinvention || family == ImageFamily::kEngapa ||
      family == ImageFamily::kStrimzi) {
    // 2.13-2.7.0 (Scala first), 0.30.0-kafka-3.2.0
    const auto dash = tag.rfind('-');
    if (dash == tag.npos) return std::nullopt;
    tag = tag.substr(dash + 1);
  }
  const auto version = leading_version(tag);
  if (!version) return std::nullopt;
  if (family != ImageFamily::kConfluent) return version->minor < 0 ? std::nullopt : version;
  const int minor = version->minor;
  if (minor < 0 && version->major != 3) return std::nullopt;
  switch (version->major) {
    case 3:
      return KafkaVersion{0, minor >= 3 ? 11 : 10};
    case 4:
      return KafkaVersion{1, minor};
    case 5:
      return KafkaVersion{2, minor};
    case 6:
      return KafkaVersion{2, 6 + minor};
    case 7:
      return KafkaVersion{3, minor};
    case 8:
      return KafkaVersion{4, minor};
    default:
      return std::nullopt;
  }
}

std::string_view base_name(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

size_t wrapper_words(const std::vector<std::string>& argv) {
  size_t at = 0;
  while (at < argv.size()) {
    const std::string_view name = base_name(argv[at]);
    if (name == "tini" || name == "dumb-init" || name == "catatonit") {
      ++at;
      while (at < argv.size() && argv[at].starts_with("-")) {
        const std::string_view option = argv[at];
        ++at;
        if (option == "--") break;
        if (name == "tini" && (option == "-p" || option == "-e")) ++at;
      }
    } else if (name == "env") {
      const shell::EnvCall call = shell::read_env_call(std::span(argv).subspan(at));
      if (!call.understood) break;
      at += call.command;
    } else if (name == "gosu" || name == "su-exec") {
      at += 2;
    } else if (name == "nohup" || name == "setsid" || name == "exec" || name == "__cacert_entrypoint.sh") {
      ++at;
    } else {
      break;
    }
  }
  return std::min(at, argv.size());
}

Entry classify(const std::vector<std::string>& argv, size_t* at) {
  const size_t first = wrapper_words(argv);
  if (at) *at = first;
  if (first >= argv.size()) return Entry::kNone;
  const std::string_view program = argv[first];
  const std::string_view name = base_name(program);
  const std::string_view stem = without_sh(name);
  const auto has_argument = [&](auto&& test) {
    return std::any_of(argv.begin() + static_cast<std::ptrdiff_t>(first) + 1, argv.end(), test);
  };

  if (program.ends_with("/etc/confluent/docker/run")) return Entry::kConfluentRun;
  if (program.ends_with("/etc/kafka/docker/run")) return Entry::kApacheRun;
  if (program.ends_with("/etc/confluent/docker/launch") || program.ends_with("/etc/kafka/docker/launch"))
    return Entry::kOtherBroker;
  const bool bitnami = program.starts_with("/opt/bitnami/scripts/kafka/");
  if ((bitnami && name == "entrypoint.sh") || program == "/entrypoint.sh" || program == "/app-entrypoint.sh") {
    // The entrypoint's own test: its arguments contain /run.sh.
    return has_argument([](const std::string& a) { return a.find("/run.sh") != std::string::npos; })
               ? Entry::kBitnamiRun
               : Entry::kNone;
  }
  if ((bitnami && name == "run.sh") || program == "/run.sh") return Entry::kBitnamiRunOnly;
  if (stem == "kafka-server-start") return Entry::kServerStart;
  if (stem == "start-kafka") return Entry::kWurstmeister;
  if (stem == "kafka_run") return Entry::kStrimzi;
  if (name == "redpanda") return Entry::kRedpanda;
  if (name == "rpk")
    return has_argument([](const std::string& a) { return a == "start"; }) ? Entry::kRedpanda : Entry::kNotBroker;
  if (name == "java" || stem == "kafka-run-class") {
    if (has_argument([](const std::string& a) { return a == "kafka.Kafka"; })) return Entry::kOtherBroker;
    return stem == "kafka-run-class" ? Entry::kNotBroker : Entry::kNone;
  }
  if (stem.starts_with("kafka-") || stem == "kafkacat" || stem == "kcat" || stem == "zkServer")
    return Entry::kNotBroker;
  if (std::find(kOtherServers.begin(), kOtherServers.end(), stem) != kOtherServers.end()) return Entry::kNotBroker;
  return Entry::kNone;
}

bool names_no_broker(std::string_view name) {
  char word[16];
  size_t length = 0;
  const auto known = [&] {
    const std::string_view view(word, length);
    if (view.starts_with("zookeeper") || view == "zk" || view == "zoo") return true;
    return std::binary_search(kNeighbours.begin(), kNeighbours.end(), view);
  };
  for (const char c : name) {
    const char l = lower(c);
    if ((l >= 'a' && l <= 'z') || (l >= '0' && l <= '9')) {
      if (length < sizeof word) word[length] = l;
      ++length;
    } else {
      if (length > 0 && length <= sizeof word && known()) return true;
      length = 0;
    }
  }
  return length > 0 && length <= sizeof word && known();
}

bool names_kafka(std::string_view name) {
  constexpr std::string_view kWord = "kafka";
  const auto same = [](char a, char b) { return lower(a) == b; };
  return std::search(name.begin(), name.end(), kWord.begin(), kWord.end(), same) != name.end();
}

}  // namespace brokergate

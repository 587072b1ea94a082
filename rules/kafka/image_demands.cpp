#include "rules/kafka/image_demands.h"

#include <algorithm>
#include <array>
#include <optional>

#include "rules/kafka/csv.h"
#include "rules/kafka/facts.h"
#include "rules/kafka/mounts.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/start_scripts.h"
#include "rules/kafka/variables.h"
#include "rules/kafka/wurstmeister.h"

namespace brokergate {
namespace {

enum class When : uint8_t {
  kSet,               // the variable is there
  kUnsetForBroker,    // it is missing, and the process is not a controller alone
  kSetForController,  // it is there, and the process is a controller alone
  kUnsetWithSsl,      // it is missing, and advertised listeners hold SSL:// anywhere
  kUnsetWithSasl,     // it is missing, and advertised listeners hold SASL_…://
  kNothingSecure,     // it is not yes, and neither listeners nor map hold SSL or SASL
  kNoKeystores,       // listeners or map hold SSL, and no volume can bring keystores
  kEqualPorts,        // two listeners have one port
  kAdvertisedOnly,    // advertised listeners without it and without KAFKA_ADVERTISED_HOST_NAME
  kNoAddress,         // nothing says where the broker is
  kFileReadOnly,      // the file that the script writes into is mounted and cannot be written
  kBreaksSed,         // its value holds @, the delimiter of the script's sed
};

struct Row {
  Entry entry;
  When when;
  std::string_view variable, property, words;
  KafkaVersion first = {0, 0};  // other than all only where the tag tells the version
  enum class Builds : uint8_t { kAll, kOld, kRefactored } builds = Builds::kAll;  // of bitnami, likewise
};

constexpr std::string_view kAdvertised = "KAFKA_ADVERTISED_LISTENERS";
constexpr std::string_view kOnController = "KAFKA_ADVERTISED_LISTENERS is not supported on a KRaft controller.";
constexpr Entry kCp = Entry::kConfluentRun;
constexpr Entry kAk = Entry::kApacheRun;
constexpr Entry kBn = Entry::kBitnamiRun;
constexpr Entry kWm = Entry::kWurstmeister;

// confluentinc/kafka-images kafka/include/etc/confluent/docker/configure, 2b0127d and 1cc8525;
// apache/kafka docker/resources/common-scripts/configure, 0703056;
// bitnami libkafka.sh kafka_validate, kafka_initialize (bitnami_builds.h for the generations);
// wurstmeister/kafka-docker start-kafka.sh, 901c084.
constexpr std::array<Row, 22> kRows = {{
    {kCp,
     When::kSet,
     "KAFKA_ADVERTISED_PORT",
     {},
     "advertised.port is deprecated. Please use KAFKA_ADVERTISED_LISTENERS instead."},
    {kCp,
     When::kSet,
     "KAFKA_ADVERTISED_HOST",
     {},
     "advertised.host is deprecated. Please use KAFKA_ADVERTISED_LISTENERS instead."},
    {kCp, When::kSet, "KAFKA_HOST", {}, "host is deprecated. Please use KAFKA_ADVERTISED_LISTENERS instead."},
    {kCp, When::kSet, "KAFKA_PORT", {}, "port is deprecated. Please use KAFKA_ADVERTISED_LISTENERS instead."},
    {kCp, When::kUnsetForBroker, kAdvertised, "advertised.listeners", "KAFKA_ADVERTISED_LISTENERS is required."},
    {kCp, When::kSetForController, kAdvertised, "advertised.listeners", kOnController},
    {kCp, When::kUnsetWithSsl, "KAFKA_SSL_KEYSTORE_FILENAME", {}, "KAFKA_SSL_KEYSTORE_FILENAME is required."},
    {kCp, When::kUnsetWithSsl, "KAFKA_SSL_KEY_CREDENTIALS", {}, "KAFKA_SSL_KEY_CREDENTIALS is required."},
    {kCp, When::kUnsetWithSsl, "KAFKA_SSL_KEYSTORE_CREDENTIALS", {}, "KAFKA_SSL_KEYSTORE_CREDENTIALS is required."},
    {kCp, When::kUnsetWithSasl, "KAFKA_OPTS", {}, "KAFKA_OPTS is required."},
    {kAk, When::kSetForController, kAdvertised, "advertised.listeners", kOnController},
    {kAk,
     When::kUnsetWithSsl,
     "KAFKA_SSL_KEYSTORE_FILENAME",
     {},
     "KAFKA_SSL_KEYSTORE_FILENAME environment variable not set"},
    {kAk,
     When::kUnsetWithSsl,
     "KAFKA_SSL_KEY_CREDENTIALS",
     {},
     "KAFKA_SSL_KEY_CREDENTIALS environment variable not set"},
    {kAk,
     When::kUnsetWithSsl,
     "KAFKA_SSL_KEYSTORE_CREDENTIALS",
     {},
     "KAFKA_SSL_KEYSTORE_CREDENTIALS environment variable not set"},
    {kAk, When::kUnsetWithSasl, "KAFKA_OPTS", {}, "KAFKA_OPTS environment variable not set"},
    {kBn,
     When::kNothingSecure,
     "ALLOW_PLAINTEXT_LISTENER",
     {},
     "The KAFKA_CFG_LISTENERS environment variable does not configure a secure listener. Set the environment variable "
     "ALLOW_PLAINTEXT_LISTENER=yes to allow the container to be started with a plaintext listener.",
     {0, 0},
     Row::Builds::kOld},
    {kBn,
     When::kNoKeystores,
     "KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP",
     "listener.security.protocol.map",
     "In order to configure the TLS encryption for Kafka with JKS certs you must mount your kafka.keystore.jks and "
     "kafka.truststore.jks certs",
     {2, 3},
     Row::Builds::kOld},
    {kBn,
     When::kEqualPorts,
     "KAFKA_CFG_LISTENERS",
     "listeners",
     "There are listeners bound to the same port",
     {0, 0},
     Row::Builds::kRefactored},
    {kBn,
     When::kFileReadOnly,
     "KAFKA_CFG_LISTENERS",
     "listeners",
     "/opt/bitnami/kafka/config/server.properties: Read-only file system",
     {0, 0},
     Row::Builds::kOld},
    {kWm, When::kAdvertisedOnly, "KAFKA_LISTENERS", "listeners",
     "ERROR: Missing environment variable KAFKA_LISTENERS. Must be specified when using KAFKA_ADVERTISED_LISTENERS"},
    {kWm, When::kNoAddress, "KAFKA_LISTENERS", "listeners",
     "ERROR: No listener or advertised hostname configuration provided in environment."},
    {kWm, When::kBreaksSed, kAdvertised, "advertised.listeners", "sed: -e expression #1, …: unknown option to `s'"},
}};

// A variable's text; nullopt when its value or its absence is not certain. Empty: not set.
class Variables {
 public:
  explicit Variables(const BrokerSet& set)
      : process_(set.facts->process), reader_(*set.object, process_, process_.entry == kCp) {}

  std::optional<std::string> text(std::string_view name) const {
    const Setting setting = reader_.read(name);
    if (setting.set) return has_unknown(setting.value) ? std::nullopt : std::optional(setting.value);
    const bool open = setting.by == Setting::By::kUnreadable || !process_.env.sources.empty();
    return open ? std::nullopt : std::optional(std::string());
  }
  bool is_set(std::string_view name) const {
    const auto value = text(name);
    return value && !value->empty();
  }
  bool is_unset(std::string_view name) const { return text(name) == ""; }
  Setting place(std::string_view name) const { return reader_.read(name); }

 private:
  const ProcessStart& process_;
  VariableReader reader_;
};

bool holds(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

class Script {
 public:
  explicit Script(const BrokerSet& set) : set_(set), variables_(set), advertised_(variables_.text(kAdvertised)) {}

  bool applies(const Row& row) const {
    switch (row.when) {
      case When::kSet:
        return variables_.is_set(row.variable);
      case When::kUnsetForBroker:
        return advertised_ == "" && roles() && *roles() != "controller";
      case When::kSetForController:
        return advertised_ && !advertised_->empty() && roles() == "controller";
      case When::kUnsetWithSsl:
        return holds(advertised_.value_or(""), "SSL://") && variables_.is_unset(row.variable);
      case When::kUnsetWithSasl:
        return advertises_sasl() && variables_.is_unset(row.variable);
      case When::kNothingSecure:
        return !allows_plaintext() && secures("SSL") == false && secures("SASL") == false;
      case When::kNoKeystores:
        return secures("SSL") == true && variables_.is_unset("KAFKA_TLS_TYPE") &&
               !may_be_mounted(set_.container, "/bitnami/kafka/config/certs") &&
               !may_be_mounted(set_.container, "/opt/bitnami/kafka/config/certs");
      case When::kEqualPorts:
        return equal_ports(row.variable);
      case When::kAdvertisedOnly:
        return variables_.is_unset(row.variable) && variables_.is_unset("KAFKA_ADVERTISED_HOST_NAME") &&
               variables_.is_set(kAdvertised);
      case When::kNoAddress:
        return variables_.is_unset(row.variable) && variables_.is_unset("KAFKA_ADVERTISED_HOST_NAME") &&
               variables_.is_unset(kAdvertised) && variables_.is_unset("HOSTNAME_COMMAND");
      case When::kFileReadOnly:
        return writes_in_vain();
      case When::kBreaksSed:
        return holds(variables_.text(row.variable).value_or(""), "@");
    }
    return false;
  }

  ImageRefusal refusal(const Row& row) const {
    ImageRefusal out{row.variable, row.property, std::string(row.words), {}, {}};
    Setting at = variables_.place(row.variable);
    if (at.set) {
      out.found = display(at.value);
      out.at = std::move(at);
    }
    return out;
  }

 private:
  std::optional<std::string> roles() const { return variables_.text("KAFKA_PROCESS_ROLES"); }

  bool advertises_sasl() const {
    const std::string text = advertised_.value_or("");
    const size_t sasl = text.find("SASL_");
    return sasl != text.npos && text.find("://", sasl) != text.npos;
  }

  bool allows_plaintext() const {
    const auto text = variables_.text("ALLOW_PLAINTEXT_LISTENER");
    if (!text) return true;
    const std::string word = csv::upper_case(*text);
    return word == "YES" || word == "TRUE" || word == "1";
  }

  // Listeners or map hold the text; nullopt when one of them is not known.
  std::optional<bool> secures(std::string_view part) const {
    bool found = false;
    for (const std::string_view name :
         {"KAFKA_CFG_LISTENERS", "KAFKA_LISTENERS", "KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP",
          "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP"}) {
      const auto text = variables_.text(name);
      if (!text) return std::nullopt;
      found = found || holds(*text, part);
    }
    return found;
  }

  // The file that the script writes lies on a volume that nobody can write.
  bool writes_in_vain() const {
    const std::string_view path = start_script(Mechanics::kBitnami, set_.image_tag).written_file;
    return !path.empty() && mounted_read_only(path, set_.pod_spec, set_.container);
  }

  bool equal_ports(std::string_view variable) const {
    const auto text = variables_.text(variable);
    if (!text || !variables_.is_unset("KAFKA_LISTENERS")) return false;
    const auto listeners = parse_listeners(*text);
    if (!listeners) return false;
    for (size_t i = 0; i < listeners->size(); ++i)
      for (size_t j = i + 1; j < listeners->size(); ++j)
        if ((*listeners)[i].port == (*listeners)[j].port) return true;
    return false;
  }

  const BrokerSet& set_;
  Variables variables_;
  std::optional<std::string> advertised_;
};

}  // namespace

std::vector<ImageRefusal> image_refusals(const BrokerSet& set) {
  std::vector<ImageRefusal> out;
  const ProcessStart& process = set.facts->process;
  const Settings& settings = set.facts->settings;
  if (!process.certain || !settings.doubt.empty() || settings.mechanics == Mechanics::kFile) return out;
  if (process.entry == kWm ? set.family != ImageFamily::kWurstmeister : settings.mechanics == Mechanics::kUnknown)
    return out;
  const std::string_view program = process.argv.empty() ? std::string_view() : std::string_view(process.argv[0].text);
  if (!replaced_start_scripts(process.entry, program, set.container).empty()) return out;
  if (process.entry == kWm && is_old_wurstmeister(set.image_tag)) return out;
  const auto version = kafka_version(set.family, set.image_tag);
  const BitnamiBuild build = bitnami_build(set.image_tag);
  const Script script(set);
  for (const Row& row : kRows) {
    if (row.entry != process.entry) continue;
    if (row.first > KafkaVersion{0, 0} && (!version || *version < row.first)) continue;
    if (row.builds != Row::Builds::kAll &&
        (build == BitnamiBuild::kUnknown ||
         (build == BitnamiBuild::kRefactored) != (row.builds == Row::Builds::kRefactored)))
      continue;
    if (script.applies(row)) out.push_back(script.refusal(row));
  }
  return out;
}

}  // namespace brokergate

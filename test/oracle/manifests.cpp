// Asks Kafka about the brokers of real manifests: manifests VERSION "COMMAND WORDS" FILE…,
// with COMMAND as oracle takes it. Of every broker whose settings are all known,
// startup::refusals and Kafka have to agree, and the rule listener-config with what
// startup::refusals says of the image's own version. Exit 1 when not.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "brokergate/engine.h"
#include "oracle/kafka_process.h"
#include "rules/kafka/facts.h"
#include "rules/kafka/startup/era.h"
#include "rules/kafka/startup_settings.h"
#include "unit/engine/fixture.h"

namespace {

using namespace brokergate;
using startup::Texts;

struct Tally {
  size_t brokers = 0, unknown = 0, accepted = 0, refused = 0, rule = 0, differ = 0;
};

class Manifest {
 public:
  Manifest(const std::string& path, KafkaVersion version, oracle::KafkaProcess& kafka, Tally& tally)
      : path_(path), fixture_(test::load_fixture(path)), version_(version), kafka_(kafka), tally_(tally) {}

  void check() {
    const auto model = build_model(fixture_.bundle, fixture_.policy);
    const Evaluation evaluation = fixture_.run(fixture_.bundle);
    for (const BrokerSet& set : model->sets) {
      for (int64_t i = 0; i < set.replicas && i < 5; ++i) check(set, set.first_ordinal + i, evaluation.verdict);
    }
  }

 private:
  void check(const BrokerSet& set, int64_t ordinal, const Verdict& verdict) {
    ++tally_.brokers;
    const StartupSettings settings = startup_settings(*settings_for(set, ordinal));
    const bool denied = is_denied(verdict, *set.object, ordinal);
    if (!settings.unknown.empty()) {
      ++tally_.unknown;
      return;
    }
    const auto answer = kafka_.ask(with_addresses(settings.texts));
    (answer.accepted ? tally_.accepted : tally_.refused)++;
    if (startup::refusals(settings.texts, version_).empty() != answer.accepted)
      differ(set, ordinal, answer, "refusals()");
    const auto own = kafka_version(set.family, set.image_tag);
    if (!own || set.managed_by_operator) return;
    ++tally_.rule;
    const bool refused = !startup::refusals(settings.texts, *own).empty();
    if (denied ? !refused : refused && !told_elsewhere(verdict, *set.object))
      differ(set, ordinal, answer, "the rule listener-config");
    if (startup::Era(*own) == startup::Era(version_) && refused == answer.accepted)
      differ(set, ordinal, answer, "the rule listener-config");
  }

  // A run-time part stands for an address.
  static Texts with_addresses(Texts texts) {
    for (auto& [name, value] : texts) {
      for (const std::string part :
           {"<podIP>", "<podIPs>", "<hostIP>", "<hostIPs>", "<nodeName>", "<podUID>", "<namespace>"})
        for (size_t at = 0; (at = value.find(part)) != std::string::npos;) value.replace(at, part.size(), "10.1.2.3");
    }
    return texts;
  }

  // What listener-config leaves to rules that say more about the same fault.
  static bool told_elsewhere(const Verdict& verdict, const Object& object) {
    for (const Finding& finding : verdict.findings) {
      if (finding.object->name != object.name || finding.object->ns != object.ns) continue;
      if (finding.severity == Severity::kDeny &&
          (finding.rule == "broker-id" || finding.rule == "env-order" || finding.rule == "advertised-address"))
        return true;
    }
    return false;
  }

  static bool is_denied(const Verdict& verdict, const Object& object, int64_t ordinal) {
    for (const Finding& finding : verdict.findings) {
      if (finding.rule != "listener-config" || finding.object->name != object.name || finding.object->ns != object.ns)
        continue;
      for (const int64_t one : finding.ordinals)
        if (one == ordinal) return true;
    }
    return false;
  }

  void differ(const BrokerSet& set, int64_t ordinal, const oracle::KafkaProcess::Answer& answer, const char* who) {
    ++tally_.differ;
    std::printf("  %s, %s: %s does not agree with Kafka, which says: %s\n", path_.c_str(),
                set.pod_name(ordinal).c_str(), who, answer.accepted ? "accepted" : answer.message.c_str());
  }

  std::string path_;
  test::Fixture fixture_;
  KafkaVersion version_;
  oracle::KafkaProcess& kafka_;
  Tally& tally_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto version = argc > 3 ? kafka_version(ImageFamily::kApache, argv[1]) : std::nullopt;
  if (!version) {
    std::fprintf(stderr, "usage: manifests VERSION \"COMMAND WORDS\" FILE...\n");
    return 2;
  }
  std::vector<std::string> command;
  std::istringstream words(argv[2]);
  for (std::string word; words >> word;) command.push_back(word);
  oracle::KafkaProcess kafka(command);
  Tally tally;
  for (int i = 3; i < argc; ++i) {
    const std::string path = argv[i];
    if (path.ends_with(".old.yaml")) continue;
    Manifest(path, *version, kafka, tally).check();
  }
  std::printf("%-8s %8zu %9zu %9zu %9zu %11zu %11zu\n", argv[1], tally.brokers, tally.accepted, tally.refused,
              tally.differ, tally.rule, tally.unknown);
  return tally.differ == 0 && tally.accepted > 0 && tally.refused > 0 && tally.rule > 0 ? 0 : 1;
}

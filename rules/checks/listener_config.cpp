#include <algorithm>
#include <optional>

#include "rules/env_faults.h"
#include "rules/facts.h"
#include "rules/kafka/facts.h"
#include "rules/kafka/image_demands.h"
#include "rules/kafka/startup/era.h"
#include "rules/kafka/startup/versions.h"
#include "rules/kafka/startup_settings.h"
#include "rules/kafka/variables.h"
#include "rules/ordinal_list.h"
#include "rules/registry.h"
#include "rules/text.h"

namespace brokergate::checks {
namespace {

using startup::Refusal;

// The versions that the image may hold.
struct Versions {
  std::vector<KafkaVersion> asked;
  bool known = false;
};

std::optional<KafkaVersion> version_of(std::string_view text) { return kafka_version(ImageFamily::kApache, text); }

// Without a version all of one kind are asked: KRaft, which is for use since 3.3, or
// ZooKeeper, which has gone with 4.0 and so with tags that move.
Versions versions_of(const BrokerSet& set, const StartupSettings& settings, const Policy& policy) {
  if (const auto version = kafka_version(set.family, set.image_tag)) return {{*version}, true};
  if (const auto version = version_of(policy.kafka_version)) return {{*version}, true};
  const bool unsure = settings.unknown.find("process.roles") != settings.unknown.end();
  const bool kraft = settings.texts.find("process.roles") != settings.texts.end();
  const bool pinned = set.container["image"].str().find('@') != std::string_view::npos;
  const bool moving = !pinned && (set.image_tag.empty() || set.image_tag == "latest");
  Versions out;
  for (const KafkaVersion version : startup::releases()) {
    if (kraft && version < KafkaVersion{3, 3}) continue;
    if (!kraft && !unsure && !moving && version >= KafkaVersion{4, 0}) continue;
    out.asked.push_back(version);
  }
  return out;
}

// One fault, and which brokers and versions have it.
struct Fault {
  int64_t first = 0;
  Refusal refusal;
  std::string kind;  // the words without what differs from broker to broker
  const Setting* setting = nullptr;
  std::shared_ptr<const Settings> owner;  // keeps `setting`
  std::vector<int64_t> others;
  std::vector<bool> refused;  // by version asked
};

// The words with every mention of the values taken out: equal for all brokers of a set.
std::string kind_of(const Refusal& refusal, const StartupSettings& settings) {
  std::string kind = refusal.property + ": " + refusal.message;
  const auto drop = [&](const std::string& text) {
    if (text.empty()) return;
    for (size_t at = 0; (at = kind.find(text, at)) != std::string::npos; ++at) kind.replace(at, text.size(), "\x01");
  };
  for (const char* property : {"listeners", "advertised.listeners", "broker.id", "node.id"}) {
    const auto found = settings.texts.find(property);
    if (found != settings.texts.end()) drop(found->second);
  }
  drop(refusal.value);
  return kind;
}

class Judge {
 public:
  Judge(const SetFacts& facts, const Policy& policy) : set_(*facts.set), policy_(policy) {}

  std::vector<Fault> run() {
    const int64_t brokers = std::min(set_.replicas, SetFacts::kMostBrokers);
    for (int64_t i = 0; i < brokers && left_ > 0; ++i) judge(set_.first_ordinal + i);
    return std::move(faults_);
  }
  const Versions& versions() const { return versions_; }

 private:
  // All that is asked, with the pod's name, and the id where no voters are compared with it,
  // left open.
  static std::string alike_text(const StartupSettings& input, const std::string& pod) {
    std::string out;
    const bool kraft = input.texts.find("process.roles") != input.texts.end();
    for (const auto& [name, value] : input.texts) {
      out += name;
      out += '=';
      const bool id = !kraft && name == "broker.id" && value.size() < 4 &&
                      value.find_first_not_of("0123456789") == std::string::npos;
      size_t at = id ? value.size() : 0;
      for (size_t found = value.find(pod, at); found != std::string::npos && at < value.size();
           found = value.find(pod, at)) {
        out.append(value, at, found - at);
        out += '\x01';
        at = found + pod.size();
      }
      out.append(value, at, value.size() - at);
      out += '\n';
    }
    for (const auto& name : input.unknown) out += name + "\n";
    return out;
  }

  void judge(int64_t ordinal) {
    const auto settings = settings_for(set_, ordinal);
    const StartupSettings input = startup_settings(*settings);
    if (ordinal == set_.first_ordinal) versions_ = versions_of(set_, input, policy_);
    // Kafka would say the same of a broker that differs from the first in its name only.
    std::string alike = alike_text(input, set_.pod_name(ordinal));
    if (ordinal != set_.first_ordinal && faults_.empty() && alike == first_) return;
    if (ordinal == set_.first_ordinal) first_ = std::move(alike);
    std::vector<Refusal> refusals;
    std::optional<startup::Era> era;
    for (const auto& [name, value] : input.texts) left_ -= static_cast<int64_t>(value.size() * versions_.asked.size());
    for (size_t i = 0; i < versions_.asked.size(); ++i) {
      const startup::Era next(versions_.asked[i]);
      if (!era || !(*era == next)) refusals = startup::refusals(input.texts, versions_.asked[i], input.unknown);
      era = next;
      for (const Refusal& refusal : refusals) note(ordinal, i, refusal, input, settings);
    }
  }

  void note(int64_t ordinal, size_t version, const Refusal& refusal, const StartupSettings& input,
            const std::shared_ptr<const Settings>& settings) {
    std::string kind = kind_of(refusal, input);
    auto fault = std::find_if(faults_.begin(), faults_.end(), [&](const Fault& one) { return one.kind == kind; });
    if (fault == faults_.end()) {
      faults_.push_back({ordinal,
                         refusal,
                         std::move(kind),
                         setting_of(*settings, refusal.property),
                         settings,
                         {},
                         std::vector<bool>(versions_.asked.size())});
      fault = faults_.end() - 1;
    } else if (ordinal != fault->first && (fault->others.empty() || fault->others.back() != ordinal)) {
      fault->others.push_back(ordinal);
    }
    fault->refused[version] = true;
  }

  const BrokerSet& set_;
  const Policy& policy_;
  Versions versions_;
  std::string first_;
  std::vector<Fault> faults_;
  // Characters that are judged of one set: those of a hundred usual brokers whose version
  // is not known are a quarter of it. Of a set with more the first brokers are judged.
  int64_t left_ = 8 << 20;
};

struct Remedy {
  std::string_view words;  // in Kafka's message
  std::string_view text;
};
// The first that fits; else the rule's own.
constexpr Remedy kRemedies[] = {
    {"No security protocol defined",
     "Add the listener to listener.security.protocol.map: a map that is set replaces Kafka's own, so that every name "
     "in "
     "use has to be in it."},
    {"Missing required configuration `node.id`", "Set node.id (or broker.id) to the pod's ordinal."},
    {"node.id", "Set node.id to the pod's ordinal, and list it in controller.quorum.voters where the node is a voter."},
    {"process.roles", "Set process.roles and what KRaft needs beside it, or use an image with Kafka before 4.0."},
    {"must be a listener name defined in advertised.listeners",
     "Advertise that listener, or name one that is advertised."},
    {"must be equal to or a subset of",
     "Bind every advertised listener in listeners under the same name, or take it out of advertised.listeners."},
    {"must have a different port", "Give every entry of listeners a port of its own."},
    {"must have a different name", "Name every listener once."},
    {"Unable to parse",
     "Write NAME://host:port. Only letters, digits and -._%: may be in the host; nothing is expanded."},
    {"must not contain KRaft controller listeners", "Take the controllers' listener out of advertised.listeners."},
    {"Only one of inter.broker.listener.name", "Remove security.inter.broker.protocol."},
};

void tell(const SetFacts& facts, const Versions& versions, const Fault& fault, Report& report) {
  const BrokerSet& set = *facts.set;
  const std::string rest = also_text(fault.first, fault.others);
  const bool all = std::all_of(fault.refused.begin(), fault.refused.end(), [](bool one) { return one; });
  const std::string which = versions.known ? cat("Kafka ", startup::to_string(versions.asked.front()))
                            : all          ? std::string("every Kafka")
                                           : cat("Kafka ", startup::span_text(versions.asked, fault.refused));
  const Place place = fault.setting ? place_of(*set.object, *fault.setting) : Place{};
  const bool placed = place.object == set.object && place.node;
  const std::string found = fault.refusal.value.empty() ? cat(fault.refusal.property, " is not set")
                                                        : cat("found ", shown(fault.refusal.value));
  Finding& finding =
      report.add(*set.object, placed ? place.node : set.container,
                 cat("broker ", fault.first, rest, " does not start: ", which, " refuses ", fault.refusal.property,
                     " with \"", shown(fault.refusal.message, 400), "\", ", found));
  for (const Remedy& remedy : kRemedies) {
    if (fault.refusal.message.find(remedy.words) == std::string::npos) continue;
    finding.remediation = remedy.text;
    break;
  }
  // Set where this image does not look.
  const Settings& own = *settings_for(set, fault.first);
  if (const Setting* setting = setting_of(own, fault.refusal.property); setting && !setting->shadowed.empty())
    finding.remediation +=
        cat(" ", setting->shadowed.front().what, " is not read: ",
            own.mechanics == Mechanics::kFile ? "the properties file decides" : "another place decides", ".");
  finding.ordinals.push_back(fault.first);
  for (const int64_t ordinal : fault.others) finding.ordinals.push_back(ordinal);
  if (!versions.known && !all)
    Report::weaken(finding, "which Kafka the image holds is not known; spec.kafkaVersion of the policy tells it");
}

// The image's script ends before Kafka starts.
void tell(const BrokerSet& set, const ImageRefusal& refusal, Report& report) {
  const Place place = place_of(*set.object, refusal.at);
  const bool placed = place.object == set.object && place.node;
  report.add(*set.object, placed ? place.node : set.container,
             cat("the brokers do not start: the image's start script says \"", refusal.words, "\", ",
                 refusal.found.empty() ? cat(refusal.variable, " is not set")
                                       : cat("found ", refusal.variable, "=", shown(refusal.found))));
}

// A list that is too long to be read: what it holds is not judged, but no broker needs it.
void tell_long_lists(const BrokerSet& set, Report& report) {
  std::vector<std::string> told;
  for (int64_t i = 0; i < std::min(set.replicas, SetFacts::kMostBrokers); ++i) {
    const auto settings = settings_for(set, set.first_ordinal + i);
    if (!settings->doubt.empty()) continue;
    for (size_t at = 0; at < kKeys; ++at) {
      const Setting& setting = settings->of[at];
      if (setting.too_many == 0) continue;
      const Key key = static_cast<Key>(at);
      const std::string name(property_name(key));
      if (std::find(told.begin(), told.end(), name) != told.end()) continue;
      told.push_back(name);
      const Place place = place_of(*set.object, setting);
      const bool listeners = key == Key::kAdvertised || key == Key::kListeners;
      Finding& finding = report.add(*set.object, place.object == set.object && place.node ? place.node : set.container,
                                    cat(name, " of broker ", set.first_ordinal + i, " has ", setting.too_many,
                                        listeners ? " listeners" : " entries", ", brokergate reads ", kMostEntries,
                                        " at most, and no broker has as many"));
      finding.remediation = "Leave in the list what the brokers need.";
    }
  }
}

// Faults with a rule of their own, which says more: one finding for one fault.
class ToldElsewhere {
 public:
  explicit ToldElsewhere(const SetFacts& facts) : facts_(facts) {}

  bool operator()(const Fault& fault) {
    const std::string& found = fault.refusal.value;
    const std::string& property = fault.refusal.property;
    if (property == "broker.id" || property == "node.id")
      return fault.refusal.message.find("Not a number of type INT") != std::string::npos;  // broker-id
    if (fault.refusal.message.find("nonroutable meta-address") != std::string::npos)       // advertised-address
      return std::any_of(facts_.brokers.begin(), facts_.brokers.end(),
                         [](const OneBroker& one) { return one.external && one.external->host == "0.0.0.0"; });
    if (!fault.setting || fault.setting->object || found.find_first_of("$`") == std::string::npos) return false;
    if (!asked_) env_ = env_faults(*facts_.set);  // env-order
    asked_ = true;
    return std::any_of(env_.begin(), env_.end(), [&](const EnvFault& one) { return one.at == fault.setting->node; });
  }

 private:
  const SetFacts& facts_;
  std::vector<EnvFault> env_;
  bool asked_ = false;
};

void check(const Context& context, Report& report) {
  for (const SetFacts& facts : context.facts.sets) {
    if (facts.set->managed_by_operator || facts.set->form_id == "operator-owned") continue;
    const auto by_image = image_refusals(*facts.set);
    for (const ImageRefusal& refusal : by_image) tell(*facts.set, refusal, report);
    tell_long_lists(*facts.set, report);
    Judge judge(facts, context.policy);
    ToldElsewhere elsewhere(facts);
    for (const Fault& fault : judge.run()) {
      const bool said = std::any_of(by_image.begin(), by_image.end(), [&](const ImageRefusal& refusal) {
        return refusal.property == fault.refusal.property;
      });
      if (!said && !elsewhere(fault)) tell(facts, judge.versions(), fault, report);
    }
  }
}

}  // namespace

constinit const Rule listener_config = {
    {.id = "listener-config",
     .severity = Severity::kDeny,
     .title = "Kafka starts with the listeners it is given",
     .why =
         "Kafka checks its listeners, their names, the protocol map, roles and ids before anything else, and ends when "
         "they do not fit together: the pod restarts for ever. What it refuses depends on its version (KafkaConfig); "
         "the words of the finding are Kafka's own. Before Kafka the image's start script may refuse, in its own "
         "words.",
     .remediation = "Change the setting that the message names, or what it is compared with: every advertised listener "
                    "has to be in listeners and, once listener.security.protocol.map is set, in the map.",
     .docs = "https://kafka.apache.org/41/configuration/broker-configs/#brokerconfigs_listeners",
     .example = "env:\n- name: KAFKA_LISTENERS\n  value: PLAINTEXT://:9092,EXTERNAL://:9094\n"
                "- name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP\n  value: EXTERNAL:PLAINTEXT   # PLAINTEXT is lost\n",
     .example_is_wrong = true},
    check};

}  // namespace brokergate::checks

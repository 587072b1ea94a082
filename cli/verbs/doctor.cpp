#include <chrono>
#include <ctime>

#include "cli/output/json_tools.h"
#include "cli/verbs/cluster_access.h"
#include "cli/verbs/verbs.h"
#include "webhook/doctor/doctor.h"
#include "webhook/doctor/gather.h"
#include "webhook/review_codec.h"

namespace brokergate::cli {
namespace {

namespace doc = webhook::doctor;

constexpr size_t kLongestError = 4000;
constexpr std::chrono::seconds kWhole{60};  // all that is asked

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= 253 &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") == std::string::npos;
}

size_t count(const doc::Symptoms& found, doc::Level level) {
  size_t out = 0;
  for (const doc::Symptom& next : found.all()) out += next.level == level ? 1 : 0;
  return out;
}

std::string painted(doc::Level level, const Paint& paint) {
  const std::string word = std::string(to_string(level)) + ":";
  return level == doc::Level::kOk     ? paint.good(word)
         : level == doc::Level::kFail ? paint.bad(word)
         : level == doc::Level::kWarn ? paint.warning(word)
                                      : paint.info(word);
}

std::string text_of(const doc::Facts& facts, const doc::Symptoms& found, const Paint& paint) {
  std::string out;
  for (const doc::Symptom& next : found.all()) {
    out += painted(next.level, paint) + " " + next.where + ": " + next.what;
    if (!next.remedy.empty()) out += "; " + next.remedy;
    out += paint.faint(" [" + std::string(next.id) + "]") + "\n";
  }
  out += webhook::one_line(facts.name + (facts.ns.empty() ? "" : " in namespace " + facts.ns), kLongestError) + ":";
  for (const doc::Level level : {doc::Level::kOk, doc::Level::kFail, doc::Level::kWarn, doc::Level::kUnknown}) {
    out += (level == doc::Level::kOk ? " " : ", ") + std::to_string(count(found, level)) + " " +
           std::string(to_string(level));
  }
  return out + "\n";
}

std::string json_of(const doc::Facts& facts, const doc::Symptoms& found) {
  Json out;
  out["name"] = facts.name;
  out["namespace"] = facts.ns;
  out["findings"] = Json::array();
  for (const doc::Symptom& next : found.all()) {
    out["findings"].push_back({{"id", next.id},
                               {"level", to_string(next.level)},
                               {"where", next.where},
                               {"what", next.what},
                               {"remedy", next.remedy}});
  }
  return dump(out);
}

// What keeps it from looking; where JSON is wanted, there as well.
int could_not_look(const DoctorOptions& options, const std::string& why, Console& console) {
  console.error(why);
  if (options.format == "json") {
    console.out(dump({{"error", why}}));
  }
  return kCouldNotRun;
}

int code_of(const DoctorOptions& options, const doc::Symptoms& found) {
  if (count(found, doc::Level::kFail) > 0) return kDenied;
  if (options.fail_on_warn && count(found, doc::Level::kWarn) > 0) return kNotAccepted;
  if (options.fail_on_unknown && count(found, doc::Level::kUnknown) > 0) return kNotAccepted;
  return kClean;
}

}  // namespace

int doctor(const DoctorOptions& options, Console& console) {
  doc::Wishes wishes;
  wishes.release = options.release;
  wishes.ns = options.name_space;
  wishes.probe_namespace = options.probe_namespace;
  wishes.probe = !options.no_probe;
  wishes.within_days = options.within_days;
  wishes.now = static_cast<int64_t>(std::time(nullptr));
  for (const std::string& without : options.without) {
    (without == "mutating" ? wishes.without_mutating : wishes.without_validating) = true;
  }
  for (const auto& [option, text] : {std::pair{"--release", &wishes.release}, std::pair{"--namespace", &wishes.ns},
                                     std::pair{"--probe-namespace", &wishes.probe_namespace}}) {
    if (text->empty() || is_name(*text)) continue;
    return could_not_look(options, std::string(option) + " \"" + *text + "\" is not a name that there can be", console);
  }
  auto found = cluster_access(options.cluster);
  if (!found) return could_not_look(options, found.error(), console);
  wishes.dial_service = found->in_cluster;
  certs::Cluster cluster(std::move(found->access));
  cluster.end_at(certs::Cluster::Clock::now() + kWhole);
  const auto facts = doc::gather(cluster, wishes);
  if (!facts) return could_not_look(options, webhook::one_line(facts.error(), kLongestError), console);
  const doc::Symptoms symptoms = doc::examine(*facts);
  const std::string out =
      options.format == "json" ? json_of(*facts, symptoms) : text_of(*facts, symptoms, console.out_paint());
  return console.out(out) ? code_of(options, symptoms) : kCouldNotRun;
}

}  // namespace brokergate::cli

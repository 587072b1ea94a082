#include <chrono>
#include <cstdlib>
#include <ctime>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "cli/verbs/read_file.h"
#include "cli/verbs/verbs.h"
#include "webhook/doctor/doctor.h"
#include "webhook/doctor/gather.h"
#include "webhook/review_codec.h"

namespace brokergate::cli {
namespace {

namespace doc = webhook::doctor;
using Text = tl::expected<std::string, std::string>;

constexpr const char* kPodFolder = "/var/run/secrets/kubernetes.io/serviceaccount";
constexpr size_t kLargestToken = size_t{64} << 10;
constexpr size_t kLongestError = 4000;
constexpr std::chrono::seconds kWhole{60};  // all that is asked

struct Found {
  certs::Access access;
  bool in_cluster = false;
};

// As kubectl looks for it: KUBECONFIG's first file, else the one in the home directory.
std::string usual_kubeconfig() {
  const char* named = std::getenv("KUBECONFIG");
  if (named && *named) {
    const std::string all = named;
    return all.substr(0, all.find(':'));
  }
  const char* home = std::getenv("HOME");
  std::error_code failure;
  const std::string file = home && *home ? std::string(home) + "/.kube/config" : "";
  return !file.empty() && std::filesystem::exists(file, failure) ? file : "";
}

Text token_of(const DoctorOptions& options) {
  if (options.token_file.empty()) return std::string();
  auto text = read_file(options.token_file, kLargestToken);
  if (!text) return tl::unexpected("--token-file " + options.token_file + ": " + text.error());
  while (!text->empty() && std::string_view("\r\n ").find(text->back()) != std::string_view::npos) text->pop_back();
  if (text->empty() || text->find_first_of("\r\n") != std::string::npos) {
    return tl::unexpected("--token-file " + options.token_file + ": holds no token");
  }
  return std::move(*text);
}

tl::expected<Found, std::string> access_of(const DoctorOptions& options) {
  const auto token = token_of(options);
  if (!token) return tl::unexpected(token.error());
  const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
  const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
  std::string file = options.cluster.kubeconfig;
  if (file.empty() && host && port) {
    auto access = certs::pod_access(kPodFolder, host, port);
    if (!access) return tl::unexpected(access.error());
    return Found{std::move(*access), true};
  }
  if (file.empty()) file = usual_kubeconfig();
  if (file.empty()) {
    return tl::unexpected(std::string("this is no pod of a cluster, and there is no kubeconfig; give --kubeconfig"));
  }
  auto access = certs::kubeconfig_access(file, options.context, *token);
  if (access) return Found{std::move(*access), false};
  // Managed clusters' kubeconfigs run a program for each token.
  const bool exec = access.error().find("exec is not supported") != std::string::npos;
  return tl::unexpected(access.error() +
                        (exec ? " (give one with --token-file, as `gcloud auth print-access-token` or `kubectl create "
                                "token` prints it)"
                              : ""));
}

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
  nlohmann::ordered_json out;
  out["name"] = facts.name;
  out["namespace"] = facts.ns;
  out["findings"] = nlohmann::ordered_json::array();
  for (const doc::Symptom& next : found.all()) {
    out["findings"].push_back({{"id", next.id},
                               {"level", to_string(next.level)},
                               {"where", next.where},
                               {"what", next.what},
                               {"remedy", next.remedy}});
  }
  return out.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
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
    console.error(std::string(option) + " \"" + *text + "\" is not a name that there can be");
    return kCouldNotRun;
  }
  auto found = access_of(options);
  if (!found) {
    console.error(found.error());
    return kCouldNotRun;
  }
  wishes.dial_service = found->in_cluster;
  certs::Cluster cluster(std::move(found->access));
  cluster.end_at(certs::Cluster::Clock::now() + kWhole);
  const auto facts = doc::gather(cluster, wishes);
  if (!facts) {
    console.error(webhook::one_line(facts.error(), kLongestError));
    return kCouldNotRun;
  }
  const doc::Symptoms symptoms = doc::examine(*facts);
  const std::string out =
      options.format == "json" ? json_of(*facts, symptoms) : text_of(*facts, symptoms, console.out_paint());
  return console.out(out) ? code_of(options, symptoms) : kCouldNotRun;
}

}  // namespace brokergate::cli

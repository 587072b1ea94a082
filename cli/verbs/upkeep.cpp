#include "cli/verbs/upkeep.h"

#include <sys/stat.h>

#include <chrono>
#include <exception>
#include <memory>
#include <utility>

#include "certs/pair.h"
#include "cli/verbs/policy_source.h"
#include "webhook/self_check.h"

namespace brokergate::cli {
namespace {

constexpr std::chrono::milliseconds kInterval{500};

}  // namespace

Watched::Watched(std::vector<std::string> files) : files_(std::move(files)), read_(state()), seen_(read_) {}

std::string Watched::state() const {
  std::string out;
  for (const std::string& file : files_) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) {
      out += "none;";
      continue;
    }
    for (const auto number : {static_cast<int64_t>(found.st_dev), static_cast<int64_t>(found.st_ino),
                              static_cast<int64_t>(found.st_mtim.tv_sec), static_cast<int64_t>(found.st_mtim.tv_nsec),
                              static_cast<int64_t>(found.st_size)}) {
      out += std::to_string(number) + ';';
    }
  }
  return out;
}

bool Watched::changed() {
  std::string now = state();
  const bool settled = now == seen_;
  seen_ = std::move(now);
  if (!settled || seen_ == read_) return false;
  read_ = seen_;
  return true;
}

tl::expected<std::optional<certs::Clients>, std::string> read_clients(const ServeOptions& options) {
  if (options.client_ca.empty()) return std::optional<certs::Clients>();
  auto loaded = certs::load_clients(options.client_ca, options.client_names);
  if (!loaded) return tl::unexpected(loaded.error());
  return std::optional<certs::Clients>(std::move(*loaded));
}

void tell_policy(std::string_view event, const Policy& policy, webhook::Log& log) {
  log.event(event, policy_told(policy));
  if (policy.domain.empty()) {
    log.problem("no domain in the policy: listeners are not injected", "spec.domain of the policy, or --domain");
  }
}

Upkeep::Upkeep(const ServeOptions& options, Watched pair, Watched policy, webhook::Server& server,
               webhook::ClusterWatch* cluster, webhook::Log& log, webhook::Metrics& metrics)
    : options_(options),
      server_(server),
      cluster_(cluster),
      log_(log),
      metrics_(metrics),
      pair_(std::move(pair)),
      policy_(std::move(policy)),
      thread_([this] { run(); }) {}

Upkeep::~Upkeep() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Upkeep::read_now() {
  {
    const std::lock_guard lock(mutex_);
    asked_ = true;
  }
  wake_.notify_one();
}

void Upkeep::run() {
  while (true) {
    try {
      look();
    } catch (const std::exception&) {
      // No memory at the moment: what is in use stays in use, and what is due stays due.
    }
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, kInterval, [this] { return ending_ || asked_; });
    if (ending_) return;
    if (std::exchange(asked_, false)) pair_due_ = policy_due_ = true;
  }
}

void Upkeep::look() {
  pair_due_ = pair_.changed() || pair_due_;
  if (pair_due_) read_certificate();
  pair_due_ = false;
  policy_due_ = !policy_.empty() && (policy_.changed() || policy_due_);
  if (policy_due_) read_policy();
  policy_due_ = false;
  const char* wrong = webhook::dial_self(server_.reviews(), server_.self());
  if (cluster_) {
    const webhook::cluster::State view = cluster_->state();
    if (!wrong && !view.synced) wrong = "the cluster view is not read yet";
    if (view.synced) tell_view(view.doubt);
  }
  server_.set_ready(wrong == nullptr, wrong ? wrong : "");
}

void Upkeep::tell_view(const std::string& doubt) {
  if (doubt.empty() != view_doubted_) return;
  view_doubted_ = !doubt.empty();
  if (view_doubted_) return log_.problem("the cluster view is in doubt", doubt);
  log_.event("the cluster view may be relied on again");
}

void Upkeep::read_certificate() {
  const auto pair = certs::load_pair(options_.cert, options_.key);
  const auto clients = read_clients(options_);
  std::string wrong = !pair ? pair.error() : !clients ? clients.error() : std::string();
  if (pair && clients) {
    const auto replaced = server_.replace(*pair, *clients ? &**clients : nullptr);
    if (!replaced) wrong = replaced.error();
  }
  metrics_.reload(webhook::Reloaded::kCertificate, wrong.empty());
  if (!wrong.empty()) return log_.problem("certificate rejected, the one before stays in use", wrong);
  metrics_.certificate_expires(certs::expires(*pair));
  for (const std::string& warning : pair->warnings) log_.problem("certificate", warning);
  log_.event("certificate loaded", certs::told(*pair));
}

void Upkeep::read_policy() {
  auto policy = choose_policy(options_.policy, {"-"}, -1, Paint());
  metrics_.reload(webhook::Reloaded::kPolicy, policy.has_value());
  if (!policy) return log_.problem("policy rejected, the one before stays in use", policy.error());
  tell_policy("policy loaded", *policy, log_);
  const auto read = std::make_shared<const Policy>(std::move(*policy));
  server_.replace(read);
  if (cluster_) cluster_->replace(read);
}

}  // namespace brokergate::cli

#include <sys/prctl.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include "certs/clients.h"
#include "cli/verbs/cluster_access.h"
#include "cli/verbs/policy_source.h"
#include "cli/verbs/upkeep.h"
#include "cli/verbs/verbs.h"
#include "webhook/cluster_watch.h"
#include "webhook/log.h"
#include "webhook/server.h"

namespace brokergate::cli {
namespace {

tl::expected<webhook::ServerOptions, std::string> server_options(const ServeOptions& options) {
  webhook::ServerOptions out;
  const auto reviews = webhook::net::parse_address("--listen", options.listen);
  if (!reviews) return tl::unexpected(reviews.error());
  out.reviews = *reviews;
  if (!options.operations.empty()) {
    const auto operations = webhook::net::parse_address("--operations", options.operations);
    if (!operations) return tl::unexpected(operations.error());
    out.operations = *operations;
  }
  out.limits.connections = options.connections;
  out.limits.connections_per_peer = options.connections_per_peer;
  return out;
}

// The policy's file, when it is one that can be read again.
std::vector<std::string> followed(const PolicyOptions& options) {
  const auto file = policy_file(options, {"-"}, Paint());
  if (!file || file->empty() || *file == "-") return {};
  return {*file};
}

// Waits for the signals that all threads block; stops the server on the first that says so.
class Signals {
 public:
  // Before any other thread is made: all of them inherit the mask.
  Signals() {
    sigemptyset(&set_);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set_, signal);
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
  }

  void follow(webhook::Server& server, Upkeep& upkeep, webhook::Log& log, std::chrono::milliseconds stay) {
    waiter_ = std::thread([&, stay] {
      while (true) {
        int signal = 0;
        sigwait(&set_, &signal);
        if (ended_) return;
        if (signal == SIGHUP) {
          upkeep.read_now();
          continue;
        }
        // A person at a terminal, or somebody who asks twice, does not wait.
        const bool again = stopper_.joinable();
        if (!again) log.event("stopping");
        const auto left = signal == SIGINT || again ? std::chrono::milliseconds(0) : stay;
        if (again) {
          server.stop(left);
        } else {
          stopper_ = std::thread([&server, left] { server.stop(left); });
        }
      }
    });
  }

  // The server has ended, for whichever reason.
  void end() {
    ended_ = true;
    pthread_kill(waiter_.native_handle(), SIGTERM);
    waiter_.join();
    if (stopper_.joinable()) stopper_.join();
  }

 private:
  sigset_t set_{};
  std::atomic<bool> ended_ = false;
  std::thread waiter_, stopper_;
};

// Null without --cluster-view.
tl::expected<std::unique_ptr<webhook::ClusterWatch>, std::string> cluster_watch(const ServeOptions& options,
                                                                                const webhook::PolicyPtr& policy,
                                                                                webhook::Log& log) {
  const bool reached = !options.cluster.kubeconfig.empty() || !options.cluster.context.empty();
  if (!options.cluster_view && reached) return tl::unexpected(std::string("--kubeconfig is for --cluster-view"));
  if (!options.cluster_view) return nullptr;
  // All of it is read again for each connection, the token for each request: whoever renews them writes their files
  // anew.
  const auto read = [wanted = options.cluster]() -> tl::expected<certs::Access, std::string> {
    auto found = cluster_access(wanted);
    if (!found) return tl::unexpected(std::move(found.error()));
    if (!wanted.token_file.empty()) found->access.token_file = wanted.token_file;
    return std::move(found->access);
  };
  auto first = read();
  if (!first) return tl::unexpected(std::move(first.error()));
  auto access = std::make_shared<const certs::Access>(std::move(*first));
  return std::make_unique<webhook::ClusterWatch>(access, read, policy, log);
}

}  // namespace

int serve(const ServeOptions& options, Console& console) {
  // No core dump, whatever the node does with them: it would hold the private key and what objects hold.
  ::prctl(PR_SET_DUMPABLE, 0);
  auto server_wanted = server_options(options);
  if (!server_wanted) {
    console.error(server_wanted.error());
    return kCouldNotRun;
  }
  if (options.client_ca.empty() && !options.client_names.empty()) {
    console.error("--client-name needs --client-ca");
    return kCouldNotRun;
  }
  std::vector<std::string> tls_files{options.cert, options.key};
  if (!options.client_ca.empty()) tls_files.push_back(options.client_ca);
  Watched pair_files(std::move(tls_files)), policy_files(followed(options.policy));
  std::optional<Policy> policy = load_policy(options.policy, {"-"}, console);
  if (!policy) return kCouldNotRun;
  const auto pair = certs::load_pair(options.cert, options.key);
  if (!pair) {
    console.error(pair.error());
    return kCouldNotRun;
  }

  const auto clients = read_clients(options);
  if (!clients) {
    console.error(clients.error());
    return kCouldNotRun;
  }

  Signals signals;
  webhook::Log log;
  webhook::Metrics metrics(BROKERGATE_VERSION);
  metrics.certificate_expires(certs::expires(*pair));
  const auto shared_policy = std::make_shared<const Policy>(std::move(*policy));
  const auto cluster = cluster_watch(options, shared_policy, log);
  if (!cluster) {
    console.error(cluster.error());
    return kCouldNotRun;
  }
  webhook::Server server(*server_wanted, shared_policy, log, metrics);
  server.look_at(cluster->get());
  if (const std::string wrong = server.bind(*pair, *clients ? &**clients : nullptr); !wrong.empty()) {
    console.error(wrong);
    return kCouldNotRun;
  }
  for (const std::string& warning : pair->warnings) log.problem("certificate", warning);
  log.event("certificate", certs::told(*pair));
  tell_policy("policy", *shared_policy, log);
  console.out("listening on https://" + to_string(server.reviews()) + "\n");
  if (server.operations()) console.out("operations on http://" + to_string(*server.operations()) + "\n");

  if (webhook::ClusterWatch* const view = cluster->get()) {
    metrics.watches(view->counters(), [view] { return view->state(); });
    view->start();
  }
  Upkeep upkeep(options, std::move(pair_files), std::move(policy_files), server, cluster->get(), log, metrics);
  signals.follow(server, upkeep, log, std::chrono::milliseconds(static_cast<int64_t>(options.stay * 1000)));
  const bool fine = server.run();
  signals.end();
  if (!fine) console.error("cannot accept connections any more");
  return fine ? kClean : kCouldNotRun;
}

}  // namespace brokergate::cli

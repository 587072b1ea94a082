#include <atomic>
#include <csignal>
#include <thread>

#include "certs/pair.h"
#include "cli/verbs/policy_source.h"
#include "cli/verbs/verbs.h"
#include "webhook/log.h"
#include "webhook/server.h"

namespace brokergate::cli {

int serve(const ServeOptions& options, Console& console) {
  auto listen = webhook::parse_listen(options.listen);
  if (!listen) {
    console.error(listen.error());
    return kCouldNotRun;
  }
  const std::optional<Policy> policy = load_policy(options.policy, {"-"}, console);
  if (!policy) return kCouldNotRun;
  const auto pair = certs::load_pair(options.cert, options.key);
  if (!pair) {
    console.error(pair.error());
    return kCouldNotRun;
  }

  // Before any thread is made: all of them inherit the mask, one waits for the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  webhook::Log log;
  for (const std::string& warning : pair->warnings) log.event("certificate", warning);
  webhook::Server server(*listen, *pair, *policy, log);
  const auto port = server.bind();
  if (!port) {
    console.error(port.error());
    return kCouldNotRun;
  }
  log.event("policy", policy_told(*policy));
  const std::string host = listen->host.find(':') == std::string::npos ? listen->host : "[" + listen->host + "]";
  console.out("listening on https://" + host + ":" + std::to_string(*port) + "\n");

  std::atomic<bool> failed = false;
  std::thread waiter([&] {
    int signal = 0;
    sigwait(&signals, &signal);
    if (!failed) log.event("stopping");
    server.stop();
  });
  const bool fine = server.run();
  if (!fine) {
    // Nobody sent a signal, and the waiter needs one.
    failed = true;
    pthread_kill(waiter.native_handle(), SIGTERM);
  }
  waiter.join();
  if (!fine) console.error("cannot accept connections any more");
  return fine ? kClean : kCouldNotRun;
}

}  // namespace brokergate::cli

// The webhook's server: /mutate and /validate over TLS, and the operations'
// paths on a plain second port.
//
// accept (net/acceptor) -> TLS (net/transport) -> the request's head, held
// against the rules before a body is read (net/head, http_rules) -> HTTP
// (net/http) -> the door -> the engine.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "certs/authority.h"
#include "certs/clients.h"
#include "webhook/log.h"
#include "webhook/metrics.h"
#include "webhook/net/address.h"
#include "webhook/net/limits.h"
#include "webhook/review_door.h"

namespace brokergate::webhook {

struct ServerOptions {
  net::Address reviews;
  std::optional<net::Address> operations;  // none: no second port
  net::Limits limits;
  size_t loops = 0;  // threads that serve connections; 0: one per core, four at most
};

class Server {
 public:
  // `log` and `metrics` must outlive the server.
  Server(ServerOptions options, PolicyPtr policy, Log& log, Metrics& metrics);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes the addresses; connections queue from then on. Empty, or what went wrong.
  // With `clients`, only those are let in at the reviews' port.
  std::string bind(const certs::Pair& pair, const certs::Clients* clients = nullptr);
  // What is known of the cluster; has to outlive the server. Before run() only.
  void look_at(const ClusterSource* cluster);
  // The addresses that were taken.
  const net::Address& reviews() const;
  const std::optional<net::Address>& operations() const;

  // Serves until stop(). False when accepting failed, which is fatal.
  bool run();

  // From any thread, all below.
  // /readyz tells no from now on and each answer ends its connection, so that
  // clients go elsewhere; new connections are still taken for `stay`. Then, or at
  // once with zero: nothing new is taken, requests that are being answered finish
  // (at most ten seconds), run() returns.
  void stop(std::chrono::milliseconds stay);
  // New connections are made with this pair and these clients. The error leaves all as it was.
  tl::expected<void, std::string> replace(const certs::Pair& pair, const certs::Clients* clients = nullptr);
  void replace(PolicyPtr policy);
  // The certificate that this process shows when it dials itself; null without `clients`.
  const certs::Issued* self() const;
  // What /readyz tells while the server is not stopping; `why` is static text.
  void set_ready(bool ready, const char* why);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace brokergate::webhook

// The webhook's HTTPS server: /mutate and /validate, nothing else.
//
// What the HTTP library of Debian 12 lets through is refused here before a body
// is read: chunked and compressed bodies, a missing or doubled Content-Length,
// other methods, paths and media types. A real API server sends none of these.
#pragma once

#include <memory>
#include <string>

#include <tl/expected.hpp>

#include "brokergate/policy.h"
#include "certs/pair.h"
#include "webhook/log.h"

namespace brokergate::webhook {

struct ServerOptions {
  std::string host = "0.0.0.0";
  int port = 8443;  // 0: any free port
  // One connection holds one thread for its whole life, idle time included. An
  // API server keeps 25 idle ones per endpoint: 3 servers x 2 endpoints = 150.
  size_t threads = 256;
};

class Server {
 public:
  // `policy` and `log` must outlive the server. The pair is copied into OpenSSL's context.
  Server(ServerOptions options, const certs::Pair& pair, const Policy& policy, Log& log);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Takes the address; connections queue from then on. The port taken, or what went wrong.
  tl::expected<int, std::string> bind();
  // Serves until stop(). False when accepting failed, which is fatal.
  bool run();
  // From any thread: takes no new connection, lets requests that are being
  // answered finish (at most ten seconds), ends idle connections. Returns when
  // run() has returned.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// "HOST:PORT", "[::1]:8443", ":8443" (all addresses).
tl::expected<ServerOptions, std::string> parse_listen(const std::string& text);

}  // namespace brokergate::webhook

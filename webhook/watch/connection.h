// One TLS connection to the API server, with every wait bounded and ended at once when we are told to stop.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include <tl/expected.hpp>

#include "certs/server_trust.h"
#include "webhook/watch/failure.h"
#include "webhook/watch/wake.h"

namespace brokergate::webhook::watch {

using Clock = std::chrono::steady_clock;

// The TLS side of an Access, shared by the connections of one thread.
class TlsClient {
 public:
  explicit TlsClient(const certs::Access& access);
  ~TlsClient();
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  SSL_CTX* context() const { return context_; }
  // OpenSSL refuses the client certificate, or has no memory.
  bool broken() const { return broken_; }

 private:
  certs::ServerTrust trust_;
  SSL_CTX* context_;
  bool broken_;
};

// Not thread-safe; used by one thread, which has SIGPIPE blocked or ignored (OpenSSL writes with write()).
// A failure's text does not name the server.
class Connection {
 public:
  // `stop` has to outlive it. A host name is looked up on a thread of its own, which is left behind when
  // `stop` is raised: getaddrinfo() cannot be interrupted.
  static tl::expected<std::unique_ptr<Connection>, Failure> open(const certs::Access& access, const TlsClient& tls,
                                                                 const Wake& stop, Clock::time_point deadline);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  std::optional<Failure> write(std::string_view bytes, Clock::time_point deadline);
  // At least one byte. The end of the connection is kEnded, in whatever way it came.
  // kWoken when `also` is raised, kTimeout at `deadline`; the reading may go on after either.
  tl::expected<size_t, Failure> read(char* into, size_t room, Clock::time_point deadline, const Wake* also = nullptr);

 private:
  Connection(int socket, const Wake& stop) : socket_(socket), stop_(stop) {}
  std::optional<Failure> handshake(const certs::Access& access, const TlsClient& tls, Clock::time_point deadline);
  // What SSL_get_error() says of `result`: waits where that is asked for.
  std::optional<Failure> settle(int result, Clock::time_point deadline, const Wake* also);

  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  int socket_;
  const Wake& stop_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
};

// Until one of `events` on `fd`: nothing; kStopped, kWoken or kTimeout otherwise. `fd` may be below zero.
std::optional<Failure> wait_for(int fd, short events, const Wake& stop, const Wake* also, Clock::time_point deadline);

}  // namespace brokergate::webhook::watch

// TLS as the API server speaks it: 1.2 or newer, no renegotiation, no tickets,
// no ALPN (the API server then stays on HTTP/1.1). Also knows which connections
// are open, because the HTTP library cannot end idle ones when it stops.
#pragma once

#include <openssl/ssl.h>

#include <memory>

#include "certs/pair.h"

namespace brokergate::webhook {

// False when OpenSSL refuses the pair; its error queue then says why.
bool set_up_tls(SSL_CTX& context, const certs::Pair& pair);

// The live TLS connections of one SSL_CTX, which it must outlive. Thread-safe.
class Connections {
 public:
  Connections();
  ~Connections();
  Connections(const Connections&) = delete;
  Connections& operator=(const Connections&) = delete;

  // Follows every connection of `context` from its handshake to its end.
  void follow(SSL_CTX& context);
  // Ends those that are between two requests, and from now on new ones; with
  // `all` also those whose request is being read or answered.
  void close(bool all);

  // The request on `ssl` has begun (its headers were read) or is answered.
  static void set_busy(const SSL* ssl, bool busy);
  // Nothing more is read from the connection; what is being answered can still
  // be written. For requests whose body must not be taken for the next request.
  static void read_no_more(const SSL* ssl);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace brokergate::webhook

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
  // Nothing more is read from the connection, so that a body that was refused
  // is not taken for the next request. What is being answered can still be written.
  static void read_no_more(const SSL* ssl);
  // Ends the connection after read_no_more(), once the answer is written: the
  // library takes a socket that is shut down for one it cannot write to.
  static void hang_up(const SSL* ssl);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace brokergate::webhook

// How a client of ours judges the certificate of the server it talks to.
#pragma once

#include <openssl/ssl.h>

#include <string>

#include "certs/access.h"

namespace brokergate::certs {

// The API server's: signed by one of the access' authorities and no other (any of them is an anchor, a root or not),
// and made out for its host as a subject alternative name; the common name is none (RFC 6125 6.4.4).
class ServerTrust {
 public:
  explicit ServerTrust(const Access& access);
  ~ServerTrust();
  ServerTrust(const ServerTrust&) = delete;
  ServerTrust& operator=(const ServerTrust&) = delete;

  // All connections made with it are judged so. `this` has to outlive the context.
  void install(SSL_CTX* context) const;

 private:
  static int verify(X509_STORE_CTX* context, void* trust);

  std::string host_;
  bool is_address_, system_;
  STACK_OF(X509) * anchors_;
};

// What to tell when that has failed; `result` is SSL_get_verify_result().
std::string not_accepted(const Access& access, long result);

// An IPv4 or IPv6 address, without brackets.
bool is_address(const std::string& host);

}  // namespace brokergate::certs

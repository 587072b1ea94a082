// One connection, driven by hand: what no HTTP library would send.
#pragma once

#include <openssl/ssl.h>

#include <chrono>
#include <memory>
#include <string>

namespace brokergate::hardening {

using std::chrono::milliseconds;

// A review of a Service of a few hundred bytes, as JSON.
std::string small_review(const std::string& uid = "u");
// The request for it, head and body.
std::string post(const std::string& path, const std::string& body, const std::string& headers = {});

// A TCP connection to 127.0.0.1 from `source` (127.x.y.z); -1 when it is refused.
int connect_from(const std::string& source, int port);
// GET over plain HTTP, the whole answer; empty when there is none.
std::string plain_get(int port, const std::string& path);

class Client {
 public:
  explicit Client(int port, const std::string& source = "127.0.0.1");
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // False when the handshake fails or takes longer.
  bool handshake(milliseconds patience = milliseconds(5000), int highest_version = TLS1_3_VERSION);
  // Asks for another handshake on the connection (TLS 1.2); true when the server agrees.
  bool renegotiate();
  bool send(const std::string& bytes);
  // One answer with its body, by Content-Length or in chunks as they came; empty when none comes in time.
  std::string answer(milliseconds patience = milliseconds(5000));
  // Everything until the server ends the connection; `closed` tells whether it did.
  std::string rest(milliseconds patience, bool& closed);
  // Of the server's certificate.
  long serial() const;
  int socket() const { return socket_; }

 private:
  bool more(std::chrono::steady_clock::time_point deadline);

  int socket_ = -1;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, SSL_free};
  std::string in_;
  bool ended_ = false;
};

// 200 of "HTTP/1.1 200 OK…"; 0 when it is no answer.
int status_of(const std::string& answer);

}  // namespace brokergate::hardening

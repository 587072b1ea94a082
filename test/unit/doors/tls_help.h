// A certificate made on the spot, and a TLS client that can send what no HTTP library would.
#pragma once

#include <chrono>
#include <string>

#include "certs/authority.h"
#include "help/self_signed.h"
#include "program.h"

namespace brokergate::test {

// Self-signed, P-256, for 127.0.0.1; `days` may be negative (expired).
PemPair make_pair(int days = 2, bool with_names = true);
std::string encrypted_key();

// Sends the bytes over TLS (1.2 at most with `old_tls`) and reads until the
// server closes or `patience` is over. `closed` tells which it was.
struct Talk {
  std::string reply;
  bool closed = false;
};
Talk talk(int port, const std::string& bytes, std::chrono::milliseconds patience = std::chrono::seconds(10));

// The highest TLS version the server accepts from a client that offers at most
// `version`; empty when the handshake is refused.
std::string handshake(int port, int version);

// A client certificate that `authority` has signed; without names beside the
// common name when `dns` is empty. `server_only`: its usage is serverAuth.
certs::Issued make_client(const certs::Issued& authority, const std::string& common_name, const std::string& dns = "",
                          bool server_only = false);

// brokergate serve as a child process, ended with SIGTERM at the latest when this goes.
class Served {
 public:
  // `extra` arguments follow; stderr goes to a file.
  explicit Served(const std::vector<std::string>& extra = {});
  ~Served();
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  int port() const { return port_; }
  int operations_port() const { return operations_port_; }  // 0 without --operations
  const std::string& first_line() const { return first_line_; }
  // Sends the signal and waits; the exit code, or -signal.
  int end(int signal);
  std::string log() const { return folder_.read("log"); }
  std::string cert_file() const { return folder_.name("cert.pem"); }

 private:
  Folder folder_;
  int child_ = -1;
  int port_ = 0, operations_port_ = 0;
  std::string first_line_;
};

}  // namespace brokergate::test

// An API server that does what a test says, byte by byte, over TLS on plain sockets.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "certs/access.h"
#include "certs/authority.h"

namespace brokergate::test {

// One connection, from its accept to its end. Calls return false when the client or the test has ended it.
class Session {
 public:
  Session(int socket, SSL* ssl, const std::atomic<bool>& ending) : socket_(socket), ssl_(ssl), ending_(ending) {}

  struct Request {
    std::string target, authorization, text;
    bool has(const std::string& part) const { return target.find(part) != std::string::npos; }
  };
  bool read(Request& request);
  bool send(const std::string& bytes);
  // A whole answer, with its length.
  bool answer(int status, const std::string& body, const std::string& fields = {});
  // The head of a watch; then one event a chunk; then the end.
  bool begin();
  bool event(const std::string& line);
  bool end();
  bool wait(std::chrono::milliseconds time) const;
  // Until the client or the test ends it.
  bool hang();
  // The client certificate's, as PEM; empty when none was shown.
  std::string client() const;
  // RST instead of an end.
  void reset();

 private:
  int socket_;
  SSL* ssl_;
  const std::atomic<bool>& ending_;
  bool over_ = false;
};

class ScriptedApi {
 public:
  // Called for each request, from the connection's thread. False ends the connection.
  using Script = std::function<bool(Session&, const Session::Request&)>;
  explicit ScriptedApi(Script script);
  ~ScriptedApi();
  ScriptedApi(const ScriptedApi&) = delete;
  ScriptedApi& operator=(const ScriptedApi&) = delete;

  // With the token "t0ken".
  std::shared_ptr<certs::Access> access() const;
  // From now on another authority's certificate is shown. authority() is the one that counts, as PEM.
  void renew();
  std::string authority() const;
  int port() const { return port_; }
  // Targets of all requests so far.
  std::vector<std::string> targets() const;
  size_t connections() const { return connections_; }

 private:
  void serve(int socket);

  Script script_;
  certs::Issued authority_, leaf_;
  SSL_CTX* context_ = nullptr;
  int listener_ = -1, port_ = 0;
  std::atomic<bool> ending_{false};
  std::atomic<size_t> connections_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> targets_;
  std::vector<std::thread> sessions_;
  std::thread thread_;
};

// Objects as the API server writes them; `version` is also in what they hold.
std::string node(const std::string& name, int version);
std::string config_map(const std::string& ns, const std::string& name, const std::string& value, int version);
std::string list(int version, const std::vector<std::string>& items, const std::string& next = {});
std::string event(const std::string& type, const std::string& object);
std::string bookmark(int version);
std::string status(int code, const std::string& message);

}  // namespace brokergate::test

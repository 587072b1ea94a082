#include "scripted_api.h"

#include <netinet/in.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <ctime>

namespace brokergate::test {

using std::chrono::milliseconds;

bool Session::wait(milliseconds time) const {
  const auto end = std::chrono::steady_clock::now() + time;
  while (!ending_ && std::chrono::steady_clock::now() < end) std::this_thread::sleep_for(milliseconds(5));
  return !ending_;
}

bool Session::read(Request& request) {
  request = {};
  while (request.text.find("\r\n\r\n") == std::string::npos) {
    if (over_ || ending_) return false;
    pollfd wanted{socket_, POLLIN, 0};
    if (!SSL_has_pending(ssl_) && ::poll(&wanted, 1, 20) <= 0) continue;
    char buffer[4096];
    size_t got = 0;
    ERR_clear_error();
    if (SSL_read_ex(ssl_, buffer, sizeof buffer, &got) != 1) return false;
    request.text.append(buffer, got);
  }
  const size_t begin = request.text.find(' ') + 1;
  request.target = request.text.substr(begin, request.text.find(' ', begin) - begin);
  const std::string name = "Authorization: ";
  if (const size_t at = request.text.find(name); at != std::string::npos) {
    const size_t from = at + name.size();
    request.authorization = request.text.substr(from, request.text.find("\r\n", from) - from);
  }
  return true;
}

bool Session::send(const std::string& bytes) {
  size_t count = 0;
  ERR_clear_error();
  return !over_ && !ending_ && (bytes.empty() || SSL_write_ex(ssl_, bytes.data(), bytes.size(), &count) == 1);
}

bool Session::answer(int code, const std::string& body, const std::string& fields) {
  return send("HTTP/1.1 " + std::to_string(code) + " X\r\nContent-Type: application/json\r\nContent-Length: " +
              std::to_string(body.size()) + "\r\n" + fields + "\r\n" + body);
}

bool Session::begin() { return send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"); }

bool Session::event(const std::string& line) {
  char size[16];
  std::snprintf(size, sizeof size, "%zx\r\n", line.size() + 1);
  return send(size + line + "\n\r\n");
}

bool Session::end() { return send("0\r\n\r\n"); }

bool Session::hang() {
  while (!ending_) {
    pollfd wanted{socket_, POLLIN, 0};
    if (::poll(&wanted, 1, 20) > 0) break;
  }
  return false;
}

std::string Session::client() const {
  const certs::Certificate shown(SSL_get1_peer_certificate(ssl_));
  return shown ? certs::pem_of(shown) : "";
}

void Session::reset() {
  const linger now{1, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  over_ = true;
}

ScriptedApi::ScriptedApi(Script script) : script_(std::move(script)) {
  std::signal(SIGPIPE, SIG_IGN);
  renew();
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
  ::listen(listener_, 64);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] {
    while (!ending_) {
      pollfd wanted{listener_, POLLIN, 0};
      if (::poll(&wanted, 1, 20) <= 0) continue;
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) continue;
      ++connections_;
      sessions_.emplace_back([this, socket] { serve(socket); });
    }
  });
}

ScriptedApi::~ScriptedApi() {
  ending_ = true;
  thread_.join();
  for (std::thread& session : sessions_) session.join();
  ::close(listener_);
  SSL_CTX_free(context_);
}

void ScriptedApi::renew() {
  const std::lock_guard lock(mutex_);
  const auto now = static_cast<int64_t>(std::time(nullptr));
  authority_ = std::move(*certs::make_authority(now, 2));
  certs::Names names;
  certs::add_host(names, "127.0.0.1");
  leaf_ = std::move(*certs::make_leaf(authority_, names, now, 1));
  // Connections there are keep the one before.
  SSL_CTX_free(context_);
  context_ = SSL_CTX_new(TLS_server_method());
  SSL_CTX_use_certificate(context_, leaf_.certificate.get());
  SSL_CTX_use_PrivateKey(context_, leaf_.key.get());
  // Asked for a certificate, a client may show one; whose it is, is the script's to judge.
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
}

std::string ScriptedApi::authority() const {
  const std::lock_guard lock(mutex_);
  return certs::pem_of(authority_.certificate);
}

void ScriptedApi::serve(int socket) {
  SSL* ssl = nullptr;
  {
    const std::lock_guard lock(mutex_);
    ssl = SSL_new(context_);
  }
  SSL_set_fd(ssl, socket);
  const timeval patience{2, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  ERR_clear_error();
  if (SSL_accept(ssl) == 1) {
    Session session(socket, ssl, ending_);
    Session::Request request;
    for (bool on = true; on && session.read(request);) {
      {
        const std::lock_guard lock(mutex_);
        targets_.push_back(request.target);
      }
      on = script_(session, request);
    }
  }
  ERR_clear_error();
  SSL_free(ssl);
  ::close(socket);
}

std::shared_ptr<certs::Access> ScriptedApi::access() const {
  const std::lock_guard lock(mutex_);
  auto out = std::make_shared<certs::Access>();
  out->host = "127.0.0.1";
  out->port = port_;
  out->authorities.push_back(certs::shared(authority_.certificate));
  out->token = "t0ken";
  return out;
}

std::vector<std::string> ScriptedApi::targets() const {
  const std::lock_guard lock(mutex_);
  return targets_;
}

std::string node(const std::string& name, int version) {
  const std::string number = std::to_string(version);
  return R"({"metadata":{"name":")" + name + R"(","resourceVersion":")" + number + R"(","labels":{"at":")" + number +
         R"("}},"spec":{},"status":{"images":[1,2,{"a":"}]"}]}})";
}

std::string config_map(const std::string& ns, const std::string& name, const std::string& value, int version) {
  return R"({"metadata":{"name":")" + name + R"(","namespace":")" + ns + R"(","resourceVersion":")" +
         std::to_string(version) + R"("},"data":{"value":")" + value + R"("}})";
}

std::string list(int version, const std::vector<std::string>& items, const std::string& next) {
  std::string out = R"({"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":")" + std::to_string(version) +
                    "\"" + (next.empty() ? "" : R"(,"continue":")" + next + "\"") + R"(},"items":[)";
  for (size_t i = 0; i < items.size(); ++i) out += (i ? "," : "") + items[i];
  return out + "]}";
}

std::string event(const std::string& type, const std::string& object) {
  return R"({"type":")" + type + R"(","object":)" + object + "}";
}

std::string bookmark(int version) {
  return event("BOOKMARK", R"({"kind":"Node","metadata":{"resourceVersion":")" + std::to_string(version) + "\"}}");
}

std::string status(int code, const std::string& message) {
  return R"({"kind":"Status","status":"Failure","message":")" + message + R"(","code":)" + std::to_string(code) + "}";
}

}  // namespace brokergate::test

#include "hardening/client.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <utility>

namespace brokergate::hardening {
namespace {

using Clock = std::chrono::steady_clock;

bool wait_for(int fd, short events, Clock::time_point deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now()).count();
  pollfd waiting{fd, events, 0};
  return left > 0 && ::poll(&waiting, 1, static_cast<int>(left)) > 0;
}

size_t content_length(const std::string& head, size_t end) {
  const size_t at = head.find("Content-Length: ");
  return at < end ? std::stoul(head.substr(at + 16)) : 0;
}

// Where the last chunk ends; npos while it has not come. Of trailers it knows nothing: no server here sends them.
size_t end_of_chunks(const std::string& text, size_t at) {
  while (true) {
    const size_t line = text.find("\r\n", at);
    if (line == std::string::npos) return line;
    const size_t size = std::stoul(text.substr(at, line - at), nullptr, 16);
    at = line + 2 + size + 2;
    if (at > text.size()) return std::string::npos;
    if (size == 0) return at;
  }
}

}  // namespace

std::string small_review(const std::string& uid) {
  return R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":")" + uid +
         R"(","kind":{"group":"","version":"v1","kind":"Service"},"resource":{"group":"","version":"v1",)"
         R"("resource":"services"},"name":"kafka-0-external","namespace":"streaming","operation":"CREATE",)"
         R"("object":{"apiVersion":"v1","kind":"Service","metadata":{"name":"kafka-0-external","namespace":"streaming",)"
         R"("annotations":{}},"spec":{"type":"LoadBalancer","selector":{"app":"kafka",)"
         R"("statefulset.kubernetes.io/pod-name":"kafka-0"},"ports":[{"name":"external","port":9094}]}},)"
         R"("oldObject":null,"dryRun":false}})";
}

std::string post(const std::string& path, const std::string& body, const std::string& headers) {
  return "POST " + path + "?timeout=10s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

int connect_from(const std::string& source, int port) {
  std::signal(SIGPIPE, SIG_IGN);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in from{}, to{};
  from.sin_family = to.sin_family = AF_INET;
  ::inet_pton(AF_INET, source.c_str(), &from.sin_addr);
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int yes = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0 ||
      ::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    ::close(fd);
    return -1;
  }
  return fd;
}

std::string plain_get(int port, const std::string& path) {
  const int fd = connect_from("127.0.0.1", port);
  if (fd < 0) return {};
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  std::string out;
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    const auto deadline = Clock::now() + milliseconds(3000);
    char buffer[16384];
    while (wait_for(fd, POLLIN, deadline)) {
      const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
      if (got <= 0) break;
      out.append(buffer, static_cast<size_t>(got));
    }
  }
  ::close(fd);
  return out;
}

Client::Client(int port, const std::string& source) : socket_(connect_from(source, port)) {
  if (socket_ >= 0) ::fcntl(socket_, F_SETFL, O_NONBLOCK);
}

Client::~Client() {
  if (socket_ >= 0) ::close(socket_);
}

bool Client::handshake(milliseconds patience, int highest_version) {
  if (socket_ < 0) return false;
  context_.reset(SSL_CTX_new(TLS_client_method()));
  // Old versions need old signatures, which the default security level refuses.
  SSL_CTX_set_security_level(context_.get(), 0);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context_.get(), highest_version);
  SSL_CTX_set_mode(context_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  ssl_.reset(SSL_new(context_.get()));
  SSL_set_fd(ssl_.get(), socket_);
  const auto deadline = Clock::now() + patience;
  while (true) {
    ERR_clear_error();
    const int result = SSL_connect(ssl_.get());
    if (result == 1) return true;
    const int wanted = SSL_get_error(ssl_.get(), result);
    if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) return false;
    if (!wait_for(socket_, wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) return false;
  }
}

bool Client::renegotiate() {
  const auto deadline = Clock::now() + milliseconds(3000);
  if (SSL_renegotiate(ssl_.get()) != 1) return false;
  // The request goes out; reading takes what the server says to it.
  while (true) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return SSL_renegotiate_pending(ssl_.get()) == 0;
    const int wanted = SSL_get_error(ssl_.get(), result);
    if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) return false;
    if (!wait_for(socket_, wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) return false;
  }
}

bool Client::send(const std::string& bytes) {
  const auto deadline = Clock::now() + milliseconds(10000);
  for (size_t at = 0; at < bytes.size();) {
    ERR_clear_error();
    size_t put = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data() + at, bytes.size() - at, &put);
    if (result == 1) {
      at += put;
      continue;
    }
    const int wanted = SSL_get_error(ssl_.get(), result);
    if (wanted != SSL_ERROR_WANT_WRITE && wanted != SSL_ERROR_WANT_READ) return false;
    if (!wait_for(socket_, wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) return false;
  }
  return true;
}

bool Client::more(Clock::time_point deadline) {
  char buffer[16384];
  while (true) {
    ERR_clear_error();
    size_t got = 0;
    const int result = SSL_read_ex(ssl_.get(), buffer, sizeof buffer, &got);
    if (result == 1) {
      in_.append(buffer, got);
      return true;
    }
    const int wanted = SSL_get_error(ssl_.get(), result);
    if (wanted != SSL_ERROR_WANT_READ && wanted != SSL_ERROR_WANT_WRITE) {
      ended_ = true;
      return false;
    }
    if (!wait_for(socket_, wanted == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT, deadline)) return false;
  }
}

std::string Client::answer(milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  while (true) {
    const size_t end = in_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const size_t size = in_.find("Transfer-Encoding: chunked") < end ? end_of_chunks(in_, end + 4)
                                                                       : end + 4 + content_length(in_, end);
      if (in_.size() >= size) {
        std::string out = in_.substr(0, size);
        in_.erase(0, out.size());
        return out;
      }
    }
    if (!more(deadline)) return {};
  }
}

std::string Client::rest(milliseconds patience, bool& closed) {
  const auto deadline = Clock::now() + patience;
  while (more(deadline)) {
  }
  closed = ended_;
  return std::exchange(in_, {});
}

long Client::serial() const {
  const std::unique_ptr<X509, decltype(&X509_free)> cert(SSL_get1_peer_certificate(ssl_.get()), X509_free);
  return cert ? ASN1_INTEGER_get(X509_get0_serialNumber(cert.get())) : 0;
}

int status_of(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") && answer.size() > 12 ? std::stoi(answer.substr(9, 3)) : 0;
}

}  // namespace brokergate::hardening

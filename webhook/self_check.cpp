#include "webhook/self_check.h"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <memory>

namespace brokergate::webhook {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPatience{1000};

struct Descriptor {
  int fd = -1;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

bool wait_for(int fd, short events, Clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  pollfd waiting{fd, events, 0};
  return left > 0 && ::poll(&waiting, 1, static_cast<int>(left)) > 0;
}

bool connect_to(const net::Address& address, Descriptor& out, Clock::time_point deadline) {
  // All addresses: any of them reaches us.
  const bool all = address.host == "0.0.0.0" || address.host == "::";
  const std::string host = !all ? address.host : address.host == "::" ? "::1" : "127.0.0.1";
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(address.port).c_str(), &hints, &found) != 0) return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  out.fd = ::socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (out.fd < 0) return false;
  if (::connect(out.fd, found->ai_addr, found->ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS || !wait_for(out.fd, POLLOUT, deadline)) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return ::getsockopt(out.fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error == 0;
}

}  // namespace

const char* dial_self(const net::Address& address, const certs::Issued* self) {
  const auto deadline = Clock::now() + kPatience;
  Descriptor socket;
  if (!connect_to(address, socket, deadline)) return "its own port takes no connection";
  // Who it is need not be checked: what is on this port is this process.
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!context) return "no TLS client";
  if (self && (SSL_CTX_use_certificate(context.get(), self->certificate.get()) != 1 ||
               SSL_CTX_use_PrivateKey(context.get(), self->key.get()) != 1)) {
    return "no client certificate of its own";
  }
  const std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), SSL_free);
  SSL_set_fd(ssl.get(), socket.fd);
  const char* out = nullptr;
  while (!out) {
    ERR_clear_error();
    const int result = SSL_connect(ssl.get());
    if (result == 1) break;
    const int wanted = SSL_get_error(ssl.get(), result);
    const short events = wanted == SSL_ERROR_WANT_READ ? POLLIN : wanted == SSL_ERROR_WANT_WRITE ? POLLOUT : 0;
    if (events == 0) {
      out = "its own port refuses the TLS handshake";
    } else if (!wait_for(socket.fd, events, deadline)) {
      out = "its own port does not answer within a second";
    }
  }
  ERR_clear_error();
  return out;
}

}  // namespace brokergate::webhook

#include "webhook/watch/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "webhook/watch/resolve.h"

namespace brokergate::webhook::watch {
namespace {

using Error = tl::unexpected<Failure>;
using std::chrono::milliseconds;

// Closed, unless it is taken: also where there is no memory for what comes after it.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  Socket(Socket&& other) noexcept : fd_(other.take()) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket& operator=(Socket&&) = delete;

  int fd() const { return fd_; }
  int take() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::string error_text(int code) {
  std::array<char, 128> buffer{};
  return ::strerror_r(code, buffer.data(), buffer.size());
}

// A socket that is connected; tries the addresses in turn, each for its share of the time.
tl::expected<Socket, Failure> connected(const std::vector<Address>& addresses, const Wake& stop,
                                        Clock::time_point deadline) {
  Failure last{Reason::kConnect, "no address"};
  for (size_t i = 0; i < addresses.size(); ++i) {
    const Address& address = addresses[i];
    Socket socket(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const int fd = socket.fd();
    if (fd < 0) {
      last.text = error_text(errno);
      continue;
    }
    const auto now = Clock::now();
    const auto until = now + (deadline - now) / static_cast<int>(addresses.size() - i);
    int code = ::connect(fd, address.get(), address.size) == 0 ? 0 : errno;
    if (code == EINPROGRESS) {
      if (auto failure = wait_for(fd, POLLOUT, stop, nullptr, until)) {
        if (failure->reason == Reason::kStopped) return Error(std::move(*failure));
        last = {Reason::kConnect, "Connection timed out"};
        continue;
      }
      socklen_t size = sizeof code;
      if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size) != 0) code = errno;
    }
    if (code == 0) {
      const int on = 1;
      ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
      return socket;
    }
    last = {Reason::kConnect, error_text(code)};
  }
  return Error(std::move(last));
}

std::string tls_reason() {
  const unsigned long code = ERR_peek_error();
  const char* reason = code ? ERR_reason_error_string(code) : nullptr;
  ERR_clear_error();
  return reason ? reason : "unknown error";
}

}  // namespace

std::optional<Failure> wait_for(int fd, short events, const Wake& stop, const Wake* also, Clock::time_point deadline) {
  for (;;) {
    if (stop.raised()) return Failure{Reason::kStopped};
    if (also && also->raised()) return Failure{Reason::kWoken};
    const auto now = Clock::now();
    if (now >= deadline) return Failure{Reason::kTimeout, "nothing came in time"};
    std::array<pollfd, 3> fds = {{{fd, events, 0}, {stop.fd(), POLLIN, 0}, {also ? also->fd() : -1, POLLIN, 0}}};
    const auto left = std::chrono::ceil<milliseconds>(deadline - now).count();
    const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(std::min<int64_t>(left, 60'000)));
    if (ready < 0 && errno != EINTR) return Failure{Reason::kConnect, error_text(errno)};
    if (ready <= 0) continue;
    if (fds[1].revents) return Failure{Reason::kStopped};
    if (fds[2].revents) return Failure{Reason::kWoken};
    return std::nullopt;
  }
}

TlsClient::TlsClient(const certs::Access& access)
    : trust_(access), context_(SSL_CTX_new(TLS_client_method())), broken_(context_ == nullptr) {
  if (broken_) return;
  trust_.install(context_);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (access.certificate) {
    broken_ = SSL_CTX_use_certificate(context_, access.certificate.get()) != 1 ||
              SSL_CTX_use_PrivateKey(context_, access.key.get()) != 1;
  }
  ERR_clear_error();
}

TlsClient::~TlsClient() { SSL_CTX_free(context_); }

tl::expected<std::unique_ptr<Connection>, Failure> Connection::open(const certs::Access& access, const TlsClient& tls,
                                                                    const Wake& stop, Clock::time_point deadline) {
  auto addresses = resolve(access.host, access.port, stop, deadline);
  if (!addresses) return Error(std::move(addresses.error()));
  auto socket = connected(*addresses, stop, deadline);
  if (!socket) return Error(std::move(socket.error()));
  std::unique_ptr<Connection> out(new Connection(socket->fd(), stop));
  socket->take();
  if (auto failure = out->handshake(access, tls, deadline)) return Error(std::move(*failure));
  return out;
}

Connection::~Connection() {
  if (ssl_ && SSL_is_init_finished(ssl_.get())) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ssl_.reset();
  ::close(socket_);
}

std::optional<Failure> Connection::handshake(const certs::Access& access, const TlsClient& tls,
                                             Clock::time_point deadline) {
  ssl_.reset(SSL_new(tls.context()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket_) != 1) return Failure{Reason::kTls, "OpenSSL: " + tls_reason()};
  if (!certs::is_address(access.host)) SSL_set_tlsext_host_name(ssl_.get(), access.host.c_str());
  SSL_set_connect_state(ssl_.get());
  for (;;) {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    if (result == 1) return std::nullopt;
    auto failure = settle(result, deadline, nullptr);
    if (!failure) continue;
    const long verified = SSL_get_verify_result(ssl_.get());
    if (verified != X509_V_OK && failure->reason == Reason::kTls) {
      failure->text = certs::not_accepted(access, verified);
    } else if (failure->reason != Reason::kStopped) {
      failure->text = "the TLS handshake failed: " + failure->text;
    }
    return failure;
  }
}

std::optional<Failure> Connection::settle(int result, Clock::time_point deadline, const Wake* also) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return wait_for(socket_, POLLIN, stop_, also, deadline);
    case SSL_ERROR_WANT_WRITE:
      return wait_for(socket_, POLLOUT, stop_, also, deadline);
    case SSL_ERROR_ZERO_RETURN:
      return Failure{Reason::kEnded, "the connection was ended"};
    case SSL_ERROR_SYSCALL:
      return Failure{Reason::kEnded, errno ? error_text(errno) : "the connection was ended"};
    default:
      if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
        ERR_clear_error();
        return Failure{Reason::kEnded, "the connection was cut"};
      }
      return Failure{Reason::kTls, "TLS: " + tls_reason()};
  }
}

std::optional<Failure> Connection::write(std::string_view bytes, Clock::time_point deadline) {
  while (!bytes.empty()) {
    ERR_clear_error();
    size_t count = 0;
    errno = 0;
    const int result = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &count);
    if (result == 1) {
      bytes.remove_prefix(count);
    } else if (auto failure = settle(result, deadline, nullptr)) {
      return failure;
    }
  }
  return std::nullopt;
}

tl::expected<size_t, Failure> Connection::read(char* into, size_t room, Clock::time_point deadline, const Wake* also) {
  for (;;) {
    // A server that never pauses must not keep us from seeing these.
    if (stop_.raised()) return Error(Failure{Reason::kStopped});
    if (also && also->raised()) return Error(Failure{Reason::kWoken});
    if (Clock::now() >= deadline) return Error(Failure{Reason::kTimeout, "the answer took too long"});
    ERR_clear_error();
    size_t count = 0;
    errno = 0;
    const int result = SSL_read_ex(ssl_.get(), into, room, &count);
    if (result == 1) return count;
    if (auto failure = settle(result, deadline, also)) return Error(std::move(*failure));
  }
}

}  // namespace brokergate::webhook::watch

#include "webhook/net/acceptor.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

namespace brokergate::webhook::net {
namespace {

// For how long to leave the queue alone when the process or the system has no
// descriptor or memory left.
constexpr int kPauseMillis = 50;

std::string text_of(const sockaddr_storage& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.ss_family == AF_INET) {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text.data(), text.size());
    return text.data();
  }
  const in6_addr& v6 = reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
  // One client is one peer by whichever family it comes.
  const std::string out = text.data();
  return IN6_IS_ADDR_V4MAPPED(&v6) ? out.substr(out.rfind(':') + 1) : out;
}

}  // namespace

Acceptor::Acceptor(std::vector<Port*> ports, std::vector<Loop*> loops)
    : ports_(std::move(ports)), loops_(std::move(loops)) {}

Acceptor::~Acceptor() {
  if (wake_ >= 0) ::close(wake_);
}

std::string Acceptor::set_up() {
  wake_ = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  return wake_ < 0 ? std::string("no eventfd: ") + std::strerror(errno) : std::string();
}

Acceptor::Taken Acceptor::accept_from(Port& port) {
  while (!stopping_) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int socket =
        ::accept4(port.socket(), reinterpret_cast<sockaddr*>(&address), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      try {
        loops_[next_++ % loops_.size()]->take(socket, port, text_of(address));
      } catch (const std::exception&) {
        ::close(socket);  // no memory for its address
      }
      continue;
    }
    switch (errno) {
      case EAGAIN:
        return Taken::kAll;
      case EMFILE:
      case ENFILE:
      case ENOBUFS:
      case ENOMEM:
        return Taken::kNoneNow;
      case EBADF:
      case EINVAL:
      case ENOTSOCK:
        return Taken::kFatal;
      default:
        break;  // of that one connection: it ended before it was taken
    }
  }
  return Taken::kAll;
}

bool Acceptor::run() {
  std::vector<pollfd> watched;
  for (const Port* port : ports_) watched.push_back({port->socket(), POLLIN, 0});
  watched.push_back({wake_, POLLIN, 0});
  while (!stopping_) {
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return false;
    for (size_t i = 0; i < ports_.size(); ++i) {
      if (watched[i].revents == 0) continue;
      const Taken taken = accept_from(*ports_[i]);
      if (taken == Taken::kFatal) return false;
      if (taken == Taken::kNoneNow) ::poll(nullptr, 0, kPauseMillis);
    }
  }
  return true;
}

void Acceptor::stop() {
  stopping_ = true;
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

}  // namespace brokergate::webhook::net

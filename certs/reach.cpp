#include "certs/reach.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

namespace brokergate::certs {
namespace {

constexpr int kPatience = 5000;  // milliseconds

// errno of a connection to this address; 0: it was made.
int dial(const addrinfo& to) {
  const int socket = ::socket(to.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) return errno;
  int error = ::connect(socket, to.ai_addr, to.ai_addrlen) == 0 ? 0 : errno;
  if (error == EINPROGRESS) {
    pollfd waiting{socket, POLLOUT, 0};
    socklen_t size = sizeof error;
    if (::poll(&waiting, 1, kPatience) <= 0) {
      error = ETIMEDOUT;
    } else if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
      error = errno;
    }
  }
  ::close(socket);
  return error;
}

std::string told(int error) {
  switch (error) {
    case 0:
      return "no connection, though one was made right after; try again";
    case ECONNREFUSED:
      return "connection refused; nothing listens there: is the API server up, and is this its address?";
    case ETIMEDOUT:
      return "timed out; is this its address, and does a firewall or a missing VPN keep it away?";
    case ENETUNREACH:
    case EHOSTUNREACH:
      return "there is no way to it from here; is the network, or the VPN, up?";
    default:
      return std::string(std::strerror(error)) + "; is this its address?";
  }
}

}  // namespace

std::string why_unreachable(const std::string& host, int port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int looked_up = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (looked_up == EAI_NONAME || looked_up == EAI_NODATA) {
    return "no such host; is the server's name right, and known to the DNS that is asked here?";
  }
  if (looked_up != 0) {
    return std::string("the name cannot be looked up (") + ::gai_strerror(looked_up) + "); does DNS answer here?";
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  return told(dial(*addresses));
}

}  // namespace brokergate::certs

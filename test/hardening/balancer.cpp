#include "hardening/balancer.h"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "hardening/client.h"

namespace brokergate::hardening {

Balancer::Balancer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listener_, 128) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no address for the balancer");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { accept_all(); });
}

Balancer::~Balancer() {
  ending_ = true;
  thread_.join();
  ::close(listener_);
  while (carrying_ > 0) std::this_thread::sleep_for(milliseconds(10));
}

void Balancer::use(std::vector<int> ports) {
  const std::lock_guard lock(mutex_);
  ports_ = std::move(ports);
}

void Balancer::accept_all() {
  while (!ending_) {
    pollfd waiting{listener_, POLLIN, 0};
    if (::poll(&waiting, 1, 50) <= 0) continue;
    const int client = ::accept(listener_, nullptr, nullptr);
    int port = 0;
    {
      const std::lock_guard lock(mutex_);
      port = ports_[next_++ % ports_.size()];
    }
    const int server = connect_from("127.0.0.1", port);
    if (server < 0) {
      ::close(client);
      continue;
    }
    ++carrying_;
    std::thread([this, client, server] {
      carry(client, server);
      --carrying_;
    }).detach();
  }
}

void Balancer::carry(int client, int server) {
  pollfd both[2] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
  char buffer[16384];
  bool going = true;
  while (going && ::poll(both, 2, 10000) > 0) {
    for (int i = 0; i < 2 && going; ++i) {
      if (both[i].revents == 0) continue;
      const ssize_t got = ::recv(both[i].fd, buffer, sizeof buffer, 0);
      going = got > 0 && ::send(both[1 - i].fd, buffer, static_cast<size_t>(got), MSG_NOSIGNAL) == got;
    }
  }
  ::close(client);
  ::close(server);
}

}  // namespace brokergate::hardening

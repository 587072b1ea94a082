#include "certs/watch.h"

#include <fcntl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>

namespace brokergate::certs {

using namespace std::chrono_literals;

Line::~Line() {
  if (own_ >= 0) ::close(own_);
}

void Line::take(int socket) {
  const std::lock_guard lock(mutex_);
  if (own_ >= 0) ::close(own_);
  own_ = ::fcntl(socket, F_DUPFD_CLOEXEC, 0);
}

void Line::cut() {
  const std::lock_guard lock(mutex_);
  if (own_ >= 0) ::shutdown(own_, SHUT_RDWR);
}

uint64_t Line::received() {
  const std::lock_guard lock(mutex_);
  tcp_info info{};
  socklen_t size = sizeof(info);
  const bool told = own_ >= 0 && ::getsockopt(own_, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
                    size >= offsetof(tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received);
  return told ? info.tcpi_bytes_received : 0;
}

Watch::Watch(Line& line, Clock::time_point end, uint64_t most)
    : line_(line), end_(end), most_(most), before_(line.received()), thread_([this] { run(); }) {}

Watch::~Watch() {
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool Watch::has_cut() {
  const std::lock_guard lock(mutex_);
  return cut_;
}

void Watch::run() {
  constexpr auto kLook = 20ms;  // how often: what is sent meanwhile is not counted
  std::unique_lock lock(mutex_);
  while (!done_) {
    const uint64_t all = line_.received();
    // A new connection counts from nothing.
    cut_ = cut_ || Clock::now() >= end_ || (all > before_ ? all - before_ : all) > most_;
    // Again and again: a name may have many addresses, and each is tried with a socket of its own.
    if (cut_) line_.cut();
    changed_.wait_for(lock, std::min<Clock::duration>(kLook, std::max<Clock::duration>(end_ - Clock::now(), 1ms)));
  }
}

}  // namespace brokergate::certs

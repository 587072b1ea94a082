// Something to poll() for beside a socket.
#pragma once

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace brokergate::webhook::watch {

// Raised from any thread, seen by one that polls or asks; stays so until that one clears it.
class Wake {
 public:
  Wake() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}
  ~Wake() {
    if (fd_ >= 0) ::close(fd_);
  }
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  // Below zero when the process has no descriptor left; poll() passes such over.
  int fd() const { return fd_; }
  // For one that has so much to read that it never polls.
  bool raised() const { return raised_; }
  void raise() {
    raised_ = true;
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(fd_, &one, sizeof one);
  }
  // Until it is raised or the time is over. Needs no memory.
  void wait(std::chrono::milliseconds most) const {
    const auto end = std::chrono::steady_clock::now() + most;
    while (!raised_) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
      if (left <= 0) return;
      pollfd raised{fd_, POLLIN, 0};
      ::poll(&raised, 1, static_cast<int>(std::min<int64_t>(left, 1000)));
    }
  }
  // The flag first: whoever raises it in between is then seen by the one or the other.
  void clear() {
    raised_ = false;
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(fd_, &count, sizeof count);
  }

 private:
  int fd_;
  std::atomic<bool> raised_{false};
};

}  // namespace brokergate::webhook::watch

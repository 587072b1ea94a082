// One end to all that a client does on its connection, whatever the other side sends and however slowly: the
// library's own timeouts begin again with each byte.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

namespace brokergate::certs {

// The connection of a client, so that another thread can end what is done on it. Thread-safe.
class Line {
 public:
  Line() = default;
  ~Line();
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  // From now on it is this socket, of which a descriptor of its own is kept: the caller's may be closed, and its
  // number given to something else, at any time.
  void take(int socket);
  // Whoever connects, reads or writes gets an error.
  void cut();
  // TCP_INFO; 0 where the system does not say.
  uint64_t received();

 private:
  std::mutex mutex_;
  int own_ = -1;
};

// While it lives the line is cut at `end`, and once more than `most` bytes have come. The destructor waits for its
// thread.
class Watch {
 public:
  using Clock = std::chrono::steady_clock;
  Watch(Line& line, Clock::time_point end, uint64_t most);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  bool has_cut();

 private:
  void run();

  Line& line_;
  const Clock::time_point end_;
  const uint64_t most_, before_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false, cut_ = false;
  std::thread thread_;  // the last: it uses the others
};

}  // namespace brokergate::certs

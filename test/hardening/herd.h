// Many bad clients at once, driven by one thread.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace brokergate::hardening {

struct Behaviour {
  bool handshake = true;        // false: nothing is ever sent
  std::string then;             // what is sent after the handshake…
  size_t bytes_per_second = 0;  // …at this rate; 0: at once
  bool reads = true;            // false: no answer is ever taken
};

class Herd {
 public:
  // Connects `count` clients, from source addresses 127.1.x.y that share the
  // work evenly, and keeps them doing what `behaviour` says.
  Herd(int port, size_t count, Behaviour behaviour, size_t sources = 16);
  ~Herd();
  Herd(const Herd&) = delete;
  Herd& operator=(const Herd&) = delete;

  // Those whose handshake has ended, or that are connected where there is none.
  size_t settled() const { return settled_; }
  // Those that the server has ended.
  size_t ended() const { return ended_; }
  size_t connected() const { return connected_; }
  // Waits until that many have settled or ended; false when it takes longer than `seconds`.
  bool wait_settled(size_t count, double seconds) const;
  bool wait_ended(size_t count, double seconds) const;

 private:
  void run(int port, size_t count, size_t sources);

  Behaviour behaviour_;
  std::atomic<size_t> settled_ = 0, ended_ = 0, connected_ = 0;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace brokergate::hardening

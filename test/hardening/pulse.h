// A good client: so many requests a second over kept connections, as an API server's.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace brokergate::hardening {

struct Health {
  size_t answered = 0;
  std::vector<std::string> failures;   // why, each
  double p50 = 0, p99 = 0, worst = 0;  // milliseconds from when a request was due
};

class Pulse {
 public:
  // Starts at once: `rate` requests a second, spread over `connections`.
  Pulse(int port, double rate = 500, size_t connections = 8);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  // Ends it and prints a line with `title`.
  Health stop(const std::string& title);
  // Serial numbers of the certificates that were met.
  std::vector<long> serials();

 private:
  void run(int port, double interval);

  std::atomic<bool> ending_ = false;
  std::mutex mutex_;
  std::vector<double> times_;
  std::vector<std::string> failures_;
  std::vector<long> serials_;
  std::vector<std::thread> threads_;
};

}  // namespace brokergate::hardening

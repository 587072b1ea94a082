// What a Service in front of several instances does: each new connection goes to
// one that says it is ready.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace brokergate::hardening {

class Balancer {
 public:
  Balancer();
  ~Balancer();
  Balancer(const Balancer&) = delete;
  Balancer& operator=(const Balancer&) = delete;

  int port() const { return port_; }
  // The instances that take new connections from now on; not empty.
  void use(std::vector<int> ports);

 private:
  void accept_all();
  static void carry(int client, int server);

  int listener_ = -1, port_ = 0;
  std::atomic<bool> ending_ = false;
  std::atomic<int> carrying_ = 0;
  std::mutex mutex_;
  std::vector<int> ports_;
  size_t next_ = 0;
  std::thread thread_;
};

}  // namespace brokergate::hardening

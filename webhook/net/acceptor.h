// Takes connections from the listening sockets and hands them to the loops in turn.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "webhook/net/loop.h"
#include "webhook/net/port.h"

namespace brokergate::webhook::net {

class Acceptor {
 public:
  // All must outlive the acceptor.
  Acceptor(std::vector<Port*> ports, std::vector<Loop*> loops);
  ~Acceptor();
  Acceptor(const Acceptor&) = delete;
  Acceptor& operator=(const Acceptor&) = delete;

  // Empty, or what the system refused.
  std::string set_up();
  // Accepts until stop(). False when accepting failed, which is fatal.
  bool run();
  // From any thread.
  void stop();

 private:
  enum class Taken { kAll, kNoneNow, kFatal };
  Taken accept_from(Port& port);

  std::vector<Port*> ports_;
  std::vector<Loop*> loops_;
  size_t next_ = 0;
  std::atomic<bool> stopping_ = false;
  int wake_ = -1;
};

}  // namespace brokergate::webhook::net

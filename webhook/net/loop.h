// One thread that serves connections with epoll: it takes their requests apart,
// has them answered, and ends those that overstay.
//
// A request is answered on this thread: that costs less than handing it over.
// Only a large one goes to a thread of its own (Heavy). An established
// connection comes before a handshake, so that a storm of new ones delays
// nobody by more than a few handshakes.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "webhook/net/heavy.h"
#include "webhook/net/port.h"
#include "webhook/net/usage.h"

namespace brokergate::webhook::net {

class Loop {
 public:
  // All must outlive the loop; `heavy` must have ended before the loop does.
  Loop(const Limits& limits, Usage& usage, Heavy& heavy);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Empty, or what the system refused.
  std::string set_up();
  // Serves until stop() and then until no request is left, at most `grace`.
  void run(std::chrono::milliseconds grace);

  // The functions below may be called from any thread.
  // Takes over an accepted socket of `port`, which does not block.
  void take(int socket, Port& port, std::string peer);
  // From now on each answer ends its connection.
  void drain();
  // Takes nothing more; connections between two requests end.
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace brokergate::webhook::net

// One connection from its handshake to its end, as the loop that owns it sees it.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "webhook/net/door.h"
#include "webhook/net/transport.h"

namespace brokergate::webhook::net {

class Port;

// Each phase has one time limit, so that a list of its connections in order of
// arrival is in order of deadlines as well.
enum class Phase : uint8_t {
  kHandshake,
  kFresh,   // no request yet
  kIdle,    // between two requests
  kHead,    // the head has begun
  kBody,    // the head was admitted
  kWork,    // a thread of its own computes the answer
  kWrite,   // the answer is on its way
  kLinger,  // all is written; what the peer still sends is thrown away
  kCount,
};

struct Connection {
  Connection(int the_socket, SSL_CTX* context, Port& the_port, std::string the_peer)
      : socket(the_socket),
        port(the_port),
        transport(context ? Transport(the_socket, context) : Transport(the_socket)),
        peer(std::move(the_peer)) {}

  int socket;  // closed by the loop
  Port& port;
  Transport transport;
  std::string peer;

  Phase phase = Phase::kHandshake;
  std::chrono::steady_clock::time_point since;            // in this phase
  std::list<std::unique_ptr<Connection>>::iterator self;  // in its phase's list
  uint32_t interest = 0;                                  // what epoll was told
  bool queued = false;                                    // has more to do without an event, and waits for its turn

  // The request. `in` holds the head and whatever followed it, until the body is cut off.
  std::string in;
  size_t seen = 0;         // of `in`, while its head is not complete
  std::string head_bytes;  // the head, once complete
  Head head;               // its views point into head_bytes
  std::string body;
  size_t charged = 0;  // bytes of the body that Usage counts
  std::chrono::steady_clock::time_point deadline;
  // The answer.
  std::string out;
  size_t written = 0;
  bool close = false;  // after the answer
};

}  // namespace brokergate::webhook::net

// What a stranger may take of the server. A real API server stays far below
// each of these; the reasons for the larger ones stand beside them.
#pragma once

#include <chrono>
#include <cstddef>

namespace brokergate::webhook::net {

struct Limits {
  // An API server keeps 25 idle connections per endpoint, three of them with two
  // endpoints 150; bursts come on top. At the cap the oldest quiet one makes room.
  // In the middle of their handshakes, 3000 hold 100 MiB; idle, 50.
  size_t connections = 3000;
  size_t connections_per_peer = 1024;

  size_t head_bytes = size_t{16} << 10;  // request line and header fields, together
  size_t head_line = 8000;               // the HTTP library reads lines of up to 8192 bytes
  size_t head_fields = 64;
  // Of all bodies that have begun to arrive and are not answered yet. Room for
  // the largest legal review and for small ones beside it.
  size_t body_bytes_in_flight = size_t{64} << 20;
  // A body above this is answered by a thread of its own, so that the answers
  // to others do not wait for it.
  size_t inline_body = size_t{256} << 10;

  std::chrono::milliseconds handshake{5000};
  std::chrono::milliseconds first_byte{30000};  // from the handshake to the first request
  std::chrono::milliseconds head{5000};         // from a head's first byte to its last
  std::chrono::milliseconds body{10000};        // from a body's first byte to its last
  std::chrono::milliseconds write{10000};       // for the client to take the answer
  // Longer than the 90 s an API server keeps a connection idle: the side that
  // closes first must be the client's, or a request is lost on the way.
  std::chrono::milliseconds idle{120000};
  std::chrono::milliseconds linger{1000};  // for a client to take a refusal while it still sends
};

}  // namespace brokergate::webhook::net

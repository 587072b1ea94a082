// The HTTP library, driven one request at a time: it reads the head that passed
// scan_head(), calls the door, and writes the answer. It never sees a socket,
// and never a body: those are the connection layer's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "webhook/net/door.h"

namespace brokergate::webhook::net {

// Not thread-safe: one per thread.
class Http {
 public:
  Http();
  ~Http();
  Http(const Http&) = delete;
  Http& operator=(const Http&) = delete;

  // The bytes of the answer. `close` says on entry whether the connection ends
  // after it; set when the door wants that or the client asked for it.
  std::string answer(Door& door, Call& call, std::string_view head_bytes, bool& close);
  // The bytes of a refusal, after which the connection ends. `head_bytes` may be
  // anything, or empty: it is not read.
  std::string refuse(const Refusal& refusal);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace brokergate::webhook::net

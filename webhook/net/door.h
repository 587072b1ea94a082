// What is served behind a port. The connection layer asks it twice per request:
// when the head is there (before a byte of the body is read), and when all of it is.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "webhook/net/head.h"

namespace brokergate::webhook::net {

struct Call {
  const Head& head;
  std::string body;  // the door may move it away
  std::string_view peer;
  // When the client stops waiting, by its `?timeout=`; max() when it did not say.
  std::chrono::steady_clock::time_point deadline;
};

struct Reply {
  int status = 200;
  std::string body;
  const char* media_type = "text/plain";
  bool close = false;
};

// All functions are called from several threads at once and must not throw.
class Door {
 public:
  virtual ~Door() = default;
  virtual Refusal admit(const Head& head) = 0;
  virtual Reply answer(Call& call) = 0;
  // Told of each request that was refused, by admit(), by the head's own rules or by a limit.
  virtual void refused(std::string_view path, const Refusal& refusal, std::string_view peer) = 0;
  // Told of each client that was not let in for its certificate, or for want of one; `why` is static text.
  virtual void unwelcome(std::string_view /*why*/, std::string_view /*peer*/) {}
};

}  // namespace brokergate::webhook::net

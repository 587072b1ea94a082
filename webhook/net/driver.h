// Takes one connection as far as it goes without waiting: handshake, head,
// body, answer, and the next request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "webhook/net/connection.h"
#include "webhook/net/heavy.h"
#include "webhook/net/usage.h"

namespace brokergate::webhook::net {

// What the driver needs of the loop that owns the connection.
class Owner {
 public:
  virtual ~Owner() = default;
  virtual void enter(Connection& connection, Phase phase) = 0;
  // A connection whose body has been arriving for longest, but not `other`; null: there is none.
  virtual Connection* oldest_body(const Connection& other) = 0;
  // From any thread: the answer of a connection in kWork.
  virtual void deliver(Connection& connection, std::string out, bool close) = 0;
  virtual bool draining() const = 0;
};

enum class Want : uint8_t {
  kRead,
  kWrite,
  kNothing,  // the answer is being computed elsewhere
  kAgain,    // others are to have their turn first
  kEnd,
};

// Not thread-safe: one per loop.
class Driver {
 public:
  // All must outlive the driver.
  Driver(const Limits& limits, Usage& usage, Heavy& heavy, Owner& owner);

  Want advance(Connection& connection);
  // Puts a refusal into the connection's answer, after which it ends; advance() writes it.
  void refuse(Connection& connection, const Refusal& refusal);
  // The connection's answer, computed elsewhere, is there.
  void answered(Connection& connection, std::string out, bool close);
  // Gives back what the connection's request holds.
  void release(Connection& connection);

 private:
  // What the connection waits for; nothing: it can go on at once.
  using Step = std::optional<Want>;
  Step shake_hands(Connection& connection);
  Step read(Connection& connection);
  Step write(Connection& connection);
  void take(Connection& connection, std::string_view bytes);
  void read_head(Connection& connection);
  void add_to_body(Connection& connection, std::string_view bytes);
  void answer(Connection& connection);
  void next_request(Connection& connection);

  const Limits& limits_;
  Usage& usage_;
  Heavy& heavy_;
  Owner& owner_;
  Http http_;
  std::vector<char> scratch_;
};

}  // namespace brokergate::webhook::net

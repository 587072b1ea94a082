#include "webhook/net/driver.h"

#include <algorithm>
#include <charconv>
#include <exception>
#include <utility>

#include "webhook/net/port.h"

namespace brokergate::webhook::net {
namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kScratch = size_t{64} << 10;
// Steps before others have their turn: 16 reads are a megabyte.
constexpr int kTurns = 16;
// What a quiet connection may keep of its buffers.
constexpr size_t kKept = 1024;
// Beyond this the memory for the whole body is taken at once: growing it step by
// step would hold parts of it twice.
constexpr size_t kGrown = size_t{256} << 10;
// A body this small makes room for itself where bytes are short.
constexpr size_t kSmallBody = size_t{128} << 10;

void forget(std::string& text) {
  if (text.capacity() > kKept) {
    std::string().swap(text);
  } else {
    text.clear();
  }
}

// `timeout=10s`, as the API server writes it: whole seconds. The time it leaves;
// nothing when the query says none that can be read.
Clock::time_point deadline_of(std::string_view query, Clock::time_point now) {
  constexpr std::string_view kName = "timeout=";
  while (!query.empty()) {
    std::string_view part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    if (!part.starts_with(kName)) continue;
    part.remove_prefix(kName.size());
    uint32_t count = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), count);
    const std::string_view unit(end, static_cast<size_t>(part.data() + part.size() - end));
    if (error != std::errc() || count > 3600 * 1000) break;
    if (unit == "s") return now + std::chrono::seconds(count);
    if (unit == "ms") return now + std::chrono::milliseconds(count);
    break;
  }
  return Clock::time_point::max();
}

// What a connection waits for after a step of its transport that is not done.
Want want_of(Transport::Step step) {
  return step == Transport::Step::kWantRead    ? Want::kRead
         : step == Transport::Step::kWantWrite ? Want::kWrite
                                               : Want::kEnd;
}

}  // namespace

Driver::Driver(const Limits& limits, Usage& usage, Heavy& heavy, Owner& owner)
    : limits_(limits), usage_(usage), heavy_(heavy), owner_(owner), scratch_(kScratch) {}

Want Driver::advance(Connection& connection) {
  for (int turn = 0; turn < kTurns; ++turn) {
    Step step;
    switch (connection.phase) {
      case Phase::kHandshake:
        step = shake_hands(connection);
        break;
      case Phase::kFresh:
      case Phase::kIdle:
      case Phase::kHead:
      case Phase::kBody:
        step = read(connection);
        break;
      case Phase::kWork:
        return Want::kNothing;
      case Phase::kWrite:
        step = write(connection);
        break;
      case Phase::kLinger:
        return connection.transport.discard() ? Want::kRead : Want::kEnd;
      case Phase::kCount:
        return Want::kEnd;
    }
    if (step) return *step;
  }
  return Want::kAgain;
}

Driver::Step Driver::shake_hands(Connection& connection) {
  const Transport::Step step = connection.transport.handshake();
  if (step == Transport::Step::kEnd) {
    ++usage_.counts.handshakes_failed;
    if (const std::string_view why = connection.transport.client_fault(); !why.empty()) {
      ++usage_.counts.clients_refused;
      connection.port.door().unwelcome(why, connection.peer);
    }
  }
  if (step != Transport::Step::kDone) return want_of(step);
  owner_.enter(connection, Phase::kFresh);
  return {};
}

Driver::Step Driver::read(Connection& connection) {
  size_t count = 0;
  const Transport::Step step = connection.transport.read(scratch_.data(), scratch_.size(), count);
  if (step != Transport::Step::kDone) return want_of(step);
  take(connection, {scratch_.data(), count});
  return {};
}

void Driver::take(Connection& connection, std::string_view bytes) {
  if (connection.phase == Phase::kBody) return add_to_body(connection, bytes);
  connection.in += bytes;
  if (connection.phase != Phase::kHead) owner_.enter(connection, Phase::kHead);
  read_head(connection);
}

void Driver::read_head(Connection& connection) {
  const size_t size = head_size(connection.in, connection.seen);
  if (size == 0) {
    connection.seen = connection.in.size();
    if (connection.seen > limits_.head_bytes) refuse(connection, {431, "the header fields are too large"});
    return;
  }
  connection.seen = 0;
  const std::string rest = connection.in.substr(size);
  connection.in.resize(size);
  connection.head_bytes.swap(connection.in);
  connection.in.clear();
  connection.head = {};
  Refusal no = net::read_head(connection.head_bytes, limits_, connection.head);
  if (no.status == 0) no = connection.port.door().admit(connection.head);
  if (no.status != 0) return refuse(connection, no);
  connection.deadline = deadline_of(connection.head.query, Clock::now());
  if (connection.head.content_length == 0) {
    connection.in = rest;
    return answer(connection);
  }
  owner_.enter(connection, Phase::kBody);
  connection.body.reserve(std::min(connection.head.content_length, kGrown));
  add_to_body(connection, rest);
}

void Driver::add_to_body(Connection& connection, std::string_view bytes) {
  const size_t missing = connection.head.content_length - connection.body.size();
  const std::string_view mine = bytes.substr(0, missing);
  if (!usage_.take_bytes(mine.size())) {
    ++usage_.counts.over_bytes;
    // Who sends slowly has sent for longest: a flood of begun bodies does not
    // keep out those that are sent at once.
    Connection* oldest = connection.head.content_length <= kSmallBody ? owner_.oldest_body(connection) : nullptr;
    if (oldest) refuse(*oldest, {503, "too much is being received"});
    if (!oldest || !usage_.take_bytes(mine.size())) return refuse(connection, {503, "too much is being received"});
  }
  connection.charged += mine.size();
  if (connection.body.size() + mine.size() > kGrown) connection.body.reserve(connection.head.content_length);
  connection.body += mine;
  if (mine.size() < missing) return;
  connection.in = bytes.substr(missing);
  answer(connection);
}

void Driver::answer(Connection& connection) {
  if (Clock::now() > connection.deadline) return refuse(connection, {503, "the client has stopped waiting"});
  connection.close = owner_.draining();
  Door& door = connection.port.door();
  if (connection.body.size() > limits_.inline_body) {
    owner_.enter(connection, Phase::kWork);
    heavy_.add([this, &connection, &door](Http& http) {
      Call call{connection.head, std::move(connection.body), connection.peer, connection.deadline};
      bool close = connection.close;
      std::string out;
      try {
        out = Clock::now() > call.deadline ? http.refuse({503, "the client has stopped waiting"})
                                           : http.answer(door, call, connection.head_bytes, close);
      } catch (const std::exception&) {
        close = true;  // without an answer: there is no memory for one
      }
      owner_.deliver(connection, std::move(out), close);
    });
    return;
  }
  Call call{connection.head, std::move(connection.body), connection.peer, connection.deadline};
  bool close = connection.close;
  std::string out = http_.answer(door, call, connection.head_bytes, close);
  answered(connection, std::move(out), close);
}

void Driver::answered(Connection& connection, std::string out, bool close) {
  release(connection);
  connection.out = std::move(out);
  connection.written = 0;
  connection.close = close;
  owner_.enter(connection, Phase::kWrite);
}

void Driver::refuse(Connection& connection, const Refusal& refusal) {
  connection.port.door().refused(connection.head.path, refusal, connection.peer);
  connection.in.clear();
  answered(connection, http_.refuse(refusal), true);
}

void Driver::release(Connection& connection) {
  usage_.give_bytes(connection.charged);
  connection.charged = 0;
  forget(connection.body);
  forget(connection.head_bytes);
  connection.head = {};
}

Driver::Step Driver::write(Connection& connection) {
  while (connection.written < connection.out.size()) {
    size_t count = 0;
    const Transport::Step step = connection.transport.write(connection.out.data() + connection.written,
                                                            connection.out.size() - connection.written, count);
    if (step != Transport::Step::kDone) return want_of(step);
    connection.written += count;
  }
  forget(connection.out);
  if (connection.close) {
    connection.transport.end_writing();
    forget(connection.in);
    owner_.enter(connection, Phase::kLinger);
    return {};
  }
  next_request(connection);
  // After each answer others have their turn. Mostly there is nothing more to
  // read yet, and trying would be a system call for nothing.
  return connection.phase == Phase::kIdle && !connection.transport.pending() ? Want::kRead : Want::kAgain;
}

void Driver::next_request(Connection& connection) {
  if (connection.in.empty()) {
    forget(connection.in);
    owner_.enter(connection, Phase::kIdle);
    return;
  }
  owner_.enter(connection, Phase::kHead);
  read_head(connection);
}

}  // namespace brokergate::webhook::net

// What comes in on a connection, at either port, over a socket pair: the first byte
// picks the port and how the bytes are cut. However they are cut, the answers are the same.
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <string>

#include "fuzz/common.h"
#include "webhook/net/driver.h"
#include "webhook/net/port.h"
#include "webhook/operations_door.h"
#include "webhook/review_door.h"

using namespace brokergate;
using namespace brokergate::webhook;
using fuzz::must;

namespace {

class Owner final : public net::Owner {
 public:
  void enter(net::Connection& connection, net::Phase phase) override { connection.phase = phase; }
  net::Connection* oldest_body(const net::Connection&) override { return nullptr; }
  void deliver(net::Connection&, std::string, bool) override { must(false, "no input is large enough for a thread"); }
  bool draining() const override { return false; }
};

struct Stage {
  net::Limits limits;
  net::Usage usage{limits};
  net::Heavy heavy{0};
  Owner owner;
  net::Driver driver{limits, usage, heavy, owner};
  Log log;
  Metrics metrics{"fuzz"};
  ReviewDoor reviews{std::make_shared<const Policy>(fuzz::policy(0)), log, metrics};
  OperationsDoor operations{metrics, usage.counts};
  net::Port review_port{reviews, nullptr};
  net::Port operations_port{operations, nullptr};
};

// One connection on which `bytes` arrive in pieces of `cut`. All that was answered.
std::string talk(Stage& stage, net::Port& port, std::string_view bytes, size_t cut) {
  std::array<int, 2> ends{};
  must(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0, "a socket pair");
  net::Connection connection(ends[0], nullptr, port, "fuzz");
  std::string out;
  const auto take = [&] {
    std::array<char, 65536> buffer{};
    for (ssize_t got = 0; (got = ::recv(ends[1], buffer.data(), buffer.size(), 0)) > 0;) {
      out.append(buffer.data(), static_cast<size_t>(got));
    }
  };
  // Far more turns than any input needs: each reads something or ends something.
  size_t turns = 100 + bytes.size() * 4;
  net::Want want = net::Want::kAgain;
  const auto advance = [&] {
    do {
      must(turns-- > 0, "a connection comes to rest");
      want = stage.driver.advance(connection);
      take();
    } while (want == net::Want::kAgain || want == net::Want::kWrite);
  };
  while (!bytes.empty() && want != net::Want::kEnd) {
    const std::string_view piece = bytes.substr(0, cut);
    const ssize_t put = ::send(ends[1], piece.data(), piece.size(), MSG_NOSIGNAL);
    if (put <= 0) break;
    bytes.remove_prefix(static_cast<size_t>(put));
    advance();
  }
  ::shutdown(ends[1], SHUT_WR);
  if (want != net::Want::kEnd) advance();
  must(want == net::Want::kEnd, "a connection whose client is gone ends");
  stage.driver.release(connection);
  must(stage.usage.bytes() == 0, "a connection that ends holds nothing");
  ::close(ends[0]);
  ::close(ends[1]);
  return out;
}

std::string_view value_of(std::string_view head, std::string_view name) {
  const size_t at = head.find(name);
  if (at == std::string_view::npos) return {};
  head.remove_prefix(at + name.size());
  return head.substr(0, head.find('\r'));
}

// Whole answers, one behind the other; nothing but the last ends the connection.
void must_be_answers(std::string_view out, size_t most) {
  constexpr std::array<std::string_view, 12> kStatuses{"200", "400", "404", "405", "408", "411",
                                                       "413", "415", "417", "431", "503", "505"};
  size_t count = 0;
  bool closed = false;
  while (!out.empty()) {
    must(!closed, "nothing follows an answer that ends the connection", out);
    must(++count <= most, "one answer to a request", out);
    const size_t end = out.find("\r\n\r\n");
    must(out.starts_with("HTTP/1.1 ") && end != std::string_view::npos, "an answer is HTTP", out);
    const std::string_view head = out.substr(0, end + 2), status = head.substr(9, 3);
    must(std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end(), "a status that is expected", head);
    for (const std::string_view name : {"Retry-After", "Location", "Transfer-Encoding", "EXCEPTION"}) {
      must(head.find(name) == std::string_view::npos, "a header that no answer has", head);
    }
    // The library compresses what is text; a review is what it is.
    must(!head.starts_with("HTTP/1.1 200") || head.find("application/json") == std::string_view::npos ||
             head.find("Content-Encoding") == std::string_view::npos,
         "a review is not compressed", head);
    closed = head.find("\r\nConnection: close\r\n") != std::string_view::npos;
    size_t length = 0;
    const std::string_view told = value_of(head, "\r\nContent-Length: ");
    must(std::from_chars(told.data(), told.data() + told.size(), length).ec == std::errc(), "an answer has a length",
         head);
    must(out.size() - end - 4 >= length, "an answer is whole", out);
    out.remove_prefix(end + 4 + length);
  }
}

size_t count_of(std::string_view text, std::string_view what) {
  size_t count = 0;
  for (size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; at += what.size()) ++count;
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto stage = std::make_unique<Stage>();
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const bool operations = (data[0] & 1) != 0;
  net::Port& port = operations ? stage->operations_port : stage->review_port;
  const std::string whole = talk(*stage, port, bytes, std::max<size_t>(bytes.size(), 1));
  must_be_answers(whole, count_of(bytes, "\r\n\r\n") + 1);
  // How long a client waits may pass between two pieces, and metrics count what was asked before.
  if (bytes.find("timeout=") != std::string_view::npos || bytes.find("/metrics") != std::string_view::npos) return 0;
  const std::string cut = talk(*stage, port, bytes, size_t{1} + data[0] / 2);
  must(cut == whole, "the answers do not depend on how the bytes are cut", whole + "\n-- but --\n" + cut);
  return 0;
}

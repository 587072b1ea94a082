// Crowds: what many bad clients together must not do to a good one.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

#include "catch.h"
#include "hardening/client.h"
#include "hardening/herd.h"
#include "hardening/pulse.h"
#include "hardening/server_process.h"

using namespace brokergate::hardening;
using std::chrono::seconds;

namespace {

constexpr size_t kCap = 3000;              // the default of --max-connections
constexpr long kMostMemory = 128L * 1024;  // KiB
// Milliseconds: an API server waits three seconds by our own registration. The
// aim for the 99th percentile, 50 ms, is printed beside what was measured: a
// machine that is busy with something else must not fail a test.
constexpr double kGivenUp = 3000;

void check_good(const Health& health, size_t at_least) {
  CHECK(health.failures == std::vector<std::string>{});
  CHECK(health.answered >= at_least);
  CHECK(health.worst < kGivenUp);
}

double mib(long kib) { return static_cast<double>(kib) / 1024; }

void tell_memory(const ServerProcess& server) {
  std::printf("%58s %7.1f MiB at most, %.1f now\n", "memory of the server:", mib(server.memory("VmHWM")),
              mib(server.memory()));
  CHECK(server.memory("VmHWM") < kMostMemory);
}

}  // namespace

TEST_CASE("two thousand idle connections and 200 slow ones", "[crowd]") {
  ServerProcess server;
  Herd idle(server.port(), 2000, {});
  REQUIRE(idle.wait_settled(2000, 60));
  const std::string head = post("/validate", small_review());
  Herd slow(server.port(), 200, {true, head, 1});
  REQUIRE(slow.wait_settled(200, 20));
  Pulse pulse(server.port());
  // A head that comes at a byte a second is ended after five.
  CHECK(slow.wait_ended(200, 20));
  std::this_thread::sleep_for(seconds(3));
  check_good(pulse.stop("2,000 idle, 200 at a byte a second"), 2000);
  CHECK(idle.ended() == 0);
  tell_memory(server);
  CHECK(server.metric("brokergate_connections") >= 2000);
}

TEST_CASE("a body at a byte a second is ended", "[crowd]") {
  ServerProcess server;
  const std::string body = small_review();
  const std::string head = post("/validate", body).substr(0, post("/validate", body).size() - body.size());
  Herd slow(server.port(), 50, {true, head + body.substr(0, 100), 0});
  Pulse pulse(server.port());
  REQUIRE(slow.wait_settled(50, 10));
  const auto begin = std::chrono::steady_clock::now();
  CHECK(slow.wait_ended(50, 20));
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  CHECK(took > 8);
  check_good(pulse.stop("50 bodies that stop in the middle"), 1000);
  CHECK(server.metric("brokergate_refused_total{code=\"408\"}") == 50);
}

TEST_CASE("half-open handshakes", "[crowd]") {
  ServerProcess server;
  Pulse pulse(server.port());
  Herd half(server.port(), 2500, {false, {}, 0});
  REQUIRE(half.wait_settled(2500, 30));
  CHECK(half.wait_ended(2500, 20));
  check_good(pulse.stop("2,500 connections that never say a word"), 1000);
  tell_memory(server);
}

TEST_CASE("a storm of new connections", "[crowd]") {
  ServerProcess server;
  Pulse pulse(server.port());
  const auto end = std::chrono::steady_clock::now() + seconds(5);
  size_t storms = 0;
  while (std::chrono::steady_clock::now() < end) {
    Herd herd(server.port(), 200, {});
    herd.wait_settled(200, 10);
    ++storms;
  }
  CHECK(storms >= 2);
  check_good(pulse.stop("connections made and dropped, 200 at a time"), 1000);
  tell_memory(server);
}

TEST_CASE("six thousand connections meet the cap", "[crowd]") {
  ServerProcess server;
  Pulse pulse(server.port());
  Herd herd(server.port(), 6000, {}, 32);
  const auto deadline = std::chrono::steady_clock::now() + seconds(60);
  double most = 0;
  while (herd.settled() + herd.ended() < 6000 && std::chrono::steady_clock::now() < deadline) {
    most = std::max(most, server.metric("brokergate_connections"));
    std::this_thread::sleep_for(milliseconds(100));
  }
  CHECK(most <= kCap);
  CHECK(most > kCap / 2);
  CHECK(herd.wait_ended(6000 - kCap, 20));
  check_good(pulse.stop("6,000 connections"), 500);
  tell_memory(server);
}

TEST_CASE("one peer cannot take all connections", "[crowd]") {
  ServerProcess server({"--max-connections-per-peer", "100"});
  Pulse pulse(server.port(), 100, 2);
  Herd herd(server.port(), 400, {}, 1);
  std::this_thread::sleep_for(seconds(4));
  CHECK(server.metric("brokergate_connections") <= 110);
  CHECK(herd.ended() >= 300);
  check_good(pulse.stop("400 connections from one address, 100 allowed"), 100);
}

TEST_CASE("clients that ask for more than their share", "[crowd]") {
  ServerProcess server;
  std::string many;
  for (int i = 0; i < 2000; ++i) many += post("/validate", small_review());
  Pulse pulse(server.port());
  Herd greedy(server.port(), 50, {true, many, 0});
  std::this_thread::sleep_for(seconds(8));
  check_good(pulse.stop("50 clients with 2,000 pipelined requests each"), 1000);
  tell_memory(server);
}

TEST_CASE("clients that never read their answers", "[crowd]") {
  ServerProcess server;
  std::string many;
  for (int i = 0; i < 10000; ++i) many += post("/validate", small_review());
  Pulse pulse(server.port());
  Herd deaf(server.port(), 50, {true, many, 0, false});
  REQUIRE(deaf.wait_settled(50, 10));
  // Ended once the answer that nobody takes has waited for ten seconds.
  std::this_thread::sleep_for(seconds(12));
  for (int i = 0; i < 30 && server.metric("brokergate_connections") > 20; ++i) std::this_thread::sleep_for(seconds(1));
  CHECK(server.metric("brokergate_connections") <= 20);
  check_good(pulse.stop("50 clients that take no answer"), 1000);
  tell_memory(server);
}

TEST_CASE("more bodies begun than there is room for", "[crowd]") {
  ServerProcess server;
  // 40 x 8 MiB, of which 4 MiB are sent: more than may be in flight.
  const std::string part(size_t{4} << 20, ' ');
  const std::string head =
      "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 8388608\r\n\r\n";
  Pulse pulse(server.port());
  Herd herd(server.port(), 40, {true, head + part, 0});
  CHECK(herd.wait_ended(40, 30));
  check_good(pulse.stop("40 large bodies begun"), 1000);
  tell_memory(server);
  CHECK(server.metric("brokergate_refused_total{code=\"503\"}") > 0);
  CHECK(server.memory() < 96 * 1024);
}

TEST_CASE("memory returns", "[crowd]") {
  ServerProcess server;
  const long before = server.memory();
  {
    Herd idle(server.port(), 2500, {});
    REQUIRE(idle.wait_settled(2500, 60));
  }
  {
    Client big(server.port());
    REQUIRE(big.handshake());
    // Legal, and as large as an API server may send it to within a few bytes.
    std::string body = small_review();
    body.insert(body.size() - 1, std::string((size_t{36} << 20), ' '));
    REQUIRE(big.send(post("/validate", body)));
    CHECK(status_of(big.answer(milliseconds(20000))) == 200);
  }
  std::this_thread::sleep_for(seconds(3));
  std::printf("%58s %7.1f MiB before, %.1f after, %.1f at most\n", "memory:", mib(before), mib(server.memory()),
              mib(server.memory("VmHWM")));
  CHECK(server.memory("VmHWM") < kMostMemory);
  CHECK(server.memory() < before + 48 * 1024);
  CHECK(server.metric("brokergate_connections") <= 2);
}

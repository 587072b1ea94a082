// Single requests that are wrong in one way.
#include <csignal>
#include <thread>

#include "catch.h"
#include "hardening/client.h"
#include "hardening/server_process.h"

using namespace brokergate::hardening;

namespace {

const std::string kPost = "POST /validate HTTP/1.1\r\n";
const std::string kHead = kPost + "Host: x\r\nContent-Type: application/json\r\n";

// Sends it and a good request behind it; the first status, and whether the
// connection ended with nothing of the second answered.
int refused_alone(const ServerProcess& server, const std::string& request) {
  Client client(server.port());
  REQUIRE(client.handshake());
  client.send(request + post("/validate", small_review("smuggled")));
  bool closed = false;
  const std::string all = client.rest(milliseconds(8000), closed);
  CHECK(closed);
  CHECK(all.find("smuggled") == std::string::npos);
  return status_of(all);
}

}  // namespace

TEST_CASE("requests that two parsers could read in two ways") {
  ServerProcess server;
  struct Case {
    std::string request;
    int status;
  };
  const std::vector<Case> cases = {
      {kHead + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
      {kHead + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 411},
      {kHead + "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nhello", 411},
      {kHead + "transfer-encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello", 411},
      {kHead + "Transfer-Encoding : chunked\r\nContent-Length: 5\r\n\r\nhello", 400},
      {kHead + " Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello", 400},
      {kHead + "X: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello", 400},
      {kHead + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", 400},
      {kHead + "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello", 400},
      {kHead + "Content-Length: 5, 5\r\n\r\nhello", 400},
      {kHead + "Content-Length: +5\r\n\r\nhello", 400},
      {kHead + "Content-Length: 5 0\r\n\r\nhello", 400},
      {kHead + "Content-Length: 0x5\r\n\r\nhello", 400},
      {kHead + "Content-Length:\r\n\r\nhello", 400},
      {kHead + "Content-Length\x01: 5\r\n\r\nhello", 400},
      {kHead + "X: a\nContent-Length: 5\r\n\r\nhello", 400},
      {kHead + std::string("X: a\0b\r\nContent-Length: 5\r\n\r\nhello", 36), 400},
      {kHead + "X: a\rb\r\nContent-Length: 5\r\n\r\nhello", 400},
      {kHead + "no colon\r\nContent-Length: 5\r\n\r\nhello", 400},
      {kHead + ": no name\r\nContent-Length: 5\r\n\r\nhello", 400},
      {kHead + "Host: y\r\nContent-Length: 5\r\n\r\nhello", 400},
      {kPost + "Content-Type: application/json\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"POST /validate HTTP/1.0\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 505},
      {"POST /validate HTTP/2.0\r\nHost: x\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"POST http://x/validate HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"POST  /validate HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"POST /validate\tHTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 400},
      {"\r\n\r\n" + kHead + "Content-Length: 5\r\n\r\nhello", 400},
      {kHead + "Upgrade: h2c\r\nContent-Length: 5\r\n\r\nhello", 400},
      {kHead + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n", 417},
      {kHead + "Range: bytes=0-5\r\nContent-Length: 5\r\n\r\nhello", 400},
      {kHead + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", 415},
      {kHead + "Content-Encoding: deflate\r\nContent-Length: 5\r\n\r\nhello", 415},
  };
  for (const Case& wrong : cases) {
    INFO(wrong.request);
    CHECK(refused_alone(server, wrong.request) == wrong.status);
  }
}

TEST_CASE("what is refused is refused before a byte of its body is sent") {
  ServerProcess server;
  for (const auto& [fields, status] : std::vector<std::pair<std::string, int>>{
           {"Content-Length: 41943040\r\n", 413},
           {"Content-Length: 1000\r\nContent-Encoding: gzip\r\n", 415},
           {"Transfer-Encoding: chunked\r\n", 411},
       }) {
    Client client(server.port());
    REQUIRE(client.handshake());
    REQUIRE(client.send(kHead + fields + "\r\n"));
    CHECK(status_of(client.answer(milliseconds(2000))) == status);
  }
}

TEST_CASE("a body of 40 MB is refused while it is sent") {
  ServerProcess server;
  Client client(server.port());
  REQUIRE(client.handshake());
  client.send(kHead + "Content-Length: 41943040\r\n\r\n" + std::string(size_t{40} << 20, 'x'));
  CHECK(server.memory("VmHWM") < 48 * 1024);
  Client next(server.port());
  REQUIRE(next.handshake());
  REQUIRE(next.send(post("/validate", small_review())));
  CHECK(status_of(next.answer()) == 200);
}

TEST_CASE("floods of header fields") {
  ServerProcess server;
  std::string many = kHead, one = kHead + "X: " + std::string(9000, 'x') + "\r\n", endless = kHead + "X: ";
  for (int i = 0; i < 70; ++i) many += "X-" + std::to_string(i) + ": x\r\n";
  endless += std::string(size_t{1} << 20, 'x');
  std::string thousands = kHead;
  for (int i = 0; i < 10000; ++i) thousands += "X-" + std::to_string(i) + ": x\r\n";
  for (const std::string& flood : {many + "\r\n", one + "\r\n", endless, thousands + "\r\n"}) {
    CHECK(refused_alone(server, flood) == 431);
  }
  CHECK(server.memory("VmHWM") < 48 * 1024);
}

TEST_CASE("JSON that is deep, and bodies that are none") {
  ServerProcess server;
  const std::string deep = std::string(100000, '[') + std::string(100000, ']');
  const std::string inside =
      R"({"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{"uid":"u","object":)";
  for (const std::string& body :
       {deep, inside + deep + "}}", std::string(size_t{1} << 20, '{'), std::string("\xff\xfe\x00", 3),
        std::string("null"), std::string("{}"), std::string("[]"), std::string("\"\\ud800\""), std::string("1e400"),
        std::string("{} {}"), std::string("\xef\xbb\xbf{}")}) {
    INFO(body.substr(0, 60));
    Client client(server.port());
    REQUIRE(client.handshake());
    REQUIRE(client.send(post("/validate", body)));
    CHECK(status_of(client.answer()) == 400);
    // The connection is still good: the body was read to its end.
    REQUIRE(client.send(post("/validate", small_review())));
    CHECK(status_of(client.answer()) == 200);
  }
}

TEST_CASE("a hundred pipelined requests are answered in order") {
  ServerProcess server;
  Client client(server.port());
  REQUIRE(client.handshake());
  std::string all;
  for (int i = 0; i < 100; ++i) all += post("/validate", small_review("u-" + std::to_string(i)));
  REQUIRE(client.send(all));
  for (int i = 0; i < 100; ++i) {
    const std::string answer = client.answer();
    CHECK(status_of(answer) == 200);
    CHECK(answer.find("\"u-" + std::to_string(i) + "\"") != std::string::npos);
  }
}

TEST_CASE("old TLS, plain HTTP and noise on the TLS port") {
  ServerProcess server;
  CHECK_FALSE(Client(server.port()).handshake(milliseconds(3000), TLS1_1_VERSION));
  CHECK(plain_get(server.port(), "/mutate").find("HTTP/1.1 200") == std::string::npos);
  Client client(server.port());
  REQUIRE(client.handshake());
  REQUIRE(client.send(post("/mutate", small_review())));
  CHECK(status_of(client.answer()) == 200);
  CHECK(server.metric("brokergate_connections_ended_total{why=\"handshake\"}") == 2);
}

TEST_CASE("noise on the TLS port fills no log") {
  ServerProcess server;
  const size_t before = server.read("log").size();
  for (int i = 0; i < 200; ++i) plain_get(server.port(), "/mutate");
  CHECK(server.metric("brokergate_connections_ended_total{why=\"handshake\"}") == 200);
  CHECK(server.read("log").size() == before);
}

TEST_CASE("a TLS 1.2 client cannot renegotiate") {
  ServerProcess server;
  Client client(server.port());
  REQUIRE(client.handshake(milliseconds(3000), TLS1_2_VERSION));
  REQUIRE(client.send(post("/mutate", small_review())));
  CHECK(status_of(client.answer()) == 200);
  CHECK_FALSE(client.renegotiate());
  Client next(server.port());
  REQUIRE(next.handshake());
  REQUIRE(next.send(post("/mutate", small_review())));
  CHECK(status_of(next.answer()) == 200);
}

TEST_CASE("a client that has stopped waiting gets no review") {
  ServerProcess server;
  Client client(server.port());
  REQUIRE(client.handshake());
  std::string request = post("/validate", small_review());
  request.replace(request.find("timeout=10s"), 11, "timeout=100ms");
  const size_t half = request.size() / 2;
  REQUIRE(client.send(request.substr(0, half)));
  std::this_thread::sleep_for(milliseconds(400));
  REQUIRE(client.send(request.substr(half)));
  const std::string answer = client.answer();
  CHECK(status_of(answer) == 503);
  CHECK(answer.find("Retry-After") == std::string::npos);
}

TEST_CASE("the operations' port tells of the process and takes nothing") {
  ServerProcess server;
  CHECK(server.operations_status("/livez") == 200);
  CHECK(server.operations_status("/mutate") == 404);
  CHECK(server.operations_status("/debug/pprof") == 404);
  CHECK(server.operations_status("/metrics") == 200);
  // Ready once its own port was tried.
  int status = 0;
  for (int i = 0; i < 100 && status != 200; ++i) {
    status = server.operations_status("/readyz");
    std::this_thread::sleep_for(milliseconds(20));
  }
  CHECK(status == 200);
}

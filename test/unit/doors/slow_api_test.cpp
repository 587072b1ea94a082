// The client of the Kubernetes API before servers that send without end, byte by byte or as fast as they can.
#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <memory>
#include <thread>

#include "catch.h"
#include "certs/cluster.h"
#include "tls_help.h"

using namespace brokergate;
using namespace brokergate::test;
using namespace std::chrono_literals;

namespace {

using Clock = certs::Cluster::Clock;

// Answers every connection with `first` and then with `again`, for ever, `pause` between them.
class SlowServer {
 public:
  SlowServer(std::string first, std::string again, std::chrono::milliseconds pause)
      : first_(std::move(first)), again_(std::move(again)), pause_(pause) {
    const auto now = static_cast<int64_t>(std::time(nullptr));
    authority_ = std::move(*certs::make_authority(now, 2));
    certs::Names names;
    certs::add_host(names, "127.0.0.1");
    leaf_ = std::move(*certs::make_leaf(authority_, names, now, 1));
    context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context_.get(), leaf_.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), leaf_.key.get());
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(at);
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&at), sizeof(at)) == 0);
    REQUIRE(::listen(listener_, 5) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&at), &size) == 0);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~SlowServer() {
    done_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  SlowServer(const SlowServer&) = delete;
  SlowServer& operator=(const SlowServer&) = delete;

  certs::Access access() const {
    certs::Access out;
    out.host = "127.0.0.1";
    out.port = port_;
    out.authorities.push_back(certs::shared(authority_.certificate));
    return out;
  }

 private:
  void run() {
    std::signal(SIGPIPE, SIG_IGN);
    while (!done_) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) continue;
      const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context_.get()), SSL_free);
      SSL_set_fd(tls.get(), socket);
      char asked[4096];
      if (SSL_accept(tls.get()) == 1 && SSL_read(tls.get(), asked, sizeof(asked)) > 0) talk(tls.get());
      ::close(socket);
    }
  }
  void talk(SSL* tls) {
    bool open = first_.empty() || SSL_write(tls, first_.data(), static_cast<int>(first_.size())) > 0;
    while (open && !done_) {
      if (pause_ > 0ms) std::this_thread::sleep_for(pause_);
      open = SSL_write(tls, again_.data(), static_cast<int>(again_.size())) > 0;
    }
  }

  const std::string first_, again_;
  const std::chrono::milliseconds pause_;
  certs::Issued authority_, leaf_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, SSL_CTX_free};
  int listener_ = -1, port_ = 0;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

struct Ended {
  std::string message;
  Clock::duration after{};
};
Ended ask(certs::Cluster& cluster) {
  const auto begin = Clock::now();
  const auto answer = cluster.get("/x");
  return {answer ? "an answer" : answer.error().message, Clock::now() - begin};
}

constexpr const char* kHead = "HTTP/1.1 200 OK\r\n";

}  // namespace

TEST_CASE("cluster: what drips in ends with the time there is") {
  const std::string head = kHead;
  struct Row {
    const char* what;
    std::string first, again;
  };
  const Row rows[] = {{"a header, byte by byte", head + "X: ", "a"},
                      {"headers without end", head, "X: a\r\n"},
                      {"nothing but what comes before an answer", "", "HTTP/1.1 100 Continue\r\n\r\n"},
                      {"a body, byte by byte", head + "Content-Length: 100000\r\n\r\n", " "},
                      {"a body without a length", head + "Connection: close\r\n\r\n", " "},
                      {"a chunk's size, byte by byte", head + "Transfer-Encoding: chunked\r\n\r\n", "0"}};
  for (const Row& row : rows) {
    INFO(row.what);
    const SlowServer server(row.first, row.again, 50ms);
    certs::Cluster cluster(server.access());
    cluster.end_at(Clock::now() + 1s);
    const Ended found = ask(cluster);
    CHECK(found.message.ends_with("/x: no whole answer before the time was up"));
    CHECK(found.after > 900ms);
    CHECK(found.after < 5s);
    // Nobody is asked any more.
    const Ended late = ask(cluster);
    CHECK(late.message.ends_with("/x: not asked: the time is up"));
    CHECK(late.after < 1s);
  }
}

TEST_CASE("cluster: a call has 15 seconds of its own") {
  const SlowServer server(std::string(kHead) + "X: ", "a", 500ms);
  certs::Cluster cluster(server.access());
  const Ended found = ask(cluster);
  CHECK(found.message.ends_with("/x: an answer that does not end (15 s, or 20 MiB)"));
  CHECK(found.after > 14s);
  CHECK(found.after < 18s);
}

TEST_CASE("cluster: headers as fast as they come end with 20 MiB") {
  std::string again;
  while (again.size() < 16000) again += "X: a\r\n";
  const SlowServer server(kHead, again, 0ms);
  certs::Cluster cluster(server.access());
  const Ended found = ask(cluster);
  CHECK(found.message.ends_with("/x: an answer that does not end (15 s, or 20 MiB)"));
  CHECK(found.after < 14s);
}

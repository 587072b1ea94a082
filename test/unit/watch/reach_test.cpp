// Whom a watch trusts, what it shows of itself, and that it ends at once and leaves nothing behind.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>

#include "catch.h"
#include "run.h"

using namespace brokergate;
using namespace brokergate::test;
using std::chrono::milliseconds;
using watch::Reason;
using watch::Resource;

namespace {

using Request = Session::Request;
using Strings = std::vector<std::string>;

bool serve_nothing(Session& session, const Request& request) {
  if (request.has("limit=")) return session.answer(200, list(1, {}));
  return session.begin() && session.hang();
}

// The error that a reflector with this access has.
std::string error_with(const std::shared_ptr<certs::Access>& access, Reason reason,
                       milliseconds connect = quick().connect) {
  Held held;
  Told told;
  watch::Counts counts;
  watch::Options options = told.options();
  options.timing.connect = connect;
  watch::Reflector reflector(Resource::kNodes, access, held, counts, std::move(options));
  reflector.start();
  CHECK(soon([&] { return counts.errors[static_cast<size_t>(reason)] > 0; }));
  CHECK(held.calls().empty());
  return reflector.state().error;
}

// A token file in a folder that goes away.
class TokenFile {
 public:
  TokenFile() : path_(std::filesystem::temp_directory_path() / ("brokergate-token-" + std::to_string(::getpid()))) {}
  ~TokenFile() { std::filesystem::remove(path_); }
  TokenFile(const TokenFile&) = delete;
  TokenFile& operator=(const TokenFile&) = delete;
  // At once, as the kubelet does.
  void write(const std::string& text) const {
    const std::filesystem::path next = path_.string() + ".next";
    std::ofstream(next, std::ios::trunc) << text;
    std::filesystem::rename(next, path_);
  }
  std::string name() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("watch: only the given authority and the server's own name count") {
  std::atomic<int> requests{0};
  ScriptedApi api([&](Session& session, const Request& request) {
    ++requests;
    return serve_nothing(session, request);
  });
  const std::string server = "https://127.0.0.1:" + std::to_string(api.port()) + ": ";
  auto other = api.access();
  other->authorities.clear();
  other->authorities.push_back(std::move(certs::make_authority(std::time(nullptr), 2)->certificate));
  CHECK(error_with(other, Reason::kTls).starts_with(server + "its certificate is not accepted: "));
  auto none = api.access();
  none->authorities.clear();
  CHECK(error_with(none, Reason::kTls).starts_with(server + "its certificate is not accepted: "));
  // The certificate is for 127.0.0.1 only. Names are looked up, too.
  auto elsewhere = api.access();
  elsewhere->host = "localhost";
  CHECK(error_with(elsewhere, Reason::kTls).ends_with("its certificate is not accepted: hostname mismatch"));
  CHECK(requests == 0);
}

TEST_CASE("watch: a server that is not there, or is none, is told as such") {
  ScriptedApi api(serve_nothing);
  auto access = api.access();
  // Bound, and not listening.
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  access->port = ntohs(address.sin_port);
  const std::string server = "https://127.0.0.1:" + std::to_string(access->port) + ": ";
  CHECK(error_with(access, Reason::kConnect) == server + "Connection refused");
  // Listening, and never answering: the handshake has its time.
  REQUIRE(::listen(socket, 1) == 0);
  CHECK(error_with(access, Reason::kTimeout, milliseconds(300)) ==
        server + "the TLS handshake failed: nothing came in time");
  ::close(socket);
  auto unknown = api.access();
  unknown->host = "no-such-host.invalid";
  const std::string error = error_with(unknown, Reason::kConnect);
  CHECK(error.find("https://no-such-host.invalid:") == 0);
}

TEST_CASE("watch: the token's file is read again for each request, and never sent with a line break in it") {
  const TokenFile file;
  file.write("old\n");
  ScriptedApi api([](Session& session, const Request& request) {
    if (request.authorization != "Bearer new") return session.answer(401, status(401, "Unauthorized"));
    return request.has("limit=") ? session.answer(200, list(1, {node("a", 1)})) : session.begin() && session.hang();
  });
  auto access = api.access();
  access->token.clear();
  access->token_file = file.name();
  Held held;
  Told told;
  watch::Counts counts;
  watch::Reflector reflector(Resource::kNodes, access, held, counts, told.options());
  reflector.start();
  REQUIRE(soon([&] { return counts.errors[static_cast<size_t>(Reason::kUnauthorized)] >= 2; }));
  CHECK(reflector.state().error == "list nodes is answered with 401: Unauthorized");
  file.write("a\nb\n");
  REQUIRE(soon([&] { return counts.errors[static_cast<size_t>(Reason::kToken)] > 0; }));
  CHECK(reflector.state().error == file.name() + ": is no token");
  file.write("new\n");
  CHECK(soon([&] { return held.text(Resource::kNodes) == "a=1"; }));
}

TEST_CASE("watch: stop() ends at once whatever is going on, and nothing is left behind") {
  const size_t files = open_files(), running = threads();
  const auto slow = [](watch::Options& options) {
    options.timing = watch::Timing();  // as in a cluster
    options.timing.backoff_first = options.timing.backoff_most = std::chrono::hours(1);
    options.timing.forbidden = std::chrono::hours(1);
  };
  const std::vector<std::pair<std::string, ScriptedApi::Script>> scripts = {
      {"waiting for an event", serve_nothing},
      {"waiting for a list", [](Session& session, const Request&) { return session.hang(); }},
      {"waiting after an error", [](Session& session, const Request&) { return session.answer(500, ""); }},
      {"waiting for a right", [](Session& session, const Request&) { return session.answer(403, ""); }},
      {"within an event",
       [](Session& session, const Request& request) {
         if (request.has("limit=")) return session.answer(200, list(1, {}));
         return session.begin() && session.send("ffff\r\n{\"type\"") && session.hang();
       }},
      {"under events that never pause",
       [](Session& session, const Request& request) {
         if (request.has("limit=")) return session.answer(200, list(1, {}));
         session.begin();
         while (session.event(event("MODIFIED", node("a", 3)))) continue;
         return false;
       }},
  };
  for (const auto& [what, script] : scripts) {
    INFO(what);
    Run run(script, slow);
    CHECK(soon([&] { return !run.api.targets().empty(); }));
    std::this_thread::sleep_for(milliseconds(50));
    const auto start = std::chrono::steady_clock::now();
    run.reflector->stop();
    run.reflector->join();
    CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));  // all it waits for takes longer
    const size_t calls = run.held.calls().size();
    std::this_thread::sleep_for(milliseconds(20));
    CHECK(run.held.calls().size() == calls);
  }
  CHECK(soon([&] { return open_files() == files && threads() == running; }));
}

TEST_CASE("watch: connections that fail again and again leave nothing behind") {
  const size_t files = open_files(), running = threads();
  {
    std::atomic<int> turn{0};
    Run run([&](Session& session, const Request& request) {
      if (request.has("limit=") && turn++ % 3 == 0) return session.answer(200, list(1, {node("a", 1)}));
      if (turn % 2 == 0) session.reset();
      return false;
    });
    CHECK(soon([&] { return run.api.connections() > 60; }));
    // The reflector's connection and two wakes, the server's listener, and what the server is just ending.
    CHECK(open_files() < files + 30);
  }
  CHECK(soon([&] { return open_files() == files && threads() == running; }));
}

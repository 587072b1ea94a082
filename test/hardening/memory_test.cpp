// What an API server has more of than there is memory for.
#include <sys/resource.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>
#include <thread>

#include "catch.h"
#include "certs/pem.h"
#include "hardening/client.h"
#include "hardening/server_process.h"
#include "unit/watch/scripted_api.h"

using namespace brokergate;
using namespace brokergate::hardening;
using test::ScriptedApi;
using test::Session;

namespace {

// The files by which `serve` finds a scripted API server.
class Way {
 public:
  explicit Way(const ScriptedApi& api) {
    std::string name = (std::filesystem::temp_directory_path() / "brokergate-way-XXXXXX").string();
    if (::mkdtemp(name.data())) folder_ = name;
    const auto access = api.access();
    std::ofstream(folder_ + "/ca.crt") << certs::pem_of(access->authorities.front());
    std::ofstream(config())
        << "current-context: a\ncontexts: [{name: a, context: {cluster: b, user: c}}]\nusers: [{name: c, "
        << "user: {token: t0ken}}]\nclusters: [{name: b, cluster: {server: \"https://127.0.0.1:" << api.port()
        << "\", certificate-authority: ca.crt}}]\n";
  }
  ~Way() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  Way(const Way&) = delete;
  Way& operator=(const Way&) = delete;
  std::string config() const { return folder_ + "/config"; }

 private:
  std::string folder_;
};

std::string service(const std::string& name, int version, size_t bytes) {
  return R"({"metadata":{"name":")" + name + R"(","namespace":"a","resourceVersion":")" + std::to_string(version) +
         R"("},"spec":{"externalName":")" + std::string(bytes, 'x') + R"("}})";
}

bool comes(const std::function<bool()>& holds) {
  for (int tries = 0; tries < 600; ++tries) {
    if (holds()) return true;
    std::this_thread::sleep_for(milliseconds(50));
  }
  return false;
}

int ask(const ServerProcess& server) {
  Client client(server.port());
  if (!client.handshake() || !client.send(post("/validate", small_review()))) return 0;
  return status_of(client.answer());
}

}  // namespace

// Checklist S15.
TEST_CASE("where memory ends for the view of a cluster it is told, and nothing ends", "[release]") {
  std::atomic<bool> flood{false};
  std::atomic<int> sent{0};
  ScriptedApi api([&](Session& session, const Session::Request& request) {
    const bool services = request.has("/services");
    if (request.has("limit=")) {
      return session.answer(
          200, test::list(1, services && sent > 0 ? std::vector{service("after", 1, 10)} : std::vector<std::string>()));
    }
    session.begin();
    while (services && sent == 0 && !flood && session.wait(milliseconds(5))) continue;
    // Once: more than there is room for.
    if (services && flood && sent == 0) {
      while (sent < 200 && session.event(test::event("ADDED", service("s" + std::to_string(sent), 2, size_t{1} << 20))))
        ++sent;
      if (sent == 0) sent = 1;
    }
    return session.hang();
  });
  const Way way(api);
  const ServerProcess server({"--cluster-view", "--kubeconfig", way.config()});
  const std::string condition = "brokergate_cluster_view_doubtful";
  REQUIRE(comes([&] { return server.operations_status("/readyz") == 200 && server.metric(condition) == 0; }));
  REQUIRE(ask(server) == 200);
  const auto room = static_cast<rlim_t>(server.memory("VmSize") + 24 * 1024) * 1024;
  const rlimit limit{room, room};
  REQUIRE(::prlimit(server.pid(), RLIMIT_AS, &limit, nullptr) == 0);
  flood = true;
  const std::string memory = R"(brokergate_watch_errors_total{resource="services",reason="memory"})";
  const std::string objects = R"(brokergate_watch_objects{resource="services"})";
  CHECK(comes([&] { return server.metric(memory) >= 1; }));
  CHECK(sent < 200);
  CHECK(comes([&] { return server.metric(objects) == 1 && server.metric(condition) == 0; }));
  CHECK(comes([&] { return ask(server) == 200; }));
  const std::string log = server.read("log");
  INFO(log.substr(log.size() - std::min<size_t>(log.size(), 2000)));
  CHECK(log.find("the watch of services fails") != std::string::npos);
  CHECK(server.operations_status("/readyz") == 200);
}

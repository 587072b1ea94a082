// What a watch is reached with is renewed in its files while it runs: authorities and client certificates.
#include <unistd.h>

#include <atomic>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "catch.h"
#include "run.h"

using namespace brokergate;
using namespace brokergate::test;
using watch::Reason;
using watch::Resource;

namespace {

using Request = Session::Request;

// A kubeconfig and the files it names, in a folder that goes away.
class Kubeconfig {
 public:
  explicit Kubeconfig(const ScriptedApi& api)
      : folder_(std::filesystem::temp_directory_path() / ("brokergate-renewal-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_);
    name_server("https://127.0.0.1:" + std::to_string(api.port()));
    write("ca.crt", api.authority());
  }
  ~Kubeconfig() { std::filesystem::remove_all(folder_); }
  Kubeconfig(const Kubeconfig&) = delete;
  Kubeconfig& operator=(const Kubeconfig&) = delete;

  // At once, as the kubelet does.
  void write(const std::string& file, const std::string& text) const {
    std::ofstream(folder_ / "next", std::ios::trunc) << text;
    std::filesystem::rename(folder_ / "next", folder_ / file);
  }
  void name_server(const std::string& url) const {
    write("config",
          "current-context: a\ncontexts: [{name: a, context: {cluster: a, user: a}}]\n"
          "clusters: [{name: a, cluster: {server: '" +
              url + "', certificate-authority: ca.crt}}]\n" +
              "users: [{name: a, user: {client-certificate: me.crt, client-key: me.key}}]\n");
  }
  // The certificate of somebody new, as PEM.
  std::string become_another() const {
    const certs::Issued me = std::move(*certs::make_authority(std::time(nullptr), 2));
    write("me.crt", certs::pem_of(me.certificate));
    write("me.key", certs::pem_of(me.key));
    return certs::pem_of(me.certificate);
  }
  tl::expected<certs::Access, std::string> read() const { return certs::kubeconfig_access(folder_ / "config"); }

 private:
  std::filesystem::path folder_;
};

// A watch of nodes that reads its kubeconfig again.
struct Followed {
  explicit Followed(const Kubeconfig& config) {
    watch::Options options = told.options();
    options.access = [&config] { return config.read(); };
    auto first = config.read();
    REQUIRE(first);
    reflector = std::make_unique<watch::Reflector>(
        Resource::kNodes, std::make_shared<const certs::Access>(std::move(*first)), held, counts, std::move(options));
    reflector->start();
  }
  bool holds(const std::string& wanted) const {
    return soon([&] { return held.text(Resource::kNodes) == wanted; });
  }
  bool fails(Reason reason) const {
    const auto& count = counts.errors[static_cast<size_t>(reason)];
    const uint64_t before = count;
    // The first may have begun before what the test has just done, and the last is not told yet.
    return soon([&] { return count > before + 2; });
  }

  Held held;
  Told told;
  watch::Counts counts;
  std::unique_ptr<watch::Reflector> reflector;
};

}  // namespace

TEST_CASE("watch: an authority that is renewed counts from the next connection on, without a restart") {
  std::atomic<int> version{1};
  std::atomic<bool> watched{false}, cut{false};
  ScriptedApi api([&](Session& session, const Request& request) {
    if (request.has("limit=")) return session.answer(200, list(version, {node("a", version)}));
    if (request.has("resourceVersion=" + std::to_string(version)) && session.begin()) {
      watched = true;
      while (!cut && session.wait(std::chrono::milliseconds(5))) {
      }
      return false;
    }
    return session.answer(410, status(410, "too old"));
  });
  const Kubeconfig config(api);
  config.become_another();
  const Followed followed(config);
  REQUIRE(followed.holds("a=1"));
  // A watch that is yet to be asked for would be, on the connection that is there.
  REQUIRE(soon([&] { return watched.load(); }));

  api.renew();
  version = 2;
  cut = true;
  REQUIRE(followed.fails(Reason::kTls));
  const std::string server = "https://127.0.0.1:" + std::to_string(api.port()) + ": ";
  CHECK(followed.reflector->state().error.starts_with(server + "its certificate is not accepted: "));
  CHECK(followed.held.text(Resource::kNodes) == "a=1");

  // What cannot be read leaves what was read before, and is told.
  config.write("ca.crt", "no certificate");
  REQUIRE(followed.fails(Reason::kTls));
  CHECK(followed.reflector->state().error.find("; what was read before counts, because ") != std::string::npos);
  // Neither is a watch taken to another cluster.
  config.write("ca.crt", api.authority());
  config.name_server("https://127.0.0.2:1");
  REQUIRE(followed.fails(Reason::kTls));
  CHECK(followed.reflector->state().error.ends_with(
      "another server stands there now, 127.0.0.2, which counts after a restart"));
  CHECK(followed.counts.errors[static_cast<size_t>(Reason::kConnect)] == 0);

  cut = false;
  config.name_server("https://127.0.0.1:" + std::to_string(api.port()));
  CHECK(followed.holds("a=2"));
  CHECK(soon([&] { return followed.reflector->state().error.empty(); }));
}

TEST_CASE("watch: a client certificate that is renewed is shown after the one before was not accepted") {
  std::mutex mutex;
  std::string accepted;
  ScriptedApi api([&](Session& session, const Request& request) {
    {
      const std::lock_guard lock(mutex);
      if (session.client() != accepted) return session.answer(401, status(401, "Unauthorized"));
    }
    if (request.has("limit=")) return session.answer(200, list(1, {node("a", 1)}));
    return session.begin() && session.hang();
  });
  const Kubeconfig config(api);
  config.become_another();
  const Followed followed(config);
  REQUIRE(followed.fails(Reason::kUnauthorized));
  CHECK(followed.held.calls().empty());
  {
    const std::lock_guard lock(mutex);
    accepted = config.become_another();
  }
  CHECK(followed.holds("a=1"));
}

// The client of the Kubernetes API: whom it trusts, what it makes of bad answers.
#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <thread>

#include "catch.h"
#include "certs/cluster.h"
#include "certs/facts.h"
#include "fake_api.h"
#include "tls_help.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

std::string kubeconfig(const std::string& cluster, const std::string& user = "{token: t0ken}") {
  return "current-context: a\ncontexts: [{name: a, context: {cluster: b, user: c}}]\nclusters: [{name: b, cluster: " +
         cluster + "}]\nusers: [{name: c, user: " + user + "}]\n";
}

std::string error_of(const Folder& folder, const std::string& text) {
  const auto access = certs::kubeconfig_access(folder.write("config", text));
  return access ? "" : without(access.error(), folder.path().string() + "/");
}

// The access to `api`, with another server's address or another authority.
certs::Access access_to(FakeApi& api) {
  auto access = certs::kubeconfig_access(api.kubeconfig());
  REQUIRE(access);
  return std::move(*access);
}

}  // namespace

TEST_CASE("cluster: objects are read, errors are the server's own") {
  FakeApi api;
  certs::Cluster cluster(access_to(api));
  api.put("/api/v1/x", {{"kind", "X"}, {"metadata", {{"name", "x"}}}});
  const auto found = cluster.get("/api/v1/x");
  REQUIRE(found);
  CHECK((*found)["kind"] == "X");
  const auto absent = cluster.get("/api/v1/y");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().absent());
  CHECK(absent.error().message == "GET /api/v1/y: 404 /api/v1/y not found");
  certs::Json changed = *found;
  changed["kind"] = "Y";
  REQUIRE(cluster.put("/api/v1/x", changed));
  const auto stale = cluster.put("/api/v1/x", changed);
  REQUIRE_FALSE(stale);
  CHECK(stale.error().conflict());
  CHECK(api.get("/api/v1/x")["kind"] == "Y");
  // More calls than the server answers on one connection.
  for (int i = 0; i < 12; ++i) CHECK(cluster.get("/api/v1/x"));
}

TEST_CASE("cluster: only the given authority and the server's own name count") {
  FakeApi api;
  api.put("/api/v1/x", {{"kind", "X"}});
  const auto refused = [&](certs::Access access) {
    certs::Cluster cluster(std::move(access));
    const auto answer = cluster.get("/api/v1/x");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().status == 0);
    CHECK(api.authorization().empty());
    return answer.error().message;
  };
  certs::Access other = access_to(api);
  other.authorities.clear();
  other.authorities.push_back(std::move(certs::make_authority(std::time(nullptr), 2)->certificate));
  CHECK(refused(std::move(other)).find("its certificate is not accepted: ") != std::string::npos);
  certs::Access none = access_to(api);
  none.authorities.clear();
  CHECK(refused(std::move(none)).find("its certificate is not accepted: ") != std::string::npos);
  // The certificate is for 127.0.0.1 only.
  certs::Access elsewhere = access_to(api);
  elsewhere.host = "localhost";
  CHECK(refused(std::move(elsewhere)).find("hostname mismatch") != std::string::npos);
  certs::Cluster right(access_to(api));
  CHECK(right.get("/api/v1/x"));
}

TEST_CASE("cluster: answers that are no good are errors, and bounded") {
  const auto now = static_cast<int64_t>(std::time(nullptr));
  auto authority = certs::make_authority(now, 2);
  certs::Names names;
  REQUIRE(certs::add_host(names, "127.0.0.1"));
  const auto leaf = certs::make_leaf(*authority, names, now, 1);
  httplib::SSLServer server(leaf->certificate.get(), leaf->key.get());
  server.Get("/html", [](const auto&, auto& response) { response.set_content("<html>", "text/html"); });
  server.Get("/list", [](const auto&, auto& response) { response.set_content("[1]", "application/json"); });
  server.Get("/deep", [](const auto&, auto& response) {
    response.set_content(R"({"a":)" + std::string(100000, '[') + std::string(100000, ']') + "}", "application/json");
  });
  server.Get("/large", [](const auto&, auto& response) {
    response.set_content("\"" + std::string(size_t{17} << 20, 'x') + "\"", "application/json");
  });
  server.Get("/moved", [](const auto&, auto& response) { response.set_redirect("/list"); });
  server.Get("/rude", [](const auto&, auto& response) {
    response.status = 500;
    response.set_content("a\x1b[2Jb\n" + std::string(100000, 'c'), "text/plain");
  });
  const int port = server.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { server.listen_after_bind(); });
  certs::Access access;
  access.host = "127.0.0.1";
  access.port = port;
  access.authorities.push_back(certs::shared(authority->certificate));
  certs::Cluster cluster(std::move(access));
  const auto message = [&](const char* path) {
    const auto answer = cluster.get(path);
    return answer ? std::string() : answer.error().message;
  };
  CHECK(message("/html").ends_with("/html: the answer is not JSON"));
  CHECK(message("/list").ends_with("/list: the answer is not JSON"));
  CHECK(message("/deep").ends_with("/deep: the answer is not JSON"));
  CHECK(message("/large").ends_with("/large: an answer over 16 MiB"));
  CHECK(message("/moved").starts_with("GET /moved: 302"));
  const std::string rude = message("/rude");
  CHECK(rude.starts_with("GET /rude: 500 a [2Jb ccc"));
  CHECK(rude.size() < 2100);
  server.stop();
  serving.join();
  // Also where SIGPIPE would end the process.
  std::signal(SIGPIPE, SIG_DFL);
  CHECK(message("/list").starts_with("https://127.0.0.1:" + std::to_string(port) + ": "));
}

TEST_CASE("cluster: a kubeconfig's wishes are granted or refused with the reason") {
  Folder folder;
  const auto authority = certs::make_authority(std::time(nullptr), 2);
  folder.write("ca.crt", certs::pem_of(authority->certificate));
  const std::string good = "{server: \"https://[::1]:6443/k8s/\", certificate-authority: ca.crt}";
  CHECK(error_of(folder, kubeconfig(good)).empty());
  const auto access = certs::kubeconfig_access(folder.name("config"));
  REQUIRE(access);
  CHECK(access->host == "::1");
  CHECK(access->port == 6443);
  CHECK(access->prefix == "/k8s");
  CHECK(access->token == "t0ken");
  CHECK(access->authorities.size() == 1);
  folder.write("client.crt", certs::pem_of(authority->certificate));
  folder.write("client.key", certs::pem_of(authority->key));
  CHECK(error_of(folder, kubeconfig(good, "{client-certificate: client.crt, client-key: client.key}")).empty());
  CHECK(certs::kubeconfig_access(folder.name("config"))->certificate);

  CHECK(error_of(folder, kubeconfig(good, "{client-certificate: client.crt}")).starts_with("config: client-key: "));
  CHECK(error_of(folder, kubeconfig(good, "{client-certificate-data: \"?\"}")) ==
        "config: client-certificate-data is not base64");
  CHECK(error_of(folder, kubeconfig(good, "{exec: {command: x}}")) ==
        "config: the user's exec is not supported; a client certificate or token is");
  CHECK(error_of(folder, kubeconfig("{server: \"http://x\"}")) ==
        "config: the cluster's server is not an https:// address");
  for (const char* wrong : {"https://", "https://x:0", "https://x:99999", "https://u@x", "https://[::1", "x"}) {
    INFO(wrong);
    CHECK(error_of(folder, kubeconfig("{server: \"" + std::string(wrong) + "\", certificate-authority: ca.crt}")) ==
          "config: the cluster's server is not an https:// address");
  }
  CHECK(error_of(folder, kubeconfig("{server: \"https://x\", insecure-skip-tls-verify: true}")) ==
        "config: insecure-skip-tls-verify is not done here; give certificate-authority");
  CHECK_FALSE(access->system_authorities);
  // As with kubectl, this system's authorities count then.
  CHECK(error_of(folder, kubeconfig("{server: \"https://x\"}")).empty());
  CHECK(certs::kubeconfig_access(folder.name("config"))->system_authorities);
  CHECK(error_of(folder, kubeconfig("{server: \"https://x\", certificate-authority: none.crt}")) ==
        "config: none.crt: cannot be read");
  CHECK(error_of(folder, "current-context: z\n") == "config: has no context \"z\" (current-context)");
  CHECK(error_of(folder, "") == "config: is empty");
  CHECK(error_of(folder, "a: [\n").starts_with("config:"));
  CHECK(certs::kubeconfig_access(folder.name("none")).error().ends_with("none: cannot be read"));
  CHECK_FALSE(certs::kubeconfig_access(folder.path()));
}

TEST_CASE("cluster: a connection that does not come about is told with what to look at") {
  FakeApi api;
  const auto told = [&](const std::string& host, int port) {
    certs::Access access = access_to(api);
    access.host = host;
    access.port = port;
    certs::Cluster cluster(std::move(access));
    const auto answer = cluster.get("/api/v1/x");
    REQUIRE_FALSE(answer);
    CHECK(answer.error().status == 0);
    return answer.error().message;
  };
  // Bound and not listening: nobody else can take it meanwhile.
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  REQUIRE(::bind(socket, reinterpret_cast<sockaddr*>(&address), size) == 0);
  REQUIRE(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) == 0);
  const int port = ntohs(address.sin_port);
  CHECK(told("127.0.0.1", port) == "https://127.0.0.1:" + std::to_string(port) +
                                       ": connection refused; nothing listens there: is the API server up, and is this "
                                       "its address?");
  // Listening, and never answering.
  REQUIRE(::listen(socket, 1) == 0);
  CHECK(told("127.0.0.1", port) == "https://127.0.0.1:" + std::to_string(port) +
                                       ": a connection is made, and nothing answers on it for five seconds; is the API "
                                       "server at work?");
  ::close(socket);
  // Where no DNS answers at all the name is not known to be wrong.
  const std::string nowhere = told("no-such-host.invalid", 443);
  INFO(nowhere);
  CHECK((nowhere.starts_with("https://no-such-host.invalid:443: no such host; ") ||
         nowhere.starts_with("https://no-such-host.invalid:443: the name cannot be looked up (")));
}

TEST_CASE("cluster: a connection that is no API server's is told") {
  httplib::Server plain;
  plain.Get(".*",
            [](const httplib::Request&, httplib::Response& response) { response.set_content("x", "text/plain"); });
  const int port = plain.bind_to_any_port("127.0.0.1");
  std::thread serving([&] { plain.listen_after_bind(); });
  FakeApi api;
  certs::Access access = access_to(api);
  access.port = port;
  certs::Cluster cluster(std::move(access));
  const auto answer = cluster.get("/api/v1/x");
  REQUIRE_FALSE(answer);
  CHECK(answer.error().message.find(": the TLS handshake failed; is this the API server's port") != std::string::npos);
  plain.stop();
  serving.join();
}

TEST_CASE("cluster: a pod's own access") {
  FakeApi api;
  api.put("/api/v1/x", {{"kind", "X"}});
  Folder folder;
  folder.write("ca.crt", certs::pem_of(api.authority().certificate));
  folder.write("token", "old\n");
  auto access = certs::pod_access(folder.path(), "127.0.0.1", std::to_string(api.port()));
  REQUIRE(access);
  certs::Cluster cluster(std::move(*access));
  CHECK(cluster.get("/api/v1/x").error().status == 401);
  // The kubelet renews it.
  folder.write("token", "t0ken\n");
  CHECK(cluster.get("/api/v1/x"));
  folder.write("token", "");
  CHECK(cluster.get("/api/v1/x").error().message.ends_with("token: holds no token"));
  CHECK(certs::pod_access(folder.path(), "::1", "443")->host == "::1");
  CHECK_FALSE(certs::pod_access(folder.path(), "", ""));
  CHECK_FALSE(certs::pod_access(folder.name("none"), "127.0.0.1", "443"));
}

// Changes under load: not one call may fail.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <set>
#include <thread>

#include "catch.h"
#include "hardening/balancer.h"
#include "hardening/client.h"
#include "hardening/pulse.h"
#include "hardening/server_process.h"

using namespace brokergate::hardening;
using std::chrono::seconds;

namespace {

constexpr int kTimes = 20;

bool wait_for(const std::function<bool()>& condition, int most_seconds) {
  for (int i = 0; i < most_seconds * 50; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(20));
  }
  return false;
}

long serial_now(const ServerProcess& server) {
  Client client(server.port());
  return client.handshake() ? client.serial() : 0;
}

}  // namespace

TEST_CASE("20 certificates, one after the other") {
  ServerProcess server;
  Pulse pulse(server.port());
  for (int i = 2; i <= kTimes + 1; ++i) {
    const brokergate::test::PemPair pair = make_pair(i);
    // One file after the other: what lies between does not fit together.
    server.write("cert.pem", pair.cert);
    server.write("key.pem", pair.key);
    REQUIRE(wait_for([&] { return serial_now(server) == i; }, 5));
  }
  const Health health = pulse.stop("20 certificates");
  CHECK(health.failures == std::vector<std::string>{});
  CHECK(health.answered > 1000);
  CHECK(server.metric("brokergate_reloads_total{what=\"certificate\",result=\"used\"}") == kTimes);
}

TEST_CASE("a broken pair keeps the old one and says so") {
  ServerProcess server;
  server.write("cert.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  const std::string rejected = "brokergate_reloads_total{what=\"certificate\",result=\"rejected\"}";
  REQUIRE(wait_for([&] { return server.metric(rejected) == 1; }, 5));
  CHECK(serial_now(server) == 1);
  CHECK(server.read("log").find("certificate rejected, the one before stays in use") != std::string::npos);
  const brokergate::test::PemPair pair = make_pair(7);
  server.write("cert.pem", pair.cert);
  server.write("key.pem", pair.key);
  CHECK(wait_for([&] { return serial_now(server) == 7; }, 5));
  // The old key with a new certificate is no pair either.
  server.write("cert.pem", make_pair(8).cert);
  REQUIRE(wait_for([&] { return server.metric(rejected) == 2; }, 5));
  CHECK(serial_now(server) == 7);
}

TEST_CASE("a Secret volume's swap of symbolic links") {
  namespace fs = std::filesystem;
  const brokergate::test::PemPair first = make_pair(11), second = make_pair(12);
  ServerProcess plain;  // lends its folder
  const fs::path folder = fs::path(plain.folder()) / "tls";
  const auto fill = [&](const std::string& name, const brokergate::test::PemPair& pair) {
    fs::create_directories(folder / name);
    plain.write("tls/" + name + "/tls.crt", pair.cert);
    plain.write("tls/" + name + "/tls.key", pair.key);
  };
  fill("..1", first);
  fill("..2", second);
  fs::create_symlink("..1", folder / "..data");
  fs::create_symlink("..data/tls.crt", folder / "tls.crt");
  fs::create_symlink("..data/tls.key", folder / "tls.key");
  ServerProcess server({"--cert", (folder / "tls.crt").string(), "--key", (folder / "tls.key").string()});
  CHECK(serial_now(server) == 11);
  fs::create_symlink("..2", folder / "..data_tmp");
  fs::rename(folder / "..data_tmp", folder / "..data");
  CHECK(wait_for([&] { return serial_now(server) == 12; }, 5));
}

TEST_CASE("20 policies, one after the other") {
  ServerProcess lender;
  const std::string policy = lender.folder() + "/policy.yaml";
  const auto text = [](const std::string& mode) {
    return "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nspec: {mode: " + mode + "}\n";
  };
  lender.write("policy.yaml", text("observe"));
  ServerProcess server({"--policy", policy});
  const auto denied = [&] {
    Client client(server.port());
    if (!client.handshake() || !client.send(post("/validate", small_review()))) return false;
    return client.answer().find("\"allowed\":false") != std::string::npos;
  };
  CHECK_FALSE(denied());
  Pulse pulse(server.port());
  for (int i = 0; i < kTimes; ++i) {
    const bool strict = i % 2 == 0;
    lender.write("policy.yaml", text(strict ? "enforce" : "observe"));
    REQUIRE(wait_for([&] { return denied() == strict; }, 5));
  }
  const Health health = pulse.stop("20 policies");
  CHECK(health.failures == std::vector<std::string>{});
  CHECK(health.answered > 1000);
  // One that cannot be read changes nothing.
  lender.write("policy.yaml", text("enforce"));
  REQUIRE(wait_for(denied, 5));
  lender.write("policy.yaml", text("strict"));
  REQUIRE(
      wait_for([&] { return server.metric("brokergate_reloads_total{what=\"policy\",result=\"rejected\"}") == 1; }, 5));
  CHECK(denied());
}

TEST_CASE("a rolling restart of two instances behind one address") {
  const std::vector<std::string> options{"--stay", "2"};
  auto first = std::make_unique<ServerProcess>(options), second = std::make_unique<ServerProcess>(options);
  Balancer balancer;
  balancer.use({first->port(), second->port()});
  Pulse pulse(balancer.port());
  std::this_thread::sleep_for(seconds(1));
  for (std::unique_ptr<ServerProcess>* instance : {&first, &second}) {
    const ServerProcess& other = instance == &first ? *second : *first;
    (*instance)->signal(SIGTERM);
    // As endpoints follow readiness: it says no at once, and still answers.
    REQUIRE(wait_for([&] { return (*instance)->operations_status("/readyz") == 503; }, 2));
    balancer.use({other.port()});
    CHECK((*instance)->wait() == 0);
    *instance = std::make_unique<ServerProcess>(options);
    REQUIRE(wait_for([&] { return (*instance)->operations_status("/readyz") == 200; }, 5));
    balancer.use({first->port(), second->port()});
    std::this_thread::sleep_for(seconds(1));
  }
  const Health health = pulse.stop("a rolling restart of two instances");
  CHECK(health.failures == std::vector<std::string>{});
  CHECK(health.answered > 1000);
}

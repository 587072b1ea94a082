// serve --client-ca: only clients with a certificate of that authority are let in.
#include <httplib.h>
#include <openssl/ssl.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <thread>

#include "catch.h"
#include "certs/pair.h"
#include "tls_help.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

certs::Issued authority() {
  auto made = certs::make_authority(std::time(nullptr), 2);
  REQUIRE(made);
  return std::move(*made);
}

// Whether a request is answered; `client` may be null. OpenSSL offers TLS 1.3, unless told otherwise.
bool let_in(const Served& server, const certs::Issued* client, int version = TLS1_3_VERSION) {
  httplib::SSLClient http("127.0.0.1", server.port(), client ? client->certificate.get() : nullptr,
                          client ? client->key.get() : nullptr);
  http.enable_server_certificate_verification(false);
  // A server that refuses goes away while the client still writes.
  std::signal(SIGPIPE, SIG_IGN);
  SSL_CTX_set_max_proto_version(http.ssl_context(), version);
  const auto answer = http.Post("/nowhere", "x", "application/json");
  if (answer) CHECK(answer->status == 404);
  return static_cast<bool>(answer);
}

// The value of the metric whose line begins or goes on so.
double counted(const Served& server, const std::string& name) {
  httplib::Client operations("127.0.0.1", server.operations_port());
  const auto answer = operations.Get("/metrics");
  REQUIRE(answer);
  const size_t at = answer->body.find("\n" + name) == std::string::npos ? answer->body.find(name)
                                                                        : answer->body.find("\n" + name) + 1;
  REQUIRE(at != std::string::npos);
  return std::stod(answer->body.substr(at + name.size()));
}

template <typename Condition>
bool soon(Condition condition) {
  for (int i = 0; i < 200; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return false;
}

}  // namespace

TEST_CASE("serve: with --client-ca a certificate of that authority is needed") {
  Folder folder;
  const certs::Issued ours = authority(), theirs = authority();
  const std::string file = folder.write("clients.crt", certs::pem_of(ours.certificate));
  Served server({"--client-ca", file, "--operations", "127.0.0.1:0"});
  const certs::Issued good = make_client(ours, "anybody"), foreign = make_client(theirs, "anybody");
  const certs::Issued wrong_use = make_client(ours, "anybody", "", true);
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    INFO(version);
    CHECK(let_in(server, &good, version));
    CHECK_FALSE(let_in(server, nullptr, version));
    CHECK_FALSE(let_in(server, &foreign, version));
    CHECK_FALSE(let_in(server, &wrong_use, version));
  }
  CHECK(handshake(server.port(), TLS1_2_VERSION).empty());
  // With TLS 1.3 the client is done before it is refused; not one byte of an answer comes.
  const Talk refused = talk(server.port(), "GET /validate HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(refused.closed);
  CHECK(refused.reply.empty());
  CHECK(let_in(server, &good));

  // Who was not let in, and why: counted each, told once in ten seconds.
  CHECK(soon([&] { return counted(server, "brokergate_clients_refused_total ") == 8; }));
  CHECK(counted(server, "why=\"handshake\"} ") == 8);
  const std::string log = server.log();
  const size_t told = log.find(R"("msg":"client not let in","detail":"127.0.0.1: it shows no certificate"})");
  REQUIRE(told != std::string::npos);
  CHECK(log.find("client not let in", told + 20) == std::string::npos);
}

TEST_CASE("serve: of a client that is not let in the log says why") {
  Folder folder;
  const certs::Issued ours = authority(), theirs = authority();
  const std::string file = folder.write("clients.crt", certs::pem_of(ours.certificate));
  const certs::Issued foreign = make_client(theirs, "a"), other = make_client(ours, "b");
  for (const auto& [client, why] : {std::pair{&other, "its certificate has none of the names that are let in"},
                                    std::pair{&foreign, "unable to get local issuer certificate"}}) {
    Served server({"--client-ca", file, "--client-name", "a"});
    CHECK_FALSE(let_in(server, client));
    INFO(server.log());
    CHECK(soon(
        [&, reason = why] { return server.log().find("127.0.0.1: " + std::string(reason)) != std::string::npos; }));
  }
}

TEST_CASE("serve: with --client-name the certificate must have one of the names") {
  Folder folder;
  const certs::Issued ours = authority();
  const std::string file = folder.write("clients.crt", certs::pem_of(ours.certificate));
  Served server({"--client-ca", file, "--client-name", "kube-apiserver", "--client-name", "hooks.example.com"});
  struct Case {
    std::string common_name, dns;
    bool accepted;
  };
  for (const Case& one : std::vector<Case>{{"kube-apiserver", "", true},
                                           {"Kube-APIserver", "", true},
                                           {"x", "hooks.example.com", true},
                                           {"x", "", false},
                                           {"kube-apiserver.example.com", "", false},
                                           {"kube", "", false},
                                           {"brokergate itself", "", false},
                                           {"x", "other.example.com", false}}) {
    INFO(one.common_name << " " << one.dns);
    const certs::Issued client = make_client(ours, one.common_name, one.dns);
    CHECK(let_in(server, &client) == one.accepted);
  }
  CHECK_FALSE(let_in(server, nullptr));
}

TEST_CASE("serve: --client-ca is read again, and its own dialling stays ready and unseen") {
  Folder folder;
  const certs::Issued first = authority(), second = authority();
  const std::string file = folder.write("clients.crt", certs::pem_of(first.certificate));
  Served server({"--client-ca", file, "--client-name", "a", "--operations", "127.0.0.1:0"});
  const certs::Issued one = make_client(first, "a"), two = make_client(second, "a");
  CHECK(let_in(server, &one));
  CHECK_FALSE(let_in(server, &two));
  folder.write("clients.crt", certs::pem_of(second.certificate));
  REQUIRE(soon([&] { return let_in(server, &two); }));
  CHECK_FALSE(let_in(server, &one));
  // What is no authority's keeps the one before.
  folder.write("clients.crt", certs::pem_of(one.certificate));
  REQUIRE(soon([&] { return server.log().find("certificate rejected, the one before stays") != std::string::npos; }));
  CHECK(let_in(server, &two));

  httplib::Client operations("127.0.0.1", server.operations_port());
  const auto metric = [&] { return counted(server, "why=\"handshake\"} "); };
  const auto ready = operations.Get("/readyz");
  REQUIRE(ready);
  CHECK(ready->status == 200);
  const double before = metric();
  CHECK(before >= 2);
  std::this_thread::sleep_for(std::chrono::milliseconds(1500));
  CHECK(metric() == before);
  CHECK_FALSE(let_in(server, nullptr));
  CHECK(soon([&] { return metric() == before + 1; }));
}

TEST_CASE("serve: what is wrong with --client-ca is told, exit 2") {
  Folder folder;
  const PemPair pair = make_pair();
  folder.write("cert.pem", pair.cert);
  folder.write("key.pem", pair.key);
  const auto start = [&](const std::vector<std::string>& extra) {
    std::vector<std::string> all{"serve", "--listen", "127.0.0.1:0", "--cert", "cert.pem", "--key", "key.pem"};
    all.insert(all.end(), extra.begin(), extra.end());
    const Outcome outcome = run_program(all, "", {}, folder.path());
    CHECK(outcome.code == 2);
    return outcome.err;
  };
  CHECK(start({"--client-name", "a"}) == "brokergate: error: --client-name needs --client-ca\n");
  CHECK(start({"--client-ca", "none.pem"}) ==
        "brokergate: error: none.pem: cannot read the certificate: No such file or directory\n");
  CHECK(start({"--client-ca", "cert.pem"}).find("is not a certificate authority's") != std::string::npos);
}

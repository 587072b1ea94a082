// The real server, over real TLS.
#include <httplib.h>
#include <openssl/ssl.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <thread>

#include "catch.h"
#include "certs/pair.h"
#include "tls_help.h"
#include "webhook/log.h"
#include "webhook/server.h"

using namespace brokergate;
using namespace brokergate::test;
using nlohmann::json;

namespace {

std::string review(const std::string& uid = "u-1") {
  return R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":")" + uid +
         R"(","kind":{"group":"","version":"v1","kind":"Service"},"name":"kafka-0-external","namespace":"streaming",)"
         R"("operation":"CREATE","object":)" +
         broker_service_json("kafka-0-external") + R"(,"oldObject":null,"dryRun":false}})";
}

std::string post(const std::string& path, const std::string& body, const std::string& headers = {}) {
  return "POST " + path + "?timeout=10s HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
         "Content-Length: " + std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body;
}

const std::string kClose = "Connection: close\r\n";

std::string body_of(const std::string& reply) {
  const size_t at = reply.find("\r\n\r\n");
  return at == std::string::npos ? "" : reply.substr(at + 4);
}

bool has_header(const std::string& reply, const std::string& header) {
  return reply.substr(0, reply.find("\r\n\r\n") + 2).find("\r\n" + header + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE("serve: the same bytes as review, for both endpoints") {
  Served server;
  CHECK(server.first_line() == "listening on https://127.0.0.1:" + std::to_string(server.port()));
  for (const std::string endpoint : {"mutate", "validate"}) {
    const Talk talked = talk(server.port(), post("/" + endpoint, review(), "Accept-Encoding: gzip\r\n" + kClose));
    CHECK(talked.closed);
    CHECK(talked.reply.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(has_header(talked.reply, "Content-Type: application/json; charset=utf-8"));
    CHECK_FALSE(talked.reply.find("Content-Encoding") != std::string::npos);
    const Outcome offline = run_program({"review", "--endpoint", endpoint, "-"}, review());
    CHECK(offline.code == (endpoint == "mutate" ? 0 : 1));
    CHECK(body_of(talked.reply) == offline.out);
    CHECK_FALSE(offline.out.empty());
  }
  CHECK(server.end(SIGTERM) == 0);
}

TEST_CASE("serve: a policy without a domain is told at start") {
  const std::string line = R"("msg":"no domain in the policy: listeners are not injected")";
  const Served without_one;
  CHECK(without_one.log().find(line) != std::string::npos);
  const Served with_one({"--domain", "kafka.example.com"});
  CHECK(with_one.log().find(line) == std::string::npos);
}

TEST_CASE("serve: a connection takes many requests, the certificate is the one given") {
  Served server;
  httplib::SSLClient client("127.0.0.1", server.port());
  client.set_keep_alive(true);
  client.set_tcp_nodelay(true);
  client.set_ca_cert_path(server.cert_file().c_str());
  client.enable_server_certificate_verification(true);
  for (int i = 0; i < 100; ++i) {
    const std::string uid = "u-" + std::to_string(i);
    const auto answer = client.Post("/validate", review(uid), "application/json");
    REQUIRE(answer);
    CHECK(answer->status == 200);
    CHECK_FALSE(answer->has_header("Connection"));
    CHECK(json::parse(answer->body)["response"]["uid"] == uid);
  }
}

TEST_CASE("serve: TLS 1.2 and newer only") {
  Served server;
  CHECK(handshake(server.port(), TLS1_3_VERSION) == "TLSv1.3");
  CHECK(handshake(server.port(), TLS1_2_VERSION) == "TLSv1.2");
  CHECK(handshake(server.port(), TLS1_1_VERSION).empty());
}

TEST_CASE("serve: what no API server sends is refused and the connection ends") {
  Served server;
  const std::string body = review();
  const std::string smuggled = post("/validate", review("smuggled"), kClose);
  struct Case {
    std::string request;
    int status;
  };
  const std::string head = "POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  const std::vector<Case> cases = {
      {head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", 411},
      {head + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\nhello", 411},
      {head + "\r\n", 411},
      {head + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400},
      {head + "Content-Length: -1\r\n\r\nhello", 400},
      {head + "Content-Length: 0x5\r\n\r\nhello", 400},
      {head + "Content-Length: 0\r\n\r\n", 400},
      {head + "Content-Length: 99999999999999999999999\r\n\r\nhello", 413},
      {head + "Content-Length: 38797313\r\n\r\nhello", 413},
      {head + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", 415},
      {"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello", 415},
      {"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 415},
      {"POST /validate HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: "
       "5\r\n\r\nhello",
       415},
      {"GET /validate HTTP/1.1\r\nHost: x\r\n\r\n", 405},
      {"PUT /mutate HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 405},
      {"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 404},
      {"POST /validate/../mutate HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", 404},
      {"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 404},
  };
  for (const Case& wrong : cases) {
    INFO(wrong.request);
    const Talk talked = talk(server.port(), wrong.request + smuggled);
    INFO(talked.reply);
    CHECK(talked.closed);
    CHECK(talked.reply.starts_with("HTTP/1.1 " + std::to_string(wrong.status) + " "));
    CHECK(has_header(talked.reply, "Connection: close"));
    CHECK(talked.reply.find("smuggled") == std::string::npos);
  }
  CHECK(has_header(talk(server.port(), "GET /mutate HTTP/1.1\r\nHost: x\r\n\r\n").reply, "Allow: POST"));
  const Talk malformed = talk(server.port(), post("/mutate", "{\"kind\":\n ]}", kClose));
  CHECK(malformed.reply.starts_with("HTTP/1.1 400 "));
  CHECK(body_of(malformed.reply).starts_with("2:"));
  const Talk no_uid =
      talk(server.port(),
           post("/mutate", R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{}})", kClose));
  CHECK(no_uid.reply.starts_with("HTTP/1.1 400 "));
  CHECK(body_of(no_uid.reply) == "1:72: the request has no uid\n");
  // It still works.
  CHECK(talk(server.port(), post("/mutate", body, kClose)).reply.starts_with("HTTP/1.1 200 "));
}

TEST_CASE("serve: plain HTTP on the TLS port does no harm") {
  Served server;
  CHECK(handshake(server.port(), TLS1_2_VERSION) == "TLSv1.2");
  for (int i = 0; i < 3; ++i) CHECK_FALSE(talk(server.port(), "", std::chrono::milliseconds(1)).closed);
  CHECK(talk(server.port(), post("/mutate", review(), kClose)).reply.starts_with("HTTP/1.1 200 "));
}

TEST_CASE("serve: ends quickly although connections are idle") {
  Served server;
  std::thread idle([&] {
    const Talk talked = talk(server.port(), post("/mutate", review()), std::chrono::seconds(30));
    CHECK(talked.closed);
    CHECK(talked.reply.starts_with("HTTP/1.1 200 "));
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const auto begin = std::chrono::steady_clock::now();
  CHECK(server.end(SIGINT) == 0);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(8));
  idle.join();
}

TEST_CASE("serve: one JSON line per decision, nothing of the object's content") {
  Served server;
  const std::string secret = "dns.example.com/secret";
  std::string body = review("u\\n{\\\"forged\\\":1}\\u001b[2J\\u2028");
  body.replace(body.find("\"annotations\":{}"), 16, "\"annotations\":{\"a\":\"" + secret + "\"}");
  const std::string user = "jane.doe";
  body.insert(body.find("\"object\":"), "\"userInfo\":{\"username\":\"" + user + "\",\"groups\":[\"" + user + "\"]},");
  const Talk talked = talk(server.port(), post("/validate", body, kClose));
  CHECK(talked.reply.starts_with("HTTP/1.1 200 "));
  CHECK(server.end(SIGTERM) == 0);
  std::istringstream log(server.log());
  std::vector<json> decisions;
  for (std::string line; std::getline(log, line);) {
    for (const char c : line) CHECK((c >= 0x20 && c < 0x7f));
    const json entry = json::parse(line);
    if (entry["msg"] == "decision") decisions.push_back(entry);
  }
  REQUIRE(decisions.size() == 1);
  const json& entry = decisions[0];
  CHECK(entry["endpoint"] == "validate");
  CHECK(entry["operation"] == "CREATE");
  CHECK(entry["kind"] == "Service");
  CHECK(entry["namespace"] == "streaming");
  CHECK(entry["name"] == "kafka-0-external");
  CHECK(entry["user"] == "user");
  CHECK(entry["allowed"] == false);
  CHECK(entry["rules"] == json::array({"internal-load-balancer"}));
  CHECK(entry["duration_us"].is_number_unsigned());
  CHECK(server.log().find(secret) == std::string::npos);
  CHECK(server.log().find(user) == std::string::npos);
}

TEST_CASE("serve: what keeps it from starting is told, exit 2") {
  Folder folder;
  const PemPair pair = make_pair(), other = make_pair();
  const std::string cert = folder.write("cert.pem", pair.cert), key = folder.write("key.pem", pair.key);
  folder.write("other.pem", other.key);
  folder.write("encrypted.pem", encrypted_key());
  folder.write("empty.pem", "");
  folder.write("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  folder.write("bad-policy.yaml",
               "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nspec: {mod: warn, x: 1}\n");
  const auto start = [&](const std::string& cert_file, const std::string& key_file,
                         const std::vector<std::string>& extra = {}) {
    std::vector<std::string> all{"serve", "--cert", cert_file, "--key", key_file};
    if (extra.empty()) all.insert(all.end(), {"--listen", "127.0.0.1:0"});
    all.insert(all.end(), extra.begin(), extra.end());
    const Outcome outcome = run_program(all, "", {}, folder.path());
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  const std::string error = "brokergate: error: ";
  CHECK(start("none.pem", "key.pem") == error + "none.pem: cannot read the certificate: No such file or directory\n");
  CHECK(start("cert.pem", "none.pem") == error + "none.pem: cannot read the private key: No such file or directory\n");
  CHECK(start("empty.pem", "key.pem") ==
        error + "empty.pem: holds no certificate (wanted a block BEGIN CERTIFICATE)\n");
  CHECK(start("key.pem", "key.pem").starts_with(error + "key.pem: "));
  CHECK(start("broken.pem", "key.pem").starts_with(error + "broken.pem: not a PEM certificate: "));
  CHECK(start("cert.pem", "cert.pem") ==
        error + "cert.pem: holds no private key that can be used (wanted a block BEGIN PRIVATE KEY)\n");
  CHECK(start("cert.pem", "encrypted.pem") ==
        error + "encrypted.pem: the private key is encrypted; give it without a password\n");
  CHECK(start("cert.pem", "other.pem") ==
        error + "other.pem: is not the private key of the first certificate in cert.pem\n");
  CHECK(start("cert.pem", "key.pem", {"--listen", "nowhere"}).find("no port") != std::string::npos);
  CHECK(start("cert.pem", "key.pem", {"--listen", "host.invalid:0"})
            .starts_with(error + "cannot listen on host.invalid:0: "));
  const std::string policy = start("cert.pem", "key.pem", {"--policy", "bad-policy.yaml"});
  CHECK(policy.find("bad-policy.yaml:3:") != std::string::npos);
  CHECK(policy.find("mode") != std::string::npos);
  Served server;
  CHECK(start("cert.pem", "key.pem", {"--listen", "127.0.0.1:" + std::to_string(server.port())}) ==
        error + "cannot listen on 127.0.0.1:" + std::to_string(server.port()) + ": Address already in use\n");
}

TEST_CASE("a certificate that clients will refuse is served with a warning") {
  Folder folder;
  const PemPair expired = make_pair(-1), nameless = make_pair(2, false);
  const auto first =
      certs::load_pair(folder.write("a.pem", expired.cert + nameless.cert), folder.write("a.key", expired.key));
  REQUIRE(first);
  CHECK(first->chain.size() == 1);
  REQUIRE(first->warnings.size() == 1);
  CHECK(first->warnings[0].ends_with("the certificate has expired"));
  const auto second = certs::load_pair(folder.write("b.pem", nameless.cert), folder.write("b.key", nameless.key));
  REQUIRE(second);
  REQUIRE(second->warnings.size() == 1);
  CHECK(second->warnings[0].find("subjectAltName") != std::string::npos);
}

TEST_CASE("option --listen") {
  const auto parse_listen = [](const char* text) { return webhook::net::parse_address("--listen", text); };
  CHECK(parse_listen(":8443")->host == "0.0.0.0");
  CHECK(parse_listen("[::1]:0")->host == "::1");
  CHECK(parse_listen("localhost:65535")->port == 65535);
  for (const char* wrong : {"", "8443", "x:", "x:1a", "x:65536", "x:-1", "::1:80"}) {
    INFO(wrong);
    CHECK_FALSE(parse_listen(wrong));
  }
}

TEST_CASE("log text is ASCII whatever it holds") {
  std::string out;
  webhook::append_ascii_json("a\"\\\n\x1b ü \xE2\x80\xA8 \xF0\x9F\x98\x80 \xFF", out);
  CHECK(out == R"("a\"\\   \u00fc \u2028 \ud83d\ude00 \ufffd")");
  out.clear();
  webhook::append_ascii_json(std::string(10000, 'x'), out);
  CHECK(out.size() < 300);
}

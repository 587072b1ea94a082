// certs bundle --apply and certs renew against an API server on loopback.
#include <algorithm>
#include <ctime>

#include "brokergate/base64.h"
#include "catch.h"
#include "certs/base64.h"
#include "certs/check.h"
#include "certs/facts.h"
#include "certs/pair.h"
#include "certs/renew.h"
#include "certs/webhook_config.h"
#include "fake_api.h"

using namespace brokergate;
using namespace brokergate::test;
using nlohmann::json;

namespace {

const std::string kAdmission = "/apis/admissionregistration.k8s.io/v1/";
const std::string kMutating = kAdmission + "mutatingwebhookconfigurations/brokergate";
const std::string kValidating = kAdmission + "validatingwebhookconfigurations/brokergate";
const std::string kSecrets = "/api/v1/namespaces/guard/secrets", kSecret = kSecrets + "/tls";
constexpr int64_t kNow = 1'800'000'000;

json configuration(const std::string& bundle = "") {
  json out = json::parse(R"({"metadata":{"name":"brokergate","labels":{"a":"b"}},"webhooks":[
    {"name":"one.brokergate.io","clientConfig":{"service":{"name":"s","namespace":"guard"}},"timeoutSeconds":3},
    {"name":"two.brokergate.io","clientConfig":{"url":"https://x"},"rules":[{"operations":["CREATE"]}]}]})");
  if (!bundle.empty()) {
    for (json& webhook : out["webhooks"]) webhook["clientConfig"]["caBundle"] = bundle;
  }
  return out;
}

certs::RenewRequest request_at(int64_t now) {
  certs::RenewRequest out;
  out.name_space = "guard";
  out.secret = "tls";
  out.webhooks = {"brokergate"};
  REQUIRE(certs::add_service(out.names, "brokergate", "guard"));
  out.now = now;
  return out;
}

struct Renewed {
  std::string error;
  std::string told;
};
Renewed renew(FakeApi& api, const certs::RenewRequest& request) {
  auto access = certs::kubeconfig_access(api.kubeconfig());
  REQUIRE(access);
  certs::Cluster cluster(std::move(*access));
  std::vector<std::string> lines;
  const auto done = certs::renew(cluster, request, lines);
  Renewed out{done ? "" : done.error(), ""};
  for (const std::string& line : lines) out.told += line + "\n";
  return out;
}

certs::Certificates decoded(const json& text) {
  auto all = certs::certificates_in(certs::from_base64(text.get<std::string>()).value_or(""), "bundle");
  REQUIRE(all);
  return std::move(*all);
}
certs::Certificates bundle_of(FakeApi& api, const std::string& path, size_t webhook = 0) {
  return decoded(api.get(path)["webhooks"][webhook]["clientConfig"]["caBundle"]);
}

// Whether the API server, with the bundle that it has now, takes what the Secret holds now.
std::vector<std::string> faults(FakeApi& api, int64_t now) {
  const json data = api.get(kSecret)["data"];
  const auto leaf = decoded(data["tls.crt"]);
  const auto key = certs::key_in(certs::from_base64(data["tls.key"].get<std::string>()).value_or(""), "key");
  REQUIRE(key);
  std::vector<std::string> out;
  for (const std::string& path : {kMutating, kValidating}) {
    for (const size_t webhook : {0, 1}) {
      const auto authorities = bundle_of(api, path, webhook);
      certs::Judged judged{&leaf, &*key, &authorities, request_at(now).names, "tls.crt", "tls.key", "bundle", now, 0};
      for (const certs::Fault& fault : certs::judge(judged)) out.emplace_back(fault.id);
    }
  }
  return out;
}
using None = std::vector<std::string>;

bool contains(const certs::Certificates& all, const certs::Certificate& one) {
  return std::any_of(all.begin(), all.end(), [&](const certs::Certificate& next) { return same(next, one); });
}

}  // namespace

TEST_CASE("renew: from nothing, then nothing is due, then a new leaf, then a new authority") {
  FakeApi api;
  api.put(kMutating, configuration());
  api.put(kValidating, configuration());
  const Renewed first = renew(api, request_at(kNow));
  CHECK(first.error.empty());
  // Trust before use.
  CHECK(api.writes() == None{"PATCH " + kMutating, "PATCH " + kValidating, "POST " + kSecrets});
  CHECK(api.authorization() == "Bearer t0ken");
  CHECK(api.get(kSecret)["type"] == "kubernetes.io/tls");
  CHECK(faults(api, kNow) == None{});
  json mutating = api.get(kMutating);
  for (json& webhook : mutating["webhooks"]) webhook["clientConfig"].erase("caBundle");
  mutating["metadata"].erase("resourceVersion");
  CHECK(mutating == configuration());

  const Renewed again = renew(api, request_at(kNow + certs::kDay));
  CHECK(again.error.empty());
  CHECK(again.told == "nothing is due: the certificate expires " + certs::moment(kNow + 365 * certs::kDay) + "\n");
  CHECK(api.writes().size() == 3);

  const json before = api.get(kSecret)["data"];
  const int64_t due = kNow + 340 * certs::kDay;
  CHECK(renew(api, request_at(due)).error.empty());
  CHECK(api.writes().size() == 4);
  CHECK(api.writes().back() == "PATCH " + kSecret);
  CHECK(api.get(kSecret)["data"]["ca.crt"] == before["ca.crt"]);
  CHECK(api.get(kSecret)["data"]["tls.crt"] != before["tls.crt"]);
  CHECK(faults(api, due) == None{});

  // The authority would end before a new leaf: another one, and the old beside it.
  certs::RenewRequest late = request_at(kNow + 3400 * certs::kDay);
  CHECK(renew(api, late).told.find("made authority") == 0);
  const auto own = decoded(api.get(kSecret)["data"]["ca.crt"]);
  REQUIRE(own.size() == 2);
  CHECK(same(own[1], decoded(before["ca.crt"])[0]));
  CHECK(bundle_of(api, kValidating, 1).size() == 2);
  CHECK(faults(api, late.now) == None{});
  // Once the old one has expired, it goes.
  late.now = kNow + 3651 * certs::kDay;
  CHECK(renew(api, late).error.empty());
  CHECK(bundle_of(api, kMutating).size() == 1);
  CHECK(faults(api, late.now) == None{});
}

TEST_CASE("renew: another writer of the Secret wins, the rest follows it") {
  FakeApi api;
  api.put(kMutating, configuration());
  api.put(kValidating, configuration());
  int calls = 0;
  api.before_write = [&](const std::string&, const std::string& path) {
    // Just before our Secret is made, somebody else's whole run happens.
    if (path == kSecrets && ++calls == 1) {
      const auto before = std::exchange(api.before_write, nullptr);
      CHECK(renew(api, request_at(kNow)).error.empty());
      api.before_write = before;
    }
    return 0;
  };
  const Renewed done = renew(api, request_at(kNow));
  CHECK(done.error.empty());
  CHECK(done.told.find("another writer came between, beginning anew: POST " + kSecrets + ": 409 ") !=
        std::string::npos);
  CHECK(done.told.find("nothing is due") != std::string::npos);
  CHECK(faults(api, kNow) == None{});
  // Both runs' authorities are trusted for now; an hour later only the one that is used.
  CHECK(bundle_of(api, kMutating).size() == 2);
  CHECK(renew(api, request_at(kNow + 2 * 3600)).error.empty());
  CHECK(bundle_of(api, kMutating).size() == 1);
  CHECK(faults(api, kNow + 2 * 3600) == None{});
}

TEST_CASE("renew: conflicts without end are given up after five tries") {
  FakeApi api;
  api.put(kMutating, configuration());
  int tries = 0;
  api.before_write = [&](const std::string&, const std::string& path) {
    if (path == kMutating) {
      ++tries;
      json changed = api.get(kMutating);
      changed["metadata"]["labels"]["n"] = std::to_string(tries);
      api.put(kMutating, changed);
    }
    return 0;
  };
  const Renewed done = renew(api, request_at(kNow));
  CHECK(done.error.starts_with("given up after 5 tries: PATCH " + kMutating + ": 409 "));
  CHECK(tries == 5);
  CHECK(api.writes().empty());
  CHECK(api.get(kSecret).is_null());
}

TEST_CASE("renew: a run that ends half-way leaves all that serves as it was") {
  FakeApi api;
  api.put(kMutating, configuration());
  api.put(kValidating, configuration());
  REQUIRE(renew(api, request_at(kNow)).error.empty());
  const json secret = api.get(kSecret);
  certs::RenewRequest late = request_at(kNow + 3400 * certs::kDay);
  const auto at = GENERATE(as<std::string>{}, kMutating, kValidating, kSecret);
  api.before_write = [&](const std::string&, const std::string& path) { return path == at ? 503 : 0; };
  const Renewed failed = renew(api, late);
  INFO(at);
  CHECK(failed.error == "PATCH " + at + ": 503 refused by the test");
  CHECK(api.get(kSecret) == secret);
  // The old pair is still served and still trusted everywhere (it has expired by the clock of this test only).
  CHECK(faults(api, kNow) == None{});
  api.before_write = nullptr;
  CHECK(renew(api, late).error.empty());
  CHECK(faults(api, late.now) == None{});
  CHECK(contains(bundle_of(api, kValidating), decoded(secret["data"]["ca.crt"])[0]));
}

TEST_CASE("renew: what a person put into the Secret is not overwritten") {
  FakeApi api;
  api.put(kMutating, configuration());
  const std::string pem = encode_base64(certs::pem_of(api.authority().certificate));
  SECTION("cert-manager") {
    api.put(kSecret, json::parse(R"({"metadata":{"name":"tls","annotations":{"cert-manager.io/certificate-name":"x"}},
      "data":{}})"));
    CHECK(renew(api, request_at(kNow)).error.starts_with("Secret guard/tls is managed by cert-manager"));
  }
  SECTION("a certificate without its authority's key") {
    api.put(kSecret, json{{"metadata", {{"name", "tls"}}}, {"data", {{"tls.crt", pem}, {"tls.key", pem}}}});
    CHECK(renew(api, request_at(kNow)).error.starts_with("Secret guard/tls holds a certificate but no ca.key"));
  }
  CHECK(api.writes().empty());
}

TEST_CASE("renew: an empty Secret and one that holds nonsense are filled") {
  FakeApi api;
  api.put(kMutating, configuration("bm9uc2Vuc2U="));
  api.put(kValidating, configuration("not base64"));
  json secret = json::parse(R"({"metadata":{"name":"tls","labels":{"keep":"me"}},"type":"kubernetes.io/tls"})");
  const auto data = GENERATE(as<std::string>{}, R"({"tls.crt":"","tls.key":""})", "null", "[1]",
                             R"({"tls.crt":"AAAA","tls.key":7,"ca.crt":"!","ca.key":"AAAA"})");
  secret["data"] = json::parse(data);
  api.put(kSecret, secret);
  INFO(data);
  CHECK(renew(api, request_at(kNow)).error.empty());
  CHECK(api.get(kSecret)["metadata"]["labels"]["keep"] == "me");
  CHECK(faults(api, kNow) == None{});
}

TEST_CASE("bundle --apply and renew as programs") {
  FakeApi api;
  Folder folder;
  const std::string ca = folder.write("ca.crt", certs::pem_of(api.authority().certificate));
  const auto run = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "certs");
    arguments.insert(arguments.end(), {"--kubeconfig", api.kubeconfig()});
    return run_program(arguments);
  };
  const Outcome none = run({"bundle", "--ca", ca, "--apply", "--webhook", "brokergate"});
  CHECK(none.code == 2);
  CHECK(none.err == "brokergate: error: there is no webhook configuration brokergate\n");
  api.put(kValidating, configuration("b2xk"));
  const Outcome set = run({"bundle", "--ca", ca, "--apply", "--webhook", "brokergate"});
  CHECK(set.out == "set the caBundle of ValidatingWebhookConfiguration brokergate\n");
  CHECK(set.code == 0);
  CHECK(same(bundle_of(api, kValidating, 1)[0], api.authority().certificate));
  CHECK(run({"bundle", "--ca", ca, "--apply", "--webhook", "validating/brokergate"}).out ==
        "the caBundle was there already\n");
  CHECK(run({"bundle", "--ca", ca, "--apply", "--webhook", "mutating/brokergate"}).code == 2);
  CHECK(run({"bundle", "--ca", ca, "--apply", "--webhook", "../../secrets"}).code == 2);
  CHECK(api.writes() == None{"PATCH " + kValidating});

  const std::vector<std::string> renewal{"renew",       "--secret", "tls",       "--service", "brokergate",
                                         "--namespace", "guard",    "--webhook", "brokergate"};
  const Outcome made = run(renewal);
  CHECK(made.code == 0);
  CHECK(made.out.find("wrote Secret guard/tls (there was no Secret): a certificate for brokergate.guard.svc, ") !=
        std::string::npos);
  const Outcome again = run(renewal);
  CHECK(again.code == 0);
  CHECK(again.out.starts_with("nothing is due: "));
  std::vector<std::string> never = renewal;
  never.insert(never.end(), {"--days", "30", "--renew-before", "30"});
  CHECK(run(never).err == "brokergate: error: --days has to be more than --renew-before\n");
  const Outcome nowhere = run_program({"certs", "renew", "--secret", "tls", "--service", "brokergate", "--namespace",
                                       "guard", "--webhook", "brokergate"},
                                      "", {{"HOME", folder.path()}, {"KUBECONFIG", ""}});
  CHECK(nowhere.err ==
        "brokergate: error: this is no pod of a cluster, and there is no kubeconfig; give --kubeconfig\n");
}

TEST_CASE("bundle --apply reaches the API server as doctor does") {
  FakeApi api;
  api.put(kValidating, configuration("b2xk"));
  Folder folder;
  const std::string ca = folder.write("ca.crt", certs::pem_of(api.authority().certificate));
  const auto run = [&](const std::vector<std::string>& more, const Environment& environment) {
    std::vector<std::string> all{"certs", "bundle", "--ca", ca, "--apply", "--webhook", "brokergate"};
    all.insert(all.end(), more.begin(), more.end());
    return run_program(all, "", environment);
  };
  CHECK(run({}, {{"KUBECONFIG", api.kubeconfig() + ":other"}}).code == 0);
  CHECK(run({"--context", "none"}, {{"KUBECONFIG", api.kubeconfig()}}).err.ends_with("has no context \"none\"\n"));
  const Outcome other = run({"--token-file", folder.write("token", "other\n")}, {{"KUBECONFIG", api.kubeconfig()}});
  CHECK(other.code == 2);
  CHECK(other.err.find(": 401 ") != std::string::npos);
  CHECK(api.authorization() == "Bearer other");

  // Without an authority of its own: this system's, among which it is not, and then is.
  const std::string bare =
      folder.write("bare",
                   "current-context: a\ncontexts: [{name: a, context: {cluster: b, user: c}}]\n"
                   "clusters: [{name: b, cluster: {server: \"https://127.0.0.1:" +
                       std::to_string(api.port()) + "\"}}]\nusers: [{name: c, user: {token: t0ken}}]\n");
  const Outcome foreign = run({"--kubeconfig", bare}, {});
  CHECK(foreign.code == 2);
  CHECK(
      foreign.err.ends_with("; the kubeconfig names no certificate-authority, so this system's were asked "
                            "(SSL_CERT_FILE names others)\n"));
  CHECK(run({"--kubeconfig", bare}, {{"SSL_CERT_FILE", ca}}).code == 0);
}

// brokergate doctor against an API server on loopback, with a webhook that runs.
#include <map>

#include "brokergate/base64.h"
#include "catch.h"
#include "doctor_help.h"
#include "fake_api.h"
#include "tls_help.h"

using namespace brokergate;
using namespace brokergate::test;
using nlohmann::json;

namespace {

const std::string kKinds = "/apis/admissionregistration.k8s.io/v1/";
const std::string kMutatings = kKinds + "mutatingwebhookconfigurations";
const std::string kValidatings = kKinds + "validatingwebhookconfigurations";

// A cluster whose webhooks are asked by URL, and that answers dry runs as if they were.
class FakeCluster {
 public:
  FakeCluster() {
    api.put("/api/v1/namespaces/kube-system", named("kube-system"));
    api.put("/api/v1/namespaces/default", named("default"));
    api.put("/api/v1/namespaces/guard", named("guard"));
    api.put("/apis/apps/v1/namespaces/guard/deployments/brokergate", json::parse(deployment().dump()));
    api.put("/api/v1/namespaces/guard/configmaps/brokergate-policy",
            json::parse(policy_map("{domain: kafka.example.com}").dump()));
    api.instead = [this](const std::string& method, const std::string& target, const json& body) {
      const std::string call = method + " " + target;
      calls.push_back(call);
      const auto found = replies.find(call);
      if (found != replies.end()) return found->second;
      if (method != "POST") return std::pair<int, json>(0, nullptr);
      json out = body;
      if (body["kind"] == "StatefulSet") {
        return std::pair<int, json>(
            403, {{"message", "admission webhook \"validate.brokergate.io\" denied the request: [broker-id] x"}});
      }
      out["metadata"]["annotations"]["cloud.google.com/load-balancer-type"] = "Internal";
      return std::pair<int, json>(201, out);
    };
  }

  void configure(const std::string& url, const std::string& pem) {
    for (const bool mutating : {true, false}) {
      json one = json::parse(configuration_of(made, mutating).dump());
      one["metadata"]["annotations"]["meta.helm.sh/release-namespace"] = "guard";
      one["webhooks"][0]["clientConfig"] = {{"url", url + (mutating ? "/mutate" : "/validate")},
                                            {"caBundle", encode_base64(pem)}};
      api.put(mutating ? kMutatings : kValidatings, {{"items", json::array({one})}});
      api.put((mutating ? kMutatings : kValidatings) + "/brokergate", one);
    }
  }

  Outcome doctor(std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"doctor", "--kubeconfig", api.kubeconfig()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
  }

  static json named(const std::string& name) {
    return {{"metadata", {{"name", name}, {"labels", {{"kubernetes.io/metadata.name", name}}}}}};
  }

  FakeApi api;
  std::map<std::string, std::pair<int, json>> replies;
  std::vector<std::string> calls;
  Installation made = make_installation();
};

std::string last_line(std::string text) {
  text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

bool holds(const std::string& text, const std::string& part) {
  INFO(text);
  INFO("wanted: " << part);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

const std::string kServices = "POST /api/v1/namespaces/default/services?dryRun=All";
const std::string kSets = "POST /apis/apps/v1/namespaces/default/statefulsets?dryRun=All";

}  // namespace

TEST_CASE("doctor: a webhook that runs and is asked is well") {
  FakeCluster cluster;
  const Served served;
  Folder folder;
  cluster.configure("https://127.0.0.1:" + std::to_string(served.port()), folder.read(served.cert_file()));
  const Outcome found = cluster.doctor({"--within", "1"});
  INFO(found.out << found.err);
  CHECK(found.code == 0);
  CHECK(last_line(found.out) == "brokergate in namespace guard: 9 ok, 0 fail, 0 warn, 0 unknown");
  holds(found.out, "ok: https://127.0.0.1:" + std::to_string(served.port()) +
                       "/mutate, dialled from here: answers, with a certificate that the caBundle verifies [dial]\n");
  // Nothing was written but what is a dry run, and the certificate's Secret is none of this installation's.
  for (const std::string& call : cluster.calls) {
    INFO(call);
    CHECK((call.starts_with("GET ") || call == kServices || call == kSets));
    CHECK(call.find("/secrets") == std::string::npos);
  }
  // The certificate ends the day after tomorrow.
  const Outcome soon = cluster.doctor({"--fail-on-warn"});
  CHECK(soon.code == 3);
  CHECK(last_line(soon.out) == "brokergate in namespace guard: 7 ok, 0 fail, 2 warn, 0 unknown");

  const Outcome quiet = cluster.doctor({"--no-probe", "-o", "json", "--within", "1"});
  CHECK(quiet.code == 0);
  const json told = json::parse(quiet.out);
  CHECK(told["name"] == "brokergate");
  CHECK(told["namespace"] == "guard");
  CHECK(told["findings"].size() == 7);
  CHECK(told["findings"][0] == json{{"id", "policy"},
                                    {"level", "ok"},
                                    {"where", "ConfigMap guard/brokergate-policy"},
                                    {"what", "mode enforce, domain kafka.example.com"},
                                    {"remedy", ""}});
}

TEST_CASE("doctor: what is broken ends with 1 and what to do") {
  FakeCluster cluster;
  Served served;
  const std::string url = "https://127.0.0.1:" + std::to_string(served.port());
  const std::string pem = Folder().read(served.cert_file());
  SECTION("another authority in the caBundle") {
    cluster.configure(url, certs::pem_of(cluster.made.authority.certificate));
    const Outcome found = cluster.doctor();
    CHECK(found.code == 1);
    holds(found.out, "fail: " + url + "/validate, dialled from here: " + url + ": its certificate is not accepted: ");
    holds(found.out, "; the API server will not take it either: brokergate certs issue makes a certificate, ");
  }
  SECTION("the webhook is down") {
    cluster.configure(url, pem);
    served.end(SIGTERM);
    const json failed{{"message",
                       "Internal error occurred: failed calling webhook \"validate.brokergate.io\": failed to call "
                       "webhook: Post \"x\": dial tcp: connect: connection refused"}};
    cluster.replies[kServices] = cluster.replies[kSets] = {500, failed};
    const Outcome found = cluster.doctor({"--within", "1"});
    CHECK(found.code == 1);
    CHECK(last_line(found.out) == "brokergate in namespace guard: 5 ok, 2 fail, 0 warn, 2 unknown");
    holds(found.out, "unknown: " + url + "/mutate, dialled from here: cannot be reached: " + url + ": ");
    holds(found.out, "connection refused; brokergate does not run there: see its pods and their log [validates]\n");
  }
  SECTION("a configuration is missing") {
    cluster.configure(url, pem);
    cluster.api.put(kMutatings, {{"items", json::array()}});
    const Outcome found = cluster.doctor();
    CHECK(found.code == 1);
    holds(
        found.out,
        "fail: MutatingWebhookConfiguration brokergate: is not there: nothing is mended; install the chart again (helm "
        "upgrade --install); if it is switched off on purpose, give --without mutating [configuration]\n");
    CHECK(cluster.doctor({"--without", "mutating"}).code == 0);
  }
  SECTION("nothing is installed") {
    cluster.api.put(kMutatings, {{"items", json::array()}});
    cluster.api.put(kValidatings, {{"items", json::array()}});
    const Outcome found = cluster.doctor();
    CHECK(found.code == 1);
    CHECK(last_line(found.out) == "brokergate: 0 ok, 2 fail, 0 warn, 0 unknown");
    CHECK(std::find(cluster.calls.begin(), cluster.calls.end(), kServices) == cluster.calls.end());
  }
  SECTION("something else answers there") {
    FakeApi other;
    cluster.configure("https://127.0.0.1:" + std::to_string(other.port()),
                      certs::pem_of(other.authority().certificate));
    const Outcome found = cluster.doctor();
    CHECK(found.code == 1);
    holds(found.out, "/mutate, dialled from here: answers a review with POST ");
  }
}

TEST_CASE("doctor: a Service in the cluster, its pods and its certificate") {
  FakeCluster cluster;
  for (const bool mutating : {true, false}) {
    cluster.api.put(mutating ? kMutatings : kValidatings,
                    {{"items", json::array({json::parse(configuration_of(cluster.made, mutating).dump())})}});
  }
  cluster.api.put("/api/v1/namespaces/guard/services/brokergate", json::parse(service().dump()));
  cluster.api.put("/api/v1/namespaces/guard/secrets/brokergate-tls", json::parse(secret_of(cluster.made).dump()));
  cluster.api.put("/apis/discovery.k8s.io/v1/namespaces/guard/endpointslices", json::parse(slices().dump()));
  Outcome found = cluster.doctor();
  // The certificate is from the future: kDoctorNow is not now.
  CHECK(found.code == 1);
  holds(found.out, "fail: Secret guard/brokergate-tls: the certificate is not valid before 2027-");
  holds(found.out, "ok: Service guard/brokergate: has port 443 [service]\n");
  holds(found.out, "ok: Service guard/brokergate: 2 of 2 addresses behind it are ready [endpoints]\n");
  holds(found.out, "ok: Deployment guard/brokergate: 2 of 2 replicas are ready [deployment]\n");
  CHECK(std::find(cluster.calls.begin(), cluster.calls.end(),
                  "GET /apis/discovery.k8s.io/v1/namespaces/guard/endpointslices?labelSelector="
                  "kubernetes.io%2Fservice-name%3Dbrokergate") != cluster.calls.end());
  // Who may not read Secrets is told so, and no more is made of it.
  cluster.replies["GET /api/v1/namespaces/guard/secrets/brokergate-tls"] = {403, {{"message", "secrets is forbidden"}}};
  found = cluster.doctor();
  CHECK(found.code == 0);
  holds(found.out, "unknown: Secret guard/brokergate-tls: could not be read: ");
  CHECK(cluster.doctor({"--fail-on-unknown"}).code == 3);
}

TEST_CASE("doctor: what keeps it from looking ends with 2") {
  FakeCluster cluster;
  const Served served;
  cluster.configure("https://127.0.0.1:" + std::to_string(served.port()), Folder().read(served.cert_file()));
  const auto error = [&](const std::vector<std::string>& more) {
    const Outcome found = cluster.doctor(more);
    CHECK(found.code == 2);
    CHECK(found.out.empty());
    return without(found.err, "brokergate: error: ");
  };
  CHECK(error({"--context", "none"}).ends_with("has no context \"none\"\n"));
  CHECK(cluster.doctor({"--context", "test"}).code == 0);
  CHECK(error({"--release", "a/b"}) == "--release \"a/b\" is not a name that there can be\n");
  CHECK(error({"--probe-namespace", "A"}) == "--probe-namespace \"A\" is not a name that there can be\n");
  CHECK(error({"--without", "both"}).starts_with("--without"));
  // Who reads JSON finds it there as well.
  const Outcome in_json = cluster.doctor({"--context", "none", "-o", "json"});
  CHECK(in_json.code == 2);
  CHECK(json::parse(in_json.out).size() == 1);
  CHECK(in_json.err == "brokergate: error: " + json::parse(in_json.out)["error"].get<std::string>() + "\n");
  Folder folder;
  CHECK(error({"--token-file", folder.write("empty", "\n")}).ends_with("holds no token\n"));
  CHECK(cluster.doctor({"--token-file", folder.write("token", "t0ken\n")}).code == 0);
  CHECK(
      error({"--token-file", folder.write("wrong", "other")})
          .ends_with(": 401 Unauthorized; the API server knows nobody by this token or certificate: see the context's "
                     "user, or give --token-file\n"));
  // Two installations, one of which has to be chosen.
  json two = cluster.api.get(kValidatings);
  json second = two["items"][0];
  second["metadata"]["name"] = "other-brokergate";
  second["metadata"]["labels"]["app.kubernetes.io/instance"] = "other";
  two["items"].push_back(second);
  cluster.api.put(kValidatings, two);
  CHECK(error({}) == "there are several installations: brokergate, other-brokergate; choose one with --release\n");
  CHECK(cluster.doctor({"--release", "brokergate"}).code == 0);
  CHECK(cluster.doctor({"--release", "other"}).code == 1);  // it has no mutating half
  // A name does not steer a terminal.
  two["items"][1]["metadata"]["name"] = "other\x1b[31m";
  cluster.api.put(kValidatings, two);
  CHECK(error({}) == "there are several installations: brokergate, other [31m; choose one with --release\n");
  // One installation whose configurations have names of their own.
  json renamed = cluster.api.get(kValidatings);
  renamed["items"].erase(1);
  renamed["items"][0]["metadata"]["name"] = "brokergate-validating";
  cluster.api.put(kValidatings, renamed);
  const Outcome found = cluster.doctor();
  CHECK(found.code == 0);
  holds(found.out, "ValidatingWebhookConfiguration brokergate-validating: asks https://127.0.0.1:");
  CHECK(cluster.doctor({"--release", "brokergate"}).code == 0);
  for (const int status : {429, 500}) {
    cluster.replies["GET " + kMutatings] = {status, {{"message", "no"}}};
    holds(error({}),
          status == 429 ? "429 no; the API server has too much to do" : "500 no; the API server itself fails");
  }
  // Who may not list looks at the chart's own.
  cluster.replies["GET " + kMutatings] = {403, {{"message", "forbidden"}}};
  CHECK(cluster.doctor().code == 0);
  cluster.replies["GET " + kMutatings + "/brokergate"] = {403, {{"message", "forbidden"}}};
  cluster.replies["GET " + kValidatings + "/brokergate"] = {403, {{"message", "forbidden"}}};
  CHECK(error({}).ends_with(": 403 forbidden; call doctor as somebody who may get and list webhook configurations\n"));
  const Outcome nowhere = run_program({"doctor"}, "", {{"HOME", folder.path()}, {"KUBECONFIG", ""}});
  CHECK(nowhere.code == 2);
  CHECK(nowhere.err.find("there is no kubeconfig; give --kubeconfig") != std::string::npos);
  const Outcome usual = run_program({"doctor"}, "", {{"KUBECONFIG", cluster.api.kubeconfig() + ":other"}});
  CHECK(usual.code == 2);
  CHECK(usual.err.find(": 403 forbidden") != std::string::npos);
}

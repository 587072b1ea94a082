// What the webhook answers, request by request: the rules of AdmissionReview
// whose breach makes an API server fail the request or, worse, admit it.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

#include "brokergate/base64.h"
#include "catch.h"
#include "program.h"
#include "webhook/admission.h"
#include "webhook/cluster/store.h"
#include "webhook/review_codec.h"

using namespace brokergate;
using nlohmann::json;
using webhook::Endpoint;

namespace {

constexpr const char* kInternal = R"({"networking.gke.io/load-balancer-type":"Internal"})";

struct Ask {
  std::string operation = "CREATE";
  std::string object = test::broker_service_json("kafka-0-external");
  std::string old_object = "null";
  std::string sub_resource = {};
  std::string kind = R"({"group":"","version":"v1","kind":"Service"})";
  std::string api_version = "admission.k8s.io/v1";
  std::string extra = R"(,"dryRun":false)";
  std::string name = R"(,"name":"kafka-0-external")";
};

std::string review_of(const Ask& ask) {
  std::string out = R"({"kind":"AdmissionReview","apiVersion":")" + ask.api_version +
                    R"(","request":{"uid":"0a1b2c3d-ü-\"\\","kind":)" + ask.kind + ask.name +
                    R"(,"namespace":"streaming","operation":")" + ask.operation + "\"";
  if (!ask.sub_resource.empty()) out += R"(,"subResource":")" + ask.sub_resource + "\"";
  return out + ask.extra + R"(,"object":)" + ask.object + R"(,"oldObject":)" + ask.old_object + "}}";
}

webhook::Answer ask_webhook(const std::string& body, Endpoint endpoint, const Policy& policy = Policy::defaults()) {
  return webhook::answer(std::make_shared<const Source>("<request>", body), endpoint, policy, "2026-01-01");
}

// The answer's `response`, after the checks that hold for every answer (the API
// server's own VerifyAdmissionResponse and what its HTTP layer does with warnings).
json response_to(const Ask& ask, Endpoint endpoint, const Policy& policy = Policy::defaults()) {
  const webhook::Answer answer = ask_webhook(review_of(ask), endpoint, policy);
  REQUIRE(answer.status == 200);
  const json review = json::parse(answer.body);
  CHECK(review["apiVersion"] == ask.api_version);
  CHECK(review["kind"] == "AdmissionReview");
  const json& response = review.at("response");
  CHECK(response.at("uid") == "0a1b2c3d-ü-\"\\");
  REQUIRE(response.at("allowed").is_boolean());
  const bool allowed = response["allowed"].get<bool>();
  CHECK(answer.decision.allowed == allowed);
  CHECK(response.contains("patch") == response.contains("patchType"));
  CHECK(answer.decision.patched == response.contains("patch"));
  if (!allowed || endpoint == Endpoint::kValidate) CHECK_FALSE(response.contains("patch"));
  CHECK(response.contains("status") == !allowed);
  for (const auto& [key, value] : response.items()) {
    const bool known = key == "uid" || key == "allowed" || key == "status" || key == "patch" || key == "patchType" ||
                       key == "warnings" || key == "auditAnnotations";
    CHECK(known);
  }
  if (response.contains("auditAnnotations")) {
    CHECK_FALSE(response["auditAnnotations"].empty());
    // What the API server keeps: it drops what is no name's last part.
    for (const auto& [key, value] : response["auditAnnotations"].items()) {
      CHECK(key.size() <= 63);
      CHECK(key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos);
      CHECK(value.get<std::string>().find_first_not_of("abcdefghijklmnopqrstuvwxyz-,") == std::string::npos);
    }
  }
  if (response.contains("warnings")) {
    CHECK(response["warnings"].size() <= 10);
    for (const std::string warning : response["warnings"]) {
      CHECK(warning == webhook::one_line(warning, 256));
      CHECK_FALSE(warning.empty());
    }
  }
  return response;
}

std::string decoded(const std::string& text) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int have = 0;
  CHECK(text.size() % 4 == 0);
  for (const char c : text) {
    if (c == '=') break;
    const size_t value = alphabet.find(c);
    if (value == std::string::npos) FAIL("not in the alphabet: " << c);
    bits = bits << 6 | static_cast<uint32_t>(value);
    have += 6;
    if (have >= 8) out += static_cast<char>(bits >> (have -= 8) & 0xFF);
  }
  return out;
}

bool plainly_allowed(const json& response) { return response["allowed"] == true && response.size() == 2; }

}  // namespace

TEST_CASE("CREATE: /mutate patches, the patched object is patched no more") {
  const Ask ask;
  const json response = response_to(ask, Endpoint::kMutate);
  CHECK(response["allowed"] == true);
  CHECK(response["patchType"] == "JSONPatch");
  const json patch = json::parse(decoded(response["patch"]));
  const json before = json::parse(ask.object);
  const json after = before.patch(patch);
  json wanted = before;
  for (const auto& [key, value] : after["metadata"]["annotations"].items()) {
    CHECK(value == "Internal");
    wanted["metadata"]["annotations"][key] = value;
  }
  CHECK(after["metadata"]["annotations"].size() > 0);
  CHECK(after == wanted);
  CHECK(plainly_allowed(response_to({.object = after.dump()}, Endpoint::kMutate)));
  CHECK(plainly_allowed(response_to({.object = after.dump()}, Endpoint::kValidate)));
}

// What an apply of the same source makes of the object that runs: the source's entries, then those it does not know.
TEST_CASE("UPDATE: a source that brings a command again ends as what runs, in the same order") {
  const json source = json::parse(R"({"apiVersion":"apps/v1","kind":"StatefulSet",
    "metadata":{"name":"kafka","namespace":"streaming"},"spec":{"serviceName":"kafka-headless","replicas":2,
    "selector":{"matchLabels":{"app":"kafka"}},"template":{"metadata":{"labels":{"app":"kafka"}},"spec":{"containers":[
    {"name":"broker","image":"medinvention/kafka:2.13-2.7.0","env":[
      {"name":"KAFKA_LISTENERS_COMMAND","value":"echo \"PLAINTEXT://${HOSTNAME}.kafka-headless:9092\""},
      {"name":"BROKER_ID_COMMAND","value":"echo ${HOSTNAME##*-}"},
      {"name":"KAFKA_ZOOKEEPER_CONNECT","value":"zookeeper:2181"}],"ports":[{"containerPort":9092}]}]}}}})");
  const json::json_pointer env("/spec/template/spec/containers/0/env");
  Policy policy = Policy::defaults();
  policy.domain = "kafka.example.com";
  Ask ask{.object = source.dump(),
          .kind = R"({"group":"apps","version":"v1","kind":"StatefulSet"})",
          .name = R"(,"name":"kafka")"};
  const json created = response_to(ask, Endpoint::kMutate, policy);
  REQUIRE(created.contains("patch"));
  const json running = source.patch(json::parse(decoded(created["patch"])));
  REQUIRE(running[env].size() > source[env].size());
  json merged = running;
  merged[env] = source[env];
  for (const json& entry : running[env]) {
    const auto& own = source[env];
    const bool known =
        std::any_of(own.begin(), own.end(), [&](const json& other) { return other["name"] == entry["name"]; });
    if (!known) merged[env].push_back(entry);
  }
  ask.operation = "UPDATE";
  ask.object = merged.dump();
  ask.old_object = running.dump();
  const json updated = response_to(ask, Endpoint::kMutate, policy);
  REQUIRE(updated.contains("patch"));
  CHECK(merged.patch(json::parse(decoded(updated["patch"]))) == running);
}

TEST_CASE("CREATE: /validate denies with a status that people and programs can read") {
  const json response = response_to({}, Endpoint::kValidate);
  CHECK(response["allowed"] == false);
  const json& status = response["status"];
  CHECK(status["status"] == "Failure");
  CHECK(status["code"] == 403);
  CHECK(status["reason"] == "Forbidden");
  CHECK(status["details"]["name"] == "kafka-0-external");
  CHECK(status["details"]["kind"] == "Service");
  const std::string message = status["message"];
  CHECK(message.starts_with("[internal-load-balancer] Service/kafka-0-external: metadata.annotations"));
  CHECK(message.find(" Fix: ") != std::string::npos);
  CHECK(message.find("https://") != std::string::npos);
  REQUIRE(status["details"]["causes"].size() == 1);
  const json& cause = status["details"]["causes"][0];
  CHECK(cause["reason"] == "internal-load-balancer");
  CHECK(cause["field"].get<std::string>().starts_with("metadata.annotations["));
  CHECK_FALSE(cause["message"].get<std::string>().empty());
}

TEST_CASE("v1beta1 is answered in v1beta1") {
  CHECK(response_to({.api_version = "admission.k8s.io/v1beta1"}, Endpoint::kValidate)["allowed"] == false);
  CHECK(response_to({.api_version = "admission.k8s.io/v1beta1"}, Endpoint::kMutate).contains("patch"));
}

TEST_CASE("dry run gets the same answer") {
  for (const Endpoint endpoint : {Endpoint::kMutate, Endpoint::kValidate}) {
    CHECK(response_to({.extra = R"(,"dryRun":true)"}, endpoint) == response_to({}, endpoint));
  }
  CHECK(ask_webhook(review_of({.extra = R"(,"dryRun":true)"}), Endpoint::kMutate).decision.dry_run);
}

// The API server fills in a number from above its range then.
TEST_CASE("dry run: a node port that the API server made up is no finding") {
  json object = json::parse(test::broker_service_json("kafka-0-external"));
  object["metadata"]["annotations"] = json::parse(kInternal);
  object["spec"]["ports"][0]["nodePort"] = 32769;
  Policy policy = Policy::defaults();
  policy.node_ports.named = true;
  const auto asked = [&](const char* extra) {
    return response_to({.object = object.dump(), .extra = extra}, Endpoint::kValidate, policy);
  };
  const json stored = asked(R"(,"dryRun":false)");
  CHECK(stored["allowed"] == false);
  CHECK(stored["status"]["details"]["causes"][0]["reason"] == "node-port-clash");
  CHECK(asked(R"(,"dryRun":true)")["allowed"] == true);
}

TEST_CASE("generateName: no name yet, the same verdict") {
  const std::string object = json::parse(test::broker_service_json("x"))
                                 .patch(json::parse(R"([{"op":"remove","path":"/metadata/name"},
                                        {"op":"add","path":"/metadata/generateName","value":"kafka-"}])"))
                                 .dump();
  const json denied = response_to({.object = object, .name = ""}, Endpoint::kValidate);
  CHECK(denied["allowed"] == false);
  CHECK(denied["status"]["message"].get<std::string>().find("Service/kafka-") != std::string::npos);
  CHECK_FALSE(denied["status"]["details"].contains("name"));
  CHECK(response_to({.object = object, .name = ""}, Endpoint::kMutate).contains("patch"));
}

TEST_CASE("UPDATE: a fault that was there before is a warning, a new one is a denial") {
  const std::string bad = test::broker_service_json("kafka-0-external");
  const std::string good = test::broker_service_json("kafka-0-external", kInternal);
  const json before = response_to({.operation = "UPDATE", .object = bad, .old_object = bad}, Endpoint::kValidate);
  CHECK(before["allowed"] == true);
  CHECK(before["warnings"].size() == 1);
  const json worse = response_to({.operation = "UPDATE", .object = bad, .old_object = good}, Endpoint::kValidate);
  CHECK(worse["allowed"] == false);
  CHECK(plainly_allowed(response_to({.operation = "UPDATE", .object = good, .old_object = bad}, Endpoint::kValidate)));
}

TEST_CASE("what must not be touched is plainly allowed") {
  const std::string bad = test::broker_service_json("kafka-0-external");
  const std::string terminating =
      json::parse(bad)
          .patch(json::parse(R"([{"op":"add","path":"/metadata/deletionTimestamp","value":"2026-01-01T00:00:00Z"}])"))
          .dump();
  const std::string scale =
      R"({"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"kafka"},"spec":{"replicas":5}})";
  const std::vector<Ask> asks = {
      {.operation = "DELETE", .object = "null", .old_object = bad},
      {.operation = "DELETE", .object = "null", .old_object = bad, .name = ""},
      {.operation = "CONNECT"},
      {.operation = "PATCH"},
      {.operation = "UPDATE", .object = terminating, .old_object = terminating},
      {.operation = "UPDATE", .old_object = bad, .sub_resource = "status"},
      {.operation = "UPDATE",
       .object = scale,
       .old_object = scale,
       .sub_resource = "scale",
       .kind = R"({"group":"autoscaling","version":"v1","kind":"Scale"})"},
      {.object = R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"}})",
       .kind = R"({"group":"","version":"v1","kind":"Secret"})"},
      {.object =
           R"({"apiVersion":"serving.knative.dev/v1","kind":"Service","metadata":{"name":"s"},"spec":{"type":"LoadBalancer"}})",
       .kind = R"({"group":"serving.knative.dev","version":"v1","kind":"Service"})"},
      {.object = R"({"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"s"},"spec":[[[1]]]})",
       .kind = R"({"group":"example.com","version":"v1","kind":"Thing"})"},
  };
  for (const Ask& ask : asks) {
    INFO(review_of(ask));
    CHECK(plainly_allowed(response_to(ask, Endpoint::kMutate)));
    CHECK(plainly_allowed(response_to(ask, Endpoint::kValidate)));
  }
}

TEST_CASE("objects that nobody looks at are not read, and the answer is the same") {
  const std::string who = R"(,"userInfo":{"username":"ci"},"dryRun":false)";
  const auto decoded = [&](const Ask& ask, webhook::ReviewPart part) {
    return webhook::decode_review(std::make_shared<const Source>("<request>", review_of(ask)), part);
  };
  Ask ask{.operation = "DELETE", .object = "null", .old_object = R"({"spec":[[{"a":"}]"}]]})", .extra = who};
  const auto head = decoded(ask, webhook::ReviewPart::kHead);
  REQUIRE(head);
  CHECK(head->head_only);
  CHECK(head->operation == "DELETE");
  CHECK(head->kind == "Service");
  CHECK(head->name == "kafka-0-external");
  CHECK_FALSE(head->old_object);
  CHECK(head->document->root()["request"]["oldObject"].size() == 0);
  CHECK(decoded(ask, webhook::ReviewPart::kWhole)->old_object);

  const std::string body = review_of(ask);
  const webhook::ReviewHint hint = webhook::hint_of(body);
  CHECK(hint.operation == "DELETE");
  CHECK(hint.kind == "Service");
  CHECK(hint.sub_resource.empty());
  CHECK(webhook::hint_of(R"({"request":{"operation":"DELETE"}})").operation.empty());
  CHECK(webhook::hint_of("").kind.empty());
  CHECK(plainly_allowed(response_to(ask, Endpoint::kMutate)));

  ask.old_object = R"({"spec":[[{"a":1}})";  // brackets are checked
  CHECK(ask_webhook(review_of(ask), Endpoint::kMutate).status == 400);
}

TEST_CASE("what the first bytes promise decides nothing") {
  const Ask plain{.extra = R"(,"userInfo":{"username":"ci"},"dryRun":false)"};
  std::string misleading = review_of(plain);
  const std::string uid = R"("request":{)";
  misleading.insert(misleading.find(uid) + uid.size(),
                    R"("other":{"kind":{"kind":"Secret"},"subResource":"scale","operation":"DELETE"},)");
  const webhook::ReviewHint hint = webhook::hint_of(misleading);
  CHECK(hint.kind == "Secret");
  CHECK(hint.sub_resource == "scale");
  CHECK(hint.operation == "DELETE");
  const webhook::Answer answer = ask_webhook(misleading, Endpoint::kMutate);
  CHECK(answer.decision.patched);
  CHECK(answer.body == ask_webhook(review_of(plain), Endpoint::kMutate).body);
}

TEST_CASE("mode warn tells and allows, mode observe says nothing and changes nothing") {
  Policy policy = Policy::defaults();
  policy.mode = Mode::kWarn;
  const json warned = response_to({}, Endpoint::kValidate, policy);
  CHECK(warned["allowed"] == true);
  REQUIRE(warned["warnings"].size() == 1);
  const auto line = warned["warnings"][0].get<std::string>();
  CHECK(line.starts_with("[internal-load-balancer] Service/kafka-0-external: "));
  CHECK(line.ends_with(" (not denied: the policy's mode is warn)"));
  policy.mode = Mode::kObserve;
  for (const Endpoint endpoint : {Endpoint::kValidate, Endpoint::kMutate}) {
    json silent = response_to({}, endpoint, policy);
    silent.erase("auditAnnotations");
    CHECK(plainly_allowed(silent));
  }
  const webhook::Answer observed = ask_webhook(review_of({}), Endpoint::kValidate, policy);
  CHECK(observed.decision.rules == std::vector<std::string_view>{"internal-load-balancer"});
}

TEST_CASE("the audit log is told what rules did") {
  const std::string bad = test::broker_service_json("kafka-0-external");
  const std::string good = test::broker_service_json("kafka-0-external", kInternal);
  Policy warning = Policy::defaults(), observing = Policy::defaults();
  warning.mode = Mode::kWarn;
  observing.mode = Mode::kObserve;
  const auto told = [](const Ask& ask, Endpoint endpoint, const Policy& policy = Policy::defaults()) {
    return response_to(ask, endpoint, policy).value("auditAnnotations", json()).dump();
  };
  const Ask update{.operation = "UPDATE", .object = bad, .old_object = bad};
  CHECK(told({}, Endpoint::kMutate) == R"({"injected":"internal-load-balancer"})");
  CHECK(told({}, Endpoint::kValidate) == R"({"denied":"internal-load-balancer"})");
  CHECK(told(update, Endpoint::kValidate) == R"({"warned":"internal-load-balancer"})");
  CHECK(told({}, Endpoint::kMutate, warning) == R"({"injected":"internal-load-balancer"})");
  CHECK(told({}, Endpoint::kValidate, warning) == R"({"would_deny":"internal-load-balancer"})");
  CHECK(told({}, Endpoint::kMutate, observing) == R"({"would_inject":"internal-load-balancer"})");
  CHECK(told({}, Endpoint::kValidate, observing) == R"({"would_deny":"internal-load-balancer"})");
  CHECK(told({.object = good}, Endpoint::kMutate) == "null");
  CHECK(told({.object = good}, Endpoint::kValidate) == "null");
  // What is a warning by itself: nobody is told of it either.
  json shared = json::parse(test::broker_service_json("kafka-0-external", kInternal));
  shared["metadata"]["annotations"]["external-dns.alpha.kubernetes.io/hostname"] = "kafka-0.kafka.example.com";
  const Ask only_warned{.object = shared.dump()};
  CHECK(told(only_warned, Endpoint::kValidate) == R"({"warned":"external-dns-prefix"})");
  CHECK(told(only_warned, Endpoint::kValidate, warning) == R"({"warned":"external-dns-prefix"})");
  CHECK(told(only_warned, Endpoint::kValidate, observing) == R"({"would_warn":"external-dns-prefix"})");
  // Several rules, each once.
  json two = json::parse(bad);
  two["metadata"]["annotations"]["dns.alpha.kubernetes.io/external"] = "kafka-0.kafka.example.com";
  two["metadata"]["annotations"]["dns.alpha.kubernetes.io/internal"] = "kafka-0.kafka.example.com";
  const json both = response_to({.object = two.dump()}, Endpoint::kMutate).at("auditAnnotations");
  CHECK(both.size() == 1);
  CHECK(both.at("injected") == "alpha-annotation,internal-load-balancer");
}

TEST_CASE("a warning says why it is no denial, however long it is") {
  const std::string bad = test::broker_service_json("kafka-0-external");
  const json update = response_to({.operation = "UPDATE", .object = bad, .old_object = bad}, Endpoint::kValidate);
  REQUIRE(update["warnings"].size() == 1);
  CHECK(update["warnings"][0].get<std::string>().ends_with(" (not denied: it was there before this update)"));
  // Something that is called after Kafka may stand in front of it.
  json alone = json::parse(bad);
  alone["metadata"]["name"] = "kafka-gateway-1";
  alone["spec"]["selector"] = {{"app", "kafka-gateway"}};
  const json weak = response_to({.object = alone.dump(), .name = R"(,"name":"kafka-gateway-1")"}, Endpoint::kValidate);
  CHECK(weak["allowed"] == true);
  REQUIRE(weak.contains("warnings"));
  CHECK(weak["warnings"][0].get<std::string>().find(" (not denied: it may be another program's: ") !=
        std::string::npos);
  // A name of 253 characters leaves no room for both.
  const std::string name(253, 'k');
  const std::string longer = test::broker_service_json(name);
  const Ask ask{.operation = "UPDATE", .object = longer, .old_object = longer, .name = R"(,"name":")" + name + "\""};
  const json cut = response_to(ask, Endpoint::kValidate);
  REQUIRE(cut.contains("warnings"));
  for (const std::string line : cut["warnings"]) {
    CHECK(line.find("k… (not denied: ") != std::string::npos);
    CHECK(line.ends_with(")"));
  }
}

namespace {

// Brokers on preemptible nodes, seen a while ago.
struct OldView final : webhook::ClusterSource {
  OldView() : store(std::make_shared<const Policy>(Policy::defaults())) {
    json set = json::parse(R"({"apiVersion":"apps/v1","kind":"StatefulSet","spec":{"serviceName":"kafka","replicas":1,
      "selector":{"matchLabels":{"app":"kafka"}},"template":{"metadata":{"labels":{"app":"kafka"}},
      "spec":{"nodeSelector":{"cloud.google.com/gke-spot":"true"},"containers":[{"name":"kafka",
      "image":"confluentinc/cp-kafka:7.4.1","env":[{"name":"KAFKA_ADVERTISED_LISTENERS",
      "value":"EXTERNAL://kafka-0.kafka.acme.io:9094"}]}]}}}})");
    set["metadata"] = {{"name", "kafka"}, {"namespace", "streaming"}};
    store.replace(webhook::watch::Resource::kStatefulSets, {{"streaming", "kafka", "1", set.dump()}});
  }
  webhook::Surroundings around(const Object& object, const Object* old_object) const override {
    return {store.peers_of(object, old_object).objects, nullptr, 95'000, doubt};
  }
  std::optional<Object> stateful_set(std::string_view, std::string_view) const override { return std::nullopt; }

  webhook::cluster::Store store;
  std::string doubt = "nothing heard of Nodes for 95 s, nor of 2 more";
};

}  // namespace

TEST_CASE("what an old view denies or lets in is told with its age and the doubt") {
  json service = json::parse(test::broker_service_json("kafka-0-external"));
  service["spec"]["type"] = "NodePort";
  service["spec"]["selector"] = {{"app", "kafka"}, {"statefulset.kubernetes.io/pod-name", "kafka-0"}};
  OldView view;
  Policy policy = Policy::defaults();
  const auto asked = [&] {
    const auto body = std::make_shared<const Source>("<request>", review_of({.object = service.dump()}));
    const webhook::Answer answer = webhook::answer(body, Endpoint::kValidate, policy, "2026-01-01", &view);
    REQUIRE(answer.status == 200);
    CHECK(answer.decision.view_age == 95'000);
    return json::parse(answer.body)["response"];
  };
  const json warned = asked();
  INFO(warned.dump(1));
  CHECK(warned["allowed"] == true);
  REQUIRE(warned.contains("warnings"));
  const std::string line = warned["warnings"].back();
  CHECK(
      line.starts_with("[nodeport-preemptible] Service/kafka-0-external: NodePort of broker 0 on preemptible nodes "));
  CHECK(
      line.ends_with(" (seen in the cluster 95 s ago) (not denied: the cluster view is in doubt: nothing heard of "
                     "Nodes for 95 s, nor of 2 more)"));
  policy.when_stale = Severity::kDeny;
  const auto denied = [&] {
    const json response = asked();
    INFO(response.dump(1));
    CHECK(response["allowed"] == false);
    REQUIRE(response.contains("status"));
    return response["status"]["message"].get<std::string>();
  };
  CHECK(
      denied().find(" (seen in the cluster 95 s ago) (denied because the policy's clusterView.whenStale is deny, "
                    "although the cluster view is in doubt: nothing heard of Nodes for 95 s, nor of 2 more). Fix: ") !=
      std::string::npos);
  view.doubt.clear();
  CHECK(denied().find(" (seen in the cluster 95 s ago). Fix: ") != std::string::npos);
}

TEST_CASE("what is no review is refused with its place") {
  struct Case {
    const char* body;
    uint32_t line, column;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"[]", 1, 1, "not an AdmissionReview"},
      {"{}", 1, 1, "not an AdmissionReview"},
      {R"({"kind": "Pod", "apiVersion": "v1"})", 1, 10, "not an AdmissionReview"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v2","request":{}})", 1, 40,
       "apiVersion is not admission.k8s.io/v1 or admission.k8s.io/v1beta1"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"})", 1, 1, "the review has no request"},
      {"{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\n \"request\":[]}", 2, 12,
       "the review has no request"},
      {"{\"kind\":\"AdmissionReview\",\"apiVersion\":\"admission.k8s.io/v1\",\n "
       "\"request\":{\"operation\":\"CREATE\"}}",
       2, 12, "the request has no uid"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":7}})", 1, 79,
       "the request has no uid"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u"}})", 1, 72,
       "the request has no operation"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","operation":"CREATE","object":7}})",
       1, 113, "object is not an object"},
      {R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","operation":"CREATE","kind":{"kind":"Service"}}})",
       1, 72, "CREATE without request.object"},
  };
  for (const Case& wrong : cases) {
    INFO(wrong.body);
    const webhook::Answer answer = ask_webhook(wrong.body, Endpoint::kMutate);
    CHECK(answer.status == 400);
    CHECK(answer.body == wrong.message);
    CHECK(answer.position.line == wrong.line);
    CHECK(answer.position.column == wrong.column);
  }
  const auto broken = GENERATE(
      values<std::string>({"", " \n", "{", "{\"a\":1}{\"b\":2}", "a: 1\n", "{\"kind\":\"AdmissionReview\"",
                           "{\"a\":\"\xff\"}", "{\"a\":1e400,}", std::string("{\0}", 3), std::string(100000, '[')}));
  const webhook::Answer answer = ask_webhook(broken, Endpoint::kValidate);
  CHECK(answer.status == 400);
  CHECK_FALSE(answer.body.empty());
}

TEST_CASE("a uid of a megabyte comes back as it was") {
  json review = json::parse(review_of({}));
  const std::string uid = "no uuid " + std::string(size_t{1} << 20, '~');
  review["request"]["uid"] = uid;
  for (const Endpoint endpoint : {Endpoint::kMutate, Endpoint::kValidate}) {
    const webhook::Answer answer = ask_webhook(review.dump(), endpoint);
    CHECK(json::parse(answer.body)["response"]["uid"] == uid);
    CHECK(answer.body.size() < uid.size() + 4000);
  }
}

TEST_CASE("nobody is let off by who they are or what they write on the object") {
  const json denied = response_to({}, Endpoint::kValidate);
  json object = json::parse(test::broker_service_json("kafka-0-external"));
  for (const char* key : {"brokergate.io/ignore", "brokergate.io/exempt", "admission.brokergate.io/skip"}) {
    object["metadata"]["annotations"][key] = "true";
    object["metadata"]["labels"][key] = "true";
  }
  CHECK(response_to({.object = object.dump()}, Endpoint::kValidate)["allowed"] == false);
  for (const char* user : {R"({"username":"admin","groups":["system:masters","system:authenticated"]})",
                           R"({"username":"system:serviceaccount:kube-system:x","groups":["system:serviceaccounts"]})",
                           R"({"username":"system:admin"})"}) {
    CHECK(response_to({.extra = std::string(R"(,"userInfo":)") + user}, Endpoint::kValidate) == denied);
  }
}

TEST_CASE("what is told about an object holds no value that is none of Kafka's addresses") {
  const std::string secret = "hunter2-and-more";
  json object =
      json::parse(R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"kafka","annotations":{}},
    "spec":{"serviceName":"kafka-headless","replicas":3,"selector":{"matchLabels":{"app":"kafka"}},
    "template":{"metadata":{"labels":{"app":"kafka"}},"spec":{"containers":[{"name":"broker",
    "image":"confluentinc/cp-kafka:7.4.0","command":["sh","-c",""],"ports":[{"containerPort":9092}],"env":[
      {"name":"KAFKA_ZOOKEEPER_CONNECT","value":"zookeeper:2181"},{"name":"KAFKA_BROKER_ID","value":"1"},
      {"name":"KAFKA_ADVERTISED_LISTENERS","value":"PLAINTEXT://localhost:9092"}]}]}}}})");
  json& container = object["spec"]["template"]["spec"]["containers"][0];
  object["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] = secret;
  container["command"][2] = "export KAFKA_OPTS=-Dpassword=" + secret + " TOKEN='" + secret +
                            "'\nexec /etc/confluent/docker/run --token " + secret;
  for (const char* name :
       {"KAFKA_SASL_JAAS_CONFIG", "KAFKA_SSL_KEYSTORE_PASSWORD", "DB_PASSWORD", "AWS_SECRET_ACCESS_KEY"})
    container["env"].push_back({{"name", name}, {"value", secret}});
  Policy policy = Policy::defaults();
  policy.domain = "kafka.example.com";
  for (const Mode mode : {Mode::kEnforce, Mode::kWarn}) {
    policy.mode = mode;
    const Ask ask{.object = object.dump(),
                  .kind = R"({"group":"apps","version":"v1","kind":"StatefulSet"})",
                  .name = R"(,"name":"kafka")"};
    const json told = response_to(ask, Endpoint::kValidate, policy);
    CHECK((told["allowed"] == false || told["warnings"].size() > 1));
    CHECK(told.dump().find(secret) == std::string::npos);
  }
}

TEST_CASE("findings without end are cut") {
  // Every port of every kind of wrong: many findings about one object.
  Policy policy = Policy::defaults();
  policy.mode = Mode::kWarn;
  json object = json::parse(test::broker_service_json("kafka-0-external"));
  for (int i = 0; i < 3000; ++i) {
    object["metadata"]["annotations"]["dns.alpha.kubernetes.io/external" + std::to_string(i)] = "x";
    object["spec"]["ports"].push_back(
        {{"name", "p" + std::to_string(i)}, {"port", 10000 + i}, {"targetPort", "nowhere"}});
  }
  response_to({.object = object.dump()}, Endpoint::kValidate, policy);
  const webhook::Answer denied = ask_webhook(review_of({.object = object.dump()}), Endpoint::kValidate);
  CHECK(denied.body.size() < 40000);
}

TEST_CASE("one line, without controls, of bounded length") {
  using webhook::one_line;
  CHECK(one_line("a\nb\tc\x1b[2J\x7f", 100) == "a b c [2J ");
  CHECK(one_line("\xC2\x85\xC2\xA0", 100) == " \xC2\xA0");
  CHECK(one_line("\xFF\xC3(", 100) == "\xEF\xBF\xBD\xEF\xBF\xBD(");
  CHECK(one_line("\xED\xA0\x80", 100) == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(one_line("äöüß", 4) == "äöüß");
  CHECK(one_line("äöüßx", 4) == "äöü…");
}

TEST_CASE("base64 is the standard padded one") {
  CHECK(encode_base64("") == "");
  CHECK(encode_base64("f") == "Zg==");
  CHECK(encode_base64("fo") == "Zm8=");
  CHECK(encode_base64("foobar") == "Zm9vYmFy");
  CHECK(encode_base64("\xFB\xEF\xFF") == "++//");
  std::string large;
  for (size_t i = 0; i < (size_t{3} << 20) + 2; ++i) large += static_cast<char>(i * 31);
  CHECK(decoded(encode_base64(large)) == large);
  CHECK(decode_base64(encode_base64(large)) == large);
  for (const char* none : {"Zg=", "Zg", "Z===", "====", "=", "Zg==Zg==", "Z=g=", "Zm9v YmFy", "-_-_", "Zm9v\x80"}) {
    INFO(none);
    CHECK_FALSE(decode_base64(none));
  }
  CHECK(decode_base64("Zm9v\r\nYg=\n=") == "foob");
}

TEST_CASE("fields are written as the API server writes them") {
  using webhook::field_path;
  CHECK(field_path("") == "");
  CHECK(field_path("/spec/ports/0/targetPort") == "spec.ports[0].targetPort");
  CHECK(field_path("/metadata/annotations/cloud.google.com~1load-balancer-type") ==
        "metadata.annotations[cloud.google.com/load-balancer-type]");
  CHECK(field_path("/metadata/labels/app") == "metadata.labels[app]");
  CHECK(field_path("/spec/template/spec/containers/0/env/12/value") ==
        "spec.template.spec.containers[0].env[12].value");
  CHECK(field_path("/a~0b") == "a~b");
}

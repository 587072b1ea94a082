// What the webhook answers, request by request: the rules of AdmissionReview
// whose breach makes an API server fail the request or, worse, admit it.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>

#include "catch.h"
#include "review_help.h"

using namespace brokergate;
using namespace brokergate::test;
using nlohmann::json;
using webhook::Endpoint;

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

// What the webhook says with its answer: statuses, warnings, annotations for the audit log.
#include <nlohmann/json.hpp>

#include <chrono>
#include <string>

#include "catch.h"
#include "review_help.h"
#include "webhook/cluster/store.h"
#include "webhook/review_codec.h"

using namespace brokergate;
using namespace brokergate::test;
using nlohmann::json;
using webhook::Endpoint;

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

TEST_CASE("very many warnings take no longer than their number") {
  std::string words = R"("kafka-server-start.sh","/x")";
  for (int i = 0; i < 60'000; ++i) words += R"(,"--override","listeners=PLAINTEXT://:)" + std::to_string(i) + '"';
  const std::string set =
      R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"kafka","namespace":"data"},)"
      R"("spec":{"replicas":3,"template":{"metadata":{"labels":{"app":"kafka"}},"spec":{"containers":[)"
      R"({"name":"kafka","image":"confluentinc/cp-kafka:7.4.0","command":[)" +
      words + "]}]}}}}";
  const Ask ask{.object = set, .kind = R"({"group":"apps","version":"v1","kind":"StatefulSet"})"};
  const auto begin = std::chrono::steady_clock::now();
  const webhook::Answer told = ask_webhook(review_of(ask), Endpoint::kValidate);
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
  CHECK(told.body.find("more warnings; brokergate lint shows them all") != std::string::npos);
}

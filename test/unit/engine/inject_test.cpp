// spec.inject: pod. The template stays as it is, each pod gets its listener when it
// is created, and no pod is ever refused.
#include <algorithm>

#include "catch.h"
#include "unit/engine/helpers.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

const std::string kPolicy = "  domain: kafka.acme.io\n  inject: pod\n";

std::string pod(const std::string& advertised) {
  return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kafka-1\n  namespace: streaming\n  ownerReferences: "
         "[{apiVersion: apps/v1, kind: StatefulSet, name: kafka, uid: u, controller: true}]\nspec:\n  containers:\n"
         "  - name: broker\n    image: confluentinc/cp-kafka:7.4.1\n    env:\n"
         "    - {name: KAFKA_ZOOKEEPER_CONNECT, value: \"zookeeper:2181\"}\n"
         "    - {name: KAFKA_LISTENERS, value: \"PLAINTEXT://:9092\"}\n"
         "    - {name: KAFKA_ADVERTISED_LISTENERS, value: \"" +
         advertised + "\"}\n";
}

Evaluation created(const std::string& text, const Policy& policy) {
  Admission admission;
  const Bundle bundle = parse(text, false);
  return evaluate(bundle, policy, &admission);
}

}  // namespace

TEST_CASE("a pod of a broker set gets its listener and is not refused") {
  const Bundle bundle = parse(pod("PLAINTEXT://kafka:9092"), false);
  Admission admission;
  const Policy policy = policy_of(kPolicy);
  const Evaluation evaluation = evaluate(bundle, policy, &admission);
  const Finding* finding = find_finding(evaluation.verdict, "advertised-listener");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kWarn);
  CHECK(finding->weakened == "pods are never refused");
  const auto edits = edits_for(evaluation.verdict, bundle.objects.at(0));
  REQUIRE_FALSE(edits.empty());
  CHECK(to_json_patch(bundle.objects.at(0).root, edits)
            .find("PLAINTEXT://kafka:9092,EXTERNAL://kafka-1.kafka.acme.io:9094") != std::string::npos);
  // What Kafka would refuse is told, not denied.
  CHECK(created(pod("PLAINTEXT://0.0.0.0:9092"), policy).verdict.summary.deny == 0);
}

TEST_CASE("an update of a pod changes nothing") {
  Update update(pod("PLAINTEXT://kafka:9092"), pod("PLAINTEXT://kafka:9092"));
  update.policy = policy_of(kPolicy);
  const Evaluation evaluation = update.run();
  CHECK(edits_for(evaluation.verdict, update.now.objects.at(0)).empty());
  CHECK(evaluation.verdict.summary.deny == 0);
}

TEST_CASE("the template stays as it is and the finding is a hint") {
  const std::string set = stateful_set("EXTERNAL://shared.acme.io:9094");
  const Bundle bundle = parse(set);
  const Evaluation evaluation = evaluate(bundle, policy_of(kPolicy), nullptr);
  const Finding* finding = find_finding(evaluation.verdict, "advertised-listener");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kInfo);
  CHECK(edits_for(evaluation.verdict, bundle.objects.at(0)).empty());
}

TEST_CASE("without inject: pod a pod is not looked at") {
  const Evaluation evaluation = created(pod("PLAINTEXT://kafka:9092"), policy_of("  domain: kafka.acme.io\n"));
  CHECK(evaluation.model->sets.empty());
  CHECK(evaluation.verdict.findings.empty());
}

TEST_CASE("statefulSets selects the pods of the sets it names") {
  const std::string only = kPolicy + "  match: {statefulSets: [other]}\n";
  CHECK(created(pod("PLAINTEXT://kafka:9092"), policy_of(only)).verdict.findings.empty());
}

// Linked with the rule and the form that CONTRIBUTING.md describes, and with
// lists that name them: what a contributor would have after the steps.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "brokergate/engine.h"
#include "brokergate/rule.h"
#include "catch.h"
#include "rules/kafka/forms/form.h"

namespace {

using namespace brokergate;

std::vector<Object> objects_in(const std::string& text) {
  ReadResult result = read(std::make_shared<const Source>("input.yaml", text));
  REQUIRE(result.errors.empty());
  REQUIRE(result.documents.size() == 1);
  return objects_of(std::make_shared<const Document>(std::move(result.documents.front())));
}

size_t findings_of(const std::string& rule, const std::string& affinity) {
  Bundle bundle;
  bundle.objects = objects_in(
      "apiVersion: v1\n"
      "kind: Service\n"
      "metadata: {name: kafka-0-external, labels: {app: kafka}}\n"
      "spec:\n"
      "  type: LoadBalancer\n"
      "  sessionAffinity: " +
      affinity +
      "\n"
      "  selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-0}\n"
      "  ports: [{name: kafka, port: 9094}]\n");
  const Policy policy = Policy::defaults();
  size_t found = 0;
  for (const Finding& finding : evaluate(bundle, policy).verdict.findings) {
    if (finding.rule != rule) continue;
    ++found;
    CHECK(finding.path() == "/spec/sessionAffinity");
    CHECK_FALSE(finding.remediation.empty());
  }
  return found;
}

}  // namespace

TEST_CASE("a rule added by the steps of CONTRIBUTING is known to the engine and finds what it is for") {
  REQUIRE(find_rule("my-rule") != nullptr);
  CHECK(findings_of("my-rule", "ClientIP") == 1);
  CHECK(findings_of("my-rule", "None") == 0);
}

TEST_CASE("a form added by the steps of CONTRIBUTING has the sets that are its own") {
  const auto forms = all_forms();
  REQUIRE(std::any_of(forms.begin(), forms.end(), [](const Form* form) { return form->id() == "my-way"; }));
  CHECK(forms.back()->id() == "unknown-form");
  const std::string start =
      "apiVersion: apps/v1\n"
      "kind: StatefulSet\n"
      "metadata: {name: kafka}\n"
      "spec:\n"
      "  template:\n"
      "    spec:\n"
      "      containers:\n"
      "      - name: kafka\n"
      "        image: confluentinc/cp-kafka:5.5.15\n"
      "        ports: [{containerPort: 9092}]\n";
  const std::vector<Object> alone = objects_in(start + "        command: [/opt/bitnami/scripts/kafka/run.sh]\n");
  const auto set = recognise_broker_set(alone.front());
  REQUIRE(set);
  CHECK(set->form_id == "my-way");
  CHECK_FALSE(plan_external_listener(*set, WantedListener{}).refusal.empty());

  const std::vector<Object> plain = objects_in(
      start + "        env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://kafka-0.example.com:9092'}]\n");
  const auto other = recognise_broker_set(plain.front());
  REQUIRE(other);
  CHECK(other->form_id == "env-literal");
}

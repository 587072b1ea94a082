// Linked with the rule that CONTRIBUTING.md describes, and with a registry that
// has its line: the program a contributor would have after the steps.
#include <memory>
#include <string>

#include "brokergate/engine.h"
#include "brokergate/rule.h"
#include "catch.h"

namespace {

using namespace brokergate;

size_t findings_of(const std::string& rule, const std::string& affinity) {
  const std::string text =
      "apiVersion: v1\n"
      "kind: Service\n"
      "metadata: {name: kafka-0-external, labels: {app: kafka}}\n"
      "spec:\n"
      "  type: LoadBalancer\n"
      "  sessionAffinity: " +
      affinity +
      "\n"
      "  selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-0}\n"
      "  ports: [{name: kafka, port: 9094}]\n";
  ReadResult result = read(std::make_shared<const Source>("service.yaml", text));
  REQUIRE(result.errors.empty());
  REQUIRE(result.documents.size() == 1);
  Bundle bundle;
  bundle.objects = objects_of(std::make_shared<const Document>(std::move(result.documents.front())));
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

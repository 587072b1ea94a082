// Severities, mode, match, suppressions, counts and order.
#include <algorithm>

#include "catch.h"
#include "unit/engine/helpers.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

Evaluation run(const Bundle& bundle, const Policy& policy, std::string_view today = {}) {
  return evaluate(bundle, policy, nullptr, today);
}

}  // namespace

TEST_CASE("the policy sets severities and turns rules off") {
  const Bundle bundle = parse(service());
  CHECK(run(bundle, policy_of("")).verdict.findings.at(0).severity == Severity::kDeny);
  for (const auto& [word, severity] : {std::pair("warn", Severity::kWarn), std::pair("info", Severity::kInfo)}) {
    const Policy policy = policy_of(std::string("  rules: {internal-load-balancer: ") + word + "}\n");
    const Evaluation evaluation = run(bundle, policy);
    REQUIRE(evaluation.verdict.findings.size() == 1);
    CHECK(evaluation.verdict.findings[0].severity == severity);
    CHECK(evaluation.verdict.findings[0].weakened.empty());
  }
  CHECK(run(bundle, policy_of("  rules: {internal-load-balancer: off}\n")).verdict.findings.empty());
}

TEST_CASE("in the modes warn and observe nothing is denied and everything is told") {
  const Bundle bundle = parse(service());
  for (const char* mode : {"warn", "observe"}) {
    const Evaluation evaluation = run(bundle, policy_of(std::string("  mode: ") + mode + "\n"));
    REQUIRE(evaluation.verdict.findings.size() == 1);
    CHECK(evaluation.verdict.findings[0].severity == Severity::kWarn);
    CHECK(evaluation.verdict.findings[0].weakened == std::string("the policy's mode is ") + mode);
    CHECK(evaluation.verdict.summary.deny == 0);
    CHECK(evaluation.verdict.summary.warn == 1);
  }
}

TEST_CASE("what the policy does not select is not judged") {
  const Bundle bundle = parse(service() + "---\n" + stateful_set("EXTERNAL://localhost:9094"));
  const Evaluation all = run(bundle, policy_of(""));
  CHECK(all.verdict.summary.broker_sets == 1);
  CHECK(all.verdict.summary.broker_services == 1);
  CHECK(all.verdict.summary.deny >= 2);
  const Evaluation none = run(bundle, policy_of("  match: {namespaces: [other]}\n"));
  CHECK(none.verdict.findings.empty());
  CHECK(none.verdict.summary.objects == 2);
  CHECK(none.verdict.summary.broker_sets == 0);
  // The Services of a set that is not selected go with it.
  CHECK(run(bundle, policy_of("  match: {statefulSets: [orders]}\n")).verdict.findings.empty());
}

TEST_CASE("suppressions accept a fault until they end") {
  const Bundle bundle = parse(service());
  const std::string rule =
      "  suppressions:\n  - {rule: internal-load-balancer, object: %, reason: moved in May, expires: \"2026-05-31\"}\n";
  const auto with = [&](const std::string& object) {
    std::string text = rule;
    text.replace(text.find('%'), 1, object);
    return policy_of(text);
  };
  for (const char* object : {"Service/kafka-0-external", "Service/streaming/kafka-0-external", "\"Service/*-external\"",
                             "\"Service/streaming/*\"", "\"*/kafka-0-external\""}) {
    INFO(object);
    const Policy policy = with(object);
    const Evaluation evaluation = run(bundle, policy, "2026-05-31");
    REQUIRE(evaluation.verdict.findings.size() == 1);
    CHECK(evaluation.verdict.findings[0].suppressed);
    CHECK(evaluation.verdict.findings[0].suppressed_reason == "moved in May");
    CHECK(evaluation.verdict.summary.suppressed == 1);
    CHECK(evaluation.verdict.summary.deny == 0);
    CHECK(edits_for(evaluation.verdict, bundle.objects[0]).empty());
    CHECK(run(bundle, policy).verdict.findings[0].suppressed);
  }
  for (const char* object : {"Service/other", "Service/default/kafka-0-external", "StatefulSet/kafka-0-external"}) {
    INFO(object);
    CHECK_FALSE(run(bundle, with(object), "2026-05-01").verdict.findings.at(0).suppressed);
  }
  const Policy policy = with("Service/kafka-0-external");
  const Evaluation ended = run(bundle, policy, "2026-06-01");
  REQUIRE(ended.verdict.findings.size() == 1);
  CHECK_FALSE(ended.verdict.findings[0].suppressed);
  CHECK(ended.verdict.findings[0].message.find("ended on 2026-05-31") != std::string::npos);
  CHECK(ended.verdict.summary.deny == 1);
}

TEST_CASE("a denial that the door cannot be sure of is a warning that says why") {
  const std::string port =
      "apiVersion: v1\nkind: Service\nmetadata: {name: kafka-0-external, namespace: streaming}\n"
      "spec:\n  type: NodePort\n  selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-0}\n"
      "  ports: [{name: kafka, port: 9094, nodePort: 31094}]\n";
  const Bundle bundle = parse(port, false);
  const Policy policy = policy_of("");
  const Admission create;
  const Evaluation alone = evaluate(bundle, policy, &create);
  const Finding* finding = find_finding(alone.verdict, "nodeport-preemptible");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kWarn);
  CHECK(finding->weakened.find("StatefulSet is not in sight") != std::string::npos);
  // A rule that the policy lowers is not weakened once more.
  const Policy info = policy_of("  rules: {nodeport-preemptible: info}\n");
  const Evaluation lowered = evaluate(bundle, info, &create);
  CHECK(find_finding(lowered.verdict, "nodeport-preemptible")->severity == Severity::kInfo);
  CHECK(find_finding(lowered.verdict, "nodeport-preemptible")->weakened.empty());
}

TEST_CASE("findings come in the order of objects, then of rules, and point where they say") {
  std::string two = service("    cloud.google.com/load-balancer-type: Private\n");
  const Bundle bundle = parse(two + "---\n" + stateful_set("EXTERNAL://localhost:9094"));
  const Policy policy = policy_of("");
  const Evaluation evaluation = run(bundle, policy);
  const auto& findings = evaluation.verdict.findings;
  REQUIRE(findings.size() >= 4);
  for (size_t i = 1; i < findings.size(); ++i) {
    CHECK(findings[i - 1].object <= findings[i].object);
    if (findings[i - 1].object == findings[i].object) CHECK(findings[i - 1].rule <= findings[i].rule);
  }
  CHECK(findings[0].path() == "/metadata/annotations/cloud.google.com~1load-balancer-type");
  const Bundle bare = parse(service());
  const Evaluation missing = run(bare, policy);
  CHECK(missing.verdict.findings.at(0).path() == "/metadata/annotations/cloud.google.com~1load-balancer-type");
  for (const Finding& finding : findings) {
    CHECK_FALSE(finding.message.empty());
    CHECK_FALSE(finding.remediation.empty());
    CHECK(std::none_of(finding.message.begin(), finding.message.end(), [](char c) { return c >= 0 && c < ' '; }));
  }
}

TEST_CASE("objects of every known API version are judged alike, beside the version itself") {
  std::string old = stateful_set("EXTERNAL://localhost:9094");
  old.replace(old.find("apps/v1"), 7, "apps/v1beta1");
  const Policy policy = policy_of("");
  const Bundle now = parse(stateful_set("EXTERNAL://localhost:9094")), before = parse(old);
  const auto a = findings_of(run(now, policy).verdict);
  auto b = findings_of(run(before, policy).verdict);
  CHECK(std::erase_if(b, [](const Expectation& one) { return one.rule == "removed-api"; }) == 1);
  CHECK(a == b);
  CHECK_FALSE(a.empty());
}

// A set and its Services change together, once, and to numbers that Kubernetes takes.
#include <algorithm>
#include <filesystem>

#include "catch.h"
#include "rules/facts.h"
#include "rules/public_ways.h"
#include "unit/engine/helpers.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

struct Mended {
  Fixture fixture;
  Evaluation before;
  Bundle after;

  explicit Mended(const std::string& file)
      : fixture(load_fixture(fixtures_folder() / file)),
        before(fixture.run(fixture.bundle)),
        after(mended(fixture.bundle, before.verdict)) {}

  Value port(std::string_view service, size_t index) const {
    for (const Object& object : after.objects)
      if (object.name == service) return object.spec()["ports"].at(index);
    return {};
  }
  bool untouched() const {
    return std::all_of(fixture.bundle.objects.begin(), fixture.bundle.objects.end(),
                       [&](const Object& object) { return edits_for(before.verdict, object).empty(); });
  }
  std::string told(std::string_view rule) const {
    const Finding* finding = find_finding(before.verdict, rule);
    return finding ? finding->remediation : "no finding of " + std::string(rule);
  }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("every Service follows the set in one change") {
  const Mended all("advertised-listener/fail-all-services.yaml");
  for (const char* name : {"kafka-0-external", "kafka-1-external"}) {
    CHECK(all.port(name, 0)["port"].as_int() == 9094);
    CHECK(all.port(name, 0)["targetPort"].as_int() == 9093);
  }
  CHECK(all.port("kafka-1-external", 1)["port"].as_int() == 5555);
  const Evaluation again = all.fixture.run(all.after);
  for (const Object& object : all.after.objects) CHECK(edits_for(again.verdict, object).empty());
}

TEST_CASE("a Service that cannot follow keeps the set and the other Services as they are") {
  const Mended taken("advertised-listener/fail-number-taken.yaml");
  CHECK(taken.untouched());
  CHECK(has(taken.told("advertised-listener"),
            "Service streaming/kafka-1-external: port 9094 is that of its port jmx already"));
  const Mended range("advertised-listener/fail-node-port-range.yaml");
  CHECK(range.untouched());
  CHECK(has(range.told("advertised-listener"),
            "the policy's listener.port gives 9094, which lies outside of 30000-32767"));
  const Mended twice("advertised-listener/fail-node-port-twice.yaml");
  CHECK(twice.untouched());
  CHECK(has(twice.told("advertised-listener"),
            "gives all brokers 31090, which a cluster has once; write \"31090+{ordinal}\""));
  const Mended uneven("advertised-listener/fail-uneven-services.yaml");
  CHECK(uneven.untouched());
}

TEST_CASE("of two ports the one for clients outside is chosen and no number is written twice") {
  const Mended two("advertised-listener/fail-two-service-ports.yaml");
  CHECK(two.port("kafka-0-external", 0)["port"].as_int() == 9094);
  CHECK(two.port("kafka-0-external", 1)["port"].as_int() == 9092);
  CHECK(two.port("kafka-0-external", 1)["targetPort"].as_int() == 9092);
}

TEST_CASE("where a port of the pod is in use the listener binds another one and the Service leads there") {
  const Mended side("advertised-listener/fail-port-in-use.yaml");
  CHECK(side.port("kafka-0-external", 0)["port"].as_int() == 9094);
  CHECK(side.port("kafka-0-external", 0)["targetPort"].as_int() == 9095);
  const Mended fixed("advertised-listener/fail-port-in-use-fixed.yaml");
  CHECK(has(fixed.told("advertised-listener"), "port 9094, which the policy names, is used by KAFKA_JMX_PORT"));
}

TEST_CASE("no two sets are given one name, and which set has it is told") {
  const Mended written("advertised-listener/fail-one-name-written.yaml");
  CHECK(written.untouched());
  CHECK(has(written.told("advertised-listener"),
            "it would be given b0.events.acme.io:9094, which broker 0 of StatefulSet streaming/kb would get, too"));
  const Mended both("advertised-listener/fail-one-name.yaml");
  const Finding* finding = find_finding(both.before.verdict, "advertised-listener");
  REQUIRE(finding);
  CHECK(
      has(finding->message, "kafka-0.events.acme.io:9094, which broker 0 of StatefulSet team-b/kafka advertises, too"));
}

TEST_CASE("a set that is refused keeps its name, which no other set is given then") {
  // ka-0 has the name that kb-0 is to get, and cannot leave it: its Service has port 9094 for something else.
  const auto set = [](const std::string& name, const std::string& host) {
    std::string text = stateful_set("EXTERNAL://" + host + ":9094", "7.4.1", 1);
    for (size_t at = text.find("kafka,"); at != std::string::npos; at = text.find("kafka,", at))
      text.replace(at, 5, name);
    return text;
  };
  const Bundle bundle = parse(set("ka", "kb-0.events.acme.io") + "---\n" + set("kb", "old.acme.io") +
                              "---\napiVersion: v1\nkind: Service\nmetadata: {name: ka-0, namespace: streaming}\n"
                              "spec:\n  type: LoadBalancer\n"
                              "  selector: {app: kafka, statefulset.kubernetes.io/pod-name: ka-0}\n"
                              "  ports: [{name: external, port: 9095, targetPort: 9094}, {name: x, port: 9094, "
                              "targetPort: 5555}]\n");
  const Policy policy = policy_of("  domain: events.acme.io\n  listener: {port: 9094}\n");
  const Evaluation evaluation = evaluate(bundle, policy);
  for (const Object& object : bundle.objects) {
    if (object.kind == "StatefulSet") CHECK(edits_for(evaluation.verdict, object).empty());
  }
  size_t told = 0;
  for (const Finding& finding : evaluation.verdict.findings) {
    if (finding.object->name == "kb" && has(finding.remediation, "kb-0.events.acme.io:9094")) ++told;
  }
  CHECK(told == 1);
}

TEST_CASE("a finding about some brokers says which") {
  const Bundle bundle =
      parse(service(kInternal) + "---\n" + stateful_set("EXTERNAL://$(POD_NAME).acme.io:9094", "7.4.1", 3));
  const Policy policy = policy_of("");
  const Evaluation evaluation = evaluate(bundle, policy);
  const Finding* missing = find_finding(evaluation.verdict, "broker-service-missing");
  REQUIRE(missing);
  CHECK(missing->ordinals == std::vector<int64_t>{1, 2});
}

TEST_CASE("external addresses and host ports are told as ways in") {
  std::string set = stateful_set("EXTERNAL://$(POD_NAME).acme.io:9094");
  set.replace(
      set.find("{name: external, containerPort: 9094}"), 37,
      "{name: external, containerPort: 9094, hostPort: 9094}, {name: jmx, containerPort: 5555, hostPort: 5555}");
  const Bundle bundle =
      parse(set +
            "---\napiVersion: v1\nkind: Service\nmetadata: {name: kafka-pub, namespace: streaming}\n"
            "spec:\n  selector: {app: kafka}\n  ports: [{port: 9094}]\n  externalIPs: [203.0.113.5, 203.0.113.6]\n");
  const Policy policy = policy_of("");
  const auto model = build_model(bundle, policy);
  const Facts facts = derive_facts(bundle, *model, policy);
  const Context context{bundle, *model, policy, nullptr, facts};
  const Rule* rule = find_rule("internal-load-balancer");
  REQUIRE(rule);
  std::vector<Finding> findings;
  Report report(rule->info, rule->info.severity, findings);
  tell_public_ways(context, report);
  REQUIRE(findings.size() == 2);
  CHECK(has(findings[0].message, "spec.externalIPs sends 203.0.113.5 and 1 more to the brokers"));
  CHECK(has(findings[1].message, "hostPort 9094 opens the listener on 9094"));
  for (const Finding& finding : findings) {
    CHECK(finding.severity == Severity::kWarn);
    CHECK_FALSE(finding.fixable());
  }
}

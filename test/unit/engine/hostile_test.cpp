// Objects that no API server has checked: nothing crashes, overflows or promises what cannot be.
#include "catch.h"
#include "unit/engine/helpers.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

std::string odd_service(const std::string& annotations, const std::string& spec) {
  return "apiVersion: v1\nkind: Service\nmetadata: {name: kafka-0-external, annotations: " + annotations +
         "}\nspec: {type: LoadBalancer, selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-0}, " + spec +
         "}\n";
}

size_t count(const Verdict& verdict, std::string_view rule) {
  size_t found = 0;
  for (const Finding& finding : verdict.findings) found += finding.rule == rule;
  return found;
}

}  // namespace

TEST_CASE("a list where the annotations belong is told and not called fixable") {
  const Bundle bundle = parse(odd_service("[a]", "ports: [{port: 9094}]"));
  const Policy policy = Policy::defaults();
  const Evaluation evaluation = evaluate(bundle, policy);
  const Finding* finding = find_finding(evaluation.verdict, "internal-load-balancer");
  REQUIRE(finding);
  CHECK_FALSE(finding->fixable());
  CHECK(edits_for(evaluation.verdict, bundle.objects[0]).empty());
}

TEST_CASE("a map in place of an annotation's text is replaced as a whole") {
  const Bundle bundle = parse(odd_service("{cloud.google.com/load-balancer-type: {a: b}}", "ports: [{port: 9094}]"));
  const Policy policy = Policy::defaults();
  const Evaluation evaluation = evaluate(bundle, policy);
  CHECK(count(evaluation.verdict, "load-balancer-type-conflict") == 1);
  CHECK(evaluate(mended(bundle, evaluation.verdict), policy).verdict.findings.empty());
}

TEST_CASE("ports that are no numbers and no list stay unchanged") {
  const Policy policy = policy_of("  domain: events.acme.io\n");
  for (const char* ports :
       {"ports: 3", "ports: {a: 1}", "ports: [1, x]", "ports: [{port: 99999999999999999999}]",
        "ports: [{port: -1, targetPort: [], nodePort: {}}]", "loadBalancerClass: [x], ports: [{port: 9094}]"}) {
    INFO(ports);
    const Bundle bundle =
        parse(stateful_set("EXTERNAL://$(POD_NAME).events.acme.io:9094") + "---\n" +
              odd_service("{" + std::string("cloud.google.com/load-balancer-type: Internal") + "}", ports));
    const Evaluation evaluation = evaluate(bundle, policy);
    CHECK(evaluation.verdict.summary.broker_sets == 1);
    CHECK(count(evaluate(mended(bundle, evaluation.verdict), policy).verdict, "broker-service-port") <=
          count(evaluation.verdict, "broker-service-port"));
  }
}

TEST_CASE("of a key that is written very often the last one is judged, once") {
  std::string annotations = "{";
  for (int i = 0; i < 500; ++i) annotations += "dns.alpha.kubernetes.io/internal: a, ";
  const Bundle bundle =
      parse(odd_service(annotations + "cloud.google.com/load-balancer-type: Internal}", "ports: [{port: 9094}]"));
  const Policy policy = Policy::defaults();
  const Evaluation evaluation = evaluate(bundle, policy);
  CHECK(count(evaluation.verdict, "alpha-annotation") == 1);
  CHECK(count(evaluation.verdict, "duplicate-key") >= 1);
  CHECK(count(evaluation.verdict, "duplicate-key") <= 21);
}

TEST_CASE("replicas and ordinals of any size") {
  const Policy policy = policy_of("  domain: events.acme.io\n");
  for (const char* replicas : {"1000000000", "9223372036854775807", "-5", "0", "three", "1.5"}) {
    for (const char* start : {"0", "9223372036854775807", "-9223372036854775808"}) {
      INFO(replicas << " from " << start);
      std::string text = stateful_set("EXTERNAL://$(POD_NAME).old.acme.io:9094");
      text.replace(text.find("replicas: 2"), 11,
                   std::string("replicas: ") + replicas + "\n  ordinals: {start: " + start + "}");
      const Bundle bundle = parse(text + "---\n" + service(kInternal));
      const Evaluation evaluation = evaluate(bundle, policy);
      CHECK(evaluation.verdict.summary.broker_sets == 1);
      CHECK(evaluation.verdict.findings.size() < 20);
    }
  }
}

TEST_CASE("an environment that was made to hurt gets a bounded answer") {
  const Policy policy = Policy::defaults();
  const auto with_env = [&](const std::string& entries) {
    std::string text = stateful_set("EXTERNAL://$(POD_NAME).events.acme.io:9094");
    return parse(text + entries);
  };
  const auto entry = [](int number, const std::string& value) {
    return "        - {name: KAFKA_X" + std::to_string(number) + ", value: '" + value + "'}\n";
  };
  std::string openings, braces, later, twice;
  for (int i = 0; i < 20'000; ++i) openings += "$(", braces += "${";
  for (int i = 0; i < 500; ++i) later += entry(i, "$(KAFKA_X" + std::to_string(i + 1) + ")");
  for (int i = 0; i < 200; ++i) twice += "$(LATE" + std::to_string(i) + ")";
  std::string many = entry(0, twice);
  for (int i = 0; i < 200; ++i) many += "        - {name: LATE" + std::to_string(i) + ", value: x}\n";

  CHECK(count(evaluate(with_env(entry(0, openings)), policy).verdict, "env-order") == 0);
  CHECK(count(evaluate(with_env(entry(0, braces)), policy).verdict, "env-order") == 0);
  const Evaluation chain = evaluate(with_env(later), policy);
  CHECK(count(chain.verdict, "env-order") >= 10);
  CHECK(count(chain.verdict, "env-order") <= 50);
  const Evaluation moved = evaluate(with_env(many), policy);
  REQUIRE(count(moved.verdict, "env-order") == 1);
  CHECK_FALSE(find_finding(moved.verdict, "env-order")->fixable());
}

TEST_CASE("a command of words that look like the one looked for is read once") {
  std::string text = stateful_set("EXTERNAL://$(POD_NAME).events.acme.io:9094");
  std::string command = "KAFKA_PORT=1; ";
  for (int i = 0; i < 20'000; ++i) command += "unset ";
  text.insert(text.find("        ports:"),
              "        command: [sh, -c, '" + command + "; exec /etc/confluent/docker/run']\n");
  const Bundle bundle = parse(text +
                              "---\napiVersion: v1\nkind: Service\nmetadata: {name: kafka, namespace: streaming}\n"
                              "spec: {selector: {app: kafka}, ports: [{port: 9092}]}\n");
  CHECK(count(evaluate(bundle, Policy::defaults()).verdict, "service-link-env") <= 1);
}

TEST_CASE("a list longer than any cluster has is not compared but told") {
  const Policy policy = policy_of("  domain: events.acme.io\n");
  // Behind the one for clients inside.
  const auto listing = [](size_t count) {
    std::string list;
    for (size_t i = 0; i < count; ++i) list += (i ? ",A" : "A") + std::to_string(i) + "://b:9092";
    return stateful_set(list);
  };
  const Bundle readable = parse(listing(255)), longer = parse(listing(256)), endless = parse(listing(50'000));
  CHECK(count(evaluate(readable, policy).verdict, "unknown-form") == 0);
  for (const Bundle* bundle : {&longer, &endless}) {
    const Evaluation evaluation = evaluate(*bundle, policy);
    const Finding* finding = find_finding(evaluation.verdict, "unknown-form");
    REQUIRE(finding);
    CHECK(finding->message.find("advertised.listeners has ") != std::string::npos);
    CHECK(finding->message.find(" entries, and no more than 256 are read") != std::string::npos);
    CHECK(edits_for(evaluation.verdict, bundle->objects[0]).empty());
    const Finding* denied = find_finding(evaluation.verdict, "listener-config");
    REQUIRE(denied);
    CHECK(denied->severity == Severity::kDeny);
    CHECK(denied->message == "advertised.listeners of broker 0 has " +
                                 std::to_string(bundle == &longer ? 257 : 50'001) +
                                 " listeners, brokergate reads 256 at most, and no broker has as many");
  }
  // What else is wrong is told as it is without the list.
  std::string one_id = listing(256);
  one_id.insert(one_id.find("        - {name: KAFKA_LISTENERS"), "        - {name: KAFKA_BROKER_ID, value: \"1\"}\n");
  const Bundle same = parse(one_id);
  CHECK(count(evaluate(same, policy).verdict, "broker-id") == 1);
}

TEST_CASE("commas that Kafka drops hide nothing") {
  const Policy policy = policy_of("  domain: events.acme.io\n");
  const auto rules = [&](const std::string& text) {
    const Bundle bundle = parse(text);
    std::vector<std::string> out;
    for (const Finding& finding : evaluate(bundle, policy).verdict.findings) {
      if (finding.severity == Severity::kDeny) out.emplace_back(finding.rule);
    }
    return out;
  };
  // Two brokers with one address, and no EXTERNAL in listeners.
  const std::string text = stateful_set("EXTERNAL://10.0.0.1:9094");
  const std::string list = "EXTERNAL://10.0.0.1:9094";
  const std::vector<std::string> wanted = rules(text);
  CHECK_FALSE(wanted.empty());
  for (const size_t commas : {1, 256, 9'000, 100'000}) {
    INFO(commas);
    std::string with = text;
    with.replace(with.find(list), list.size(), list + std::string(commas, ','));
    CHECK(rules(with) == wanted);
  }
  // Nor where a command sets the list.
  const auto exported = [](const std::string& commas) {
    std::string out = stateful_set("EXTERNAL://$(POD_NAME).events.acme.io:9094");
    return out.insert(out.find("        ports:"),
                      "        command: [sh, -c, 'export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://kafka:9092" + commas +
                          "; exec /etc/confluent/docker/run']\n");
  };
  CHECK_FALSE(rules(exported("")).empty());
  CHECK(rules(exported(std::string(256, ','))) == rules(exported("")));
  // Nor on the way from a set that is right.
  const auto update = [&](const std::string& entry) {
    Update made(stateful_set("EXTERNAL://$(POD_NAME).events.acme.io:9094"), stateful_set(entry));
    made.policy = policy;
    std::vector<std::string> out;
    for (const Finding& finding : made.run().verdict.findings) {
      if (finding.severity == Severity::kDeny) out.emplace_back(finding.rule);
    }
    return out;
  };
  CHECK_FALSE(update(list).empty());
  CHECK(update(list + std::string(256, ',')) == update(list));
  std::string many = list;
  for (int i = 0; i < 256; ++i) many += ",A" + std::to_string(i) + "://b:9092";
  CHECK(update(many) == std::vector<std::string>{"listener-config"});
}

#include "catch.h"
#include "unit/policy/policy_help.h"

using namespace brokergate;

namespace {

// The errors of a policy with one line below spec.
std::string spec_error(const std::string& line) { return errors_of(with_spec("  " + line + "\n")); }

}  // namespace

TEST_CASE("all errors are told, each with its place") {
  CHECK(errors_of(R"(apiVersion: brokergate.io/v1
kind: Policy
spec:
  domian: kafka.example.com
  mode: enforced
  listener: {nam: X, protocol: TLS}
  match: {namespaces: kafka}
  rules: {alpha-anotation: off, advertised-listener: error}
)") == "1:13 apiVersion: found \"brokergate.io/v1\", wanted brokergate.io/v1alpha1\n"
       "2:7 kind: found \"Policy\", wanted ExternalAccessPolicy\n"
       "4:3 unknown key \"domian\" in spec; did you mean \"domain\"?\n"
       "5:9 spec.mode: found \"enforced\", wanted enforce, warn or observe; did you mean \"enforce\"?\n"
       "6:14 unknown key \"nam\" in spec.listener; did you mean \"name\"?\n"
       "6:32 spec.listener.protocol: found \"TLS\", wanted PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL\n"
       "7:23 spec.match.namespaces: found \"kafka\", wanted a list; write [kafka]\n"
       "8:11 spec.rules: there is no rule \"alpha-anotation\"; did you mean \"alpha-annotation\"?\n"
       "8:54 spec.rules.advertised-listener: found \"error\", wanted deny, warn, info or off\n");
}

TEST_CASE("missing apiVersion and kind") {
  CHECK(errors_of("spec: {}\n") ==
        "1:1 apiVersion is missing, wanted brokergate.io/v1alpha1\n"
        "1:1 kind is missing, wanted ExternalAccessPolicy\n");
}

TEST_CASE("types are those of kubectl") {
  CHECK(spec_error("domain: 10") == "4:11 spec.domain: found the number 10, wanted a string; write \"10\" in quotes\n");
  CHECK(spec_error("domain: [a]") == "4:11 spec.domain: found a list, wanted a string\n");
  CHECK(spec_error("preemptible: {labels: {spot: true}}") ==
        "4:32 spec.preemptible.labels.spot: found the boolean true, wanted a string; write \"true\" in quotes\n");
  CHECK(spec_error("internal: {required: \"false\"}") ==
        "4:24 spec.internal.required: found \"false\", wanted true or false; write it without quotes\n");
  CHECK(spec_error("internal: {required: no}").empty());
  CHECK(spec_error("internal: gke") == "4:13 spec.internal: found \"gke\", wanted a map with provider or required\n");
  CHECK(spec_error("internal: {provider: gcp}").find("spec.internal.provider: found \"gcp\", wanted gke, aws") !=
        std::string::npos);
  CHECK(spec_error("match: {namespaces: [kafka, 7, \"\"]}") ==
        "4:31 spec.match.namespaces[1]: found the number 7, wanted a string; write \"7\" in quotes\n"
        "4:34 spec.match.namespaces[2]: found \"\", wanted a name\n");
  CHECK(errors_of("- a\n") == "1:1 the policy: found a list, wanted a map with apiVersion, kind, metadata and spec\n");
  CHECK(errors_of(with_spec("  - a\n")).find("4:3 spec: found a list, wanted a map with mode") == 0);
  CHECK(spec_error("rules: [alpha-annotation]") ==
        "4:10 spec.rules: found a list, wanted a map of rule ids to deny, warn, info or off\n");
}

TEST_CASE("ranges of node ports that are none") {
  for (const char* range : {"30000", "30000-", "-32767", "32767-30000", "0-10", "30000-70000", "a-b", "30000..32767"}) {
    INFO(range);
    CHECK(spec_error("nodePortRange: \"" + std::string(range) + "\"") ==
          "4:18 spec.nodePortRange: found \"" + std::string(range) +
              "\", wanted two ports with a hyphen between, such as 30000-32767\n");
  }
  CHECK(spec_error("nodePortRange: 20000-22767").empty());
  CHECK(spec_error("nodePortRange: 9092-9092").empty());
  CHECK(spec_error("nodePortRange: 30000").find("4:18 spec.nodePortRange: found the number 30000") == 0);
}

TEST_CASE("domains that are none") {
  const auto wrong = [](const char* domain) { return spec_error(std::string("domain: \"") + domain + "\""); };
  CHECK(wrong("kafka.example.com.").find("ends with a dot; write \"kafka.example.com\"") != std::string::npos);
  CHECK(wrong("Kafka.example.com").find("upper-case letters; write \"kafka.example.com\"") != std::string::npos);
  CHECK(wrong("kafka_prod.example.com").find("underscore") != std::string::npos);
  CHECK(wrong("<YOUR_DOMAIN>").find("placeholder") != std::string::npos);
  CHECK(wrong("${DOMAIN}").find("placeholder") != std::string::npos);
  CHECK(wrong("https://kafka.example.com").find("URL") != std::string::npos);
  CHECK(wrong("kafka.example.com:9094").find("spec.listener.port") != std::string::npos);
  CHECK(wrong("*.example.com").find("wildcard") != std::string::npos);
  CHECK(wrong("10.0.0.1").find("IP address") != std::string::npos);
  CHECK(wrong("a..b").find("empty label") != std::string::npos);
  CHECK(wrong("-a.b").find("hyphen") != std::string::npos);
  CHECK(wrong("a b").find("blank") != std::string::npos);
  CHECK_FALSE(spec_error("domain: \"\"").empty());
  CHECK(wrong("kafka.example.com").empty());
}

TEST_CASE("hostname templates") {
  const auto wrong = [](const std::string& hostname, const std::string& domain = "example.com") {
    return errors_of(with_spec("  domain: " + domain + "\n  hostname: \"" + hostname + "\"\n"));
  };
  CHECK(wrong("{pod}.{domain}").empty());
  CHECK(wrong("kafka-{ordinal}.{domain}").empty());
  CHECK(wrong("kafka.{domain}") ==
        "5:13 spec.hostname \"kafka.{domain}\" has neither {pod} nor {ordinal}: all brokers would get one name\n");
  CHECK(wrong("{pods}.{domain}") ==
        "5:13 spec.hostname \"{pods}.{domain}\" has the unknown placeholder {pods}; did you mean {pod}?\n");
  CHECK(wrong("{index}.{domain}").find("known are {pod}, {domain}, {ordinal}, {statefulset} and {namespace}") !=
        std::string::npos);
  CHECK(wrong("{pod.{domain}").find("brace") != std::string::npos);
  CHECK(wrong("{pod}}.{domain}").find("brace") != std::string::npos);
  CHECK(wrong("{pod}_x.{domain}").find("underscore") != std::string::npos);
  CHECK(wrong("{pod}:9094").find("gives no DNS name") != std::string::npos);
  CHECK(wrong("{pod}.{domain}", std::string(50, 'a') + "." + std::string(60, 'b') + "." + std::string(60, 'c') + "." +
                                    std::string(60, 'd') + "." + std::string(15, 'e'))
            .find("253") != std::string::npos);
}

TEST_CASE("node pools and the cluster view") {
  CHECK(spec_error("preemptible: {mayLand: off}") ==
        "4:26 spec.preemptible.mayLand: found the boolean off, wanted deny or warn\n");
  CHECK(spec_error("nodePools: spot-pool") ==
        "4:14 spec.nodePools: found \"spot-pool\", wanted a list; write [spot-pool]\n");
  CHECK(spec_error("nodePools: [spot-pool]") ==
        "4:15 spec.nodePools[0]: found \"spot-pool\", wanted a map with name, preemptible, labels or taints\n");
  CHECK(spec_error("nodePools: [null]") ==
        "4:15 spec.nodePools[0]: found nothing, wanted a map with name, preemptible, labels or taints\n");
  CHECK(spec_error("nodePools: [{preemptible: true}]") ==
        "4:15 spec.nodePools[0].name is missing or empty, wanted the pool's name\n");
  CHECK(spec_error("nodePools: [{name: 7}]") ==
        "4:22 spec.nodePools[0].name: found the number 7, wanted a string; write \"7\" in quotes\n");
  CHECK(spec_error("nodePools: [{name: \"spot-*\"}]") ==
        "4:22 spec.nodePools[0].name: found \"spot-*\", wanted the name of one pool; patterns stand in "
        "spec.preemptible.pools\n");
  CHECK(spec_error("nodePools: [{name: a}, {name: a, preemptible: true}]") ==
        "4:33 spec.nodePools[1].name: the pool \"a\" is there twice\n");
  CHECK(spec_error("nodePools: [{name: a, preemptable: true}]") ==
        "4:25 unknown key \"preemptable\" in spec.nodePools[0]; did you mean \"preemptible\"?\n");
  CHECK(spec_error("nodePools: [{name: a, taints: [\"b:Never\"]}]").find("4:34 spec.nodePools[0].taints[0]: found") ==
        0);
  CHECK(spec_error("clusterView: {whenStale: allow}") ==
        "4:28 spec.clusterView.whenStale: found \"allow\", wanted warn or deny\n");
  for (const char* seconds : {"0", "-1", "86401", "1.5", "\"60\"", "99999999999999999999", "[60]"}) {
    INFO(seconds);
    const std::string told = spec_error(std::string("clusterView: {staleAfterSeconds: ") + seconds + "}");
    CHECK(told.find("4:36 spec.clusterView.staleAfterSeconds: found ") == 0);
    CHECK(told.find("wanted a whole number of seconds from 1 to 86400") != std::string::npos);
  }
  CHECK(spec_error("clusterView: {staleAfterSeconds: 86400}").empty());
}

TEST_CASE("taints, prefix, suppressions") {
  CHECK(spec_error("preemptible: {taints: [\"a=b:Sometimes\"]}")
            .find("spec.preemptible.taints[0]: found \"a=b:Sometimes\"") != std::string::npos);
  CHECK(spec_error("preemptible: {taints: [{value: x}]}") ==
        "4:26 spec.preemptible.taints[0].key is missing or empty, wanted the taint's key\n");
  CHECK(spec_error("externalDNS: {prefix: external-dns.alpha.kubernetes.io/hostname}").find("a DNS name and a slash") !=
        std::string::npos);
  CHECK(spec_error("suppressions: [{rule: alpha-annotation, object: Service/a}]") ==
        "4:18 spec.suppressions[0].reason is missing, wanted why this is accepted; nobody may silence a rule without "
        "saying so\n");
  CHECK(
      spec_error("suppressions: [{rule: alpha-annotation, object: a, reason: ' '}]") ==
      "4:51 spec.suppressions[0].object: found \"a\", wanted \"Kind/name\" or \"Kind/namespace/name\", * as wildcard\n"
      "4:62 spec.suppressions[0].reason: found \" \", wanted why this is accepted; nobody may silence a rule without "
      "saying so\n");
  for (const char* date : {"2025-02-29", "2025-13-01", "soon", "25-01-01", "2025-1-1", "20250101"}) {
    INFO(date);
    CHECK_FALSE(
        spec_error(std::string("suppressions: [{rule: alpha-annotation, object: Service/a, reason: r, expires: ") +
                   date + "}]")
            .empty());
  }
  CHECK(spec_error("suppressions: [{rule: alpha-annotation, object: Service/a, reason: r, expires: 2028-02-29}]")
            .empty());
  CHECK(spec_error("suppressions: [{rule: no-such, object: Service/a, reason: r}]")
            .find("there is no rule \"no-such\"") != std::string::npos);
}

TEST_CASE("keys written twice and merge keys") {
  CHECK(errors_of(with_spec("  mode: warn\n  domain: a.io\n  mode: enforce\n")) ==
        "6:3 key \"mode\" in spec is written twice; the first is in line 4\n");
  CHECK(errors_of(with_spec("  preemptible: {labels: {a: \"1\", a: \"2\"}}\n")) ==
        "4:34 key \"a\" in spec.preemptible.labels is written twice; the first is in line 4\n");
  CHECK(errors_of(with_spec("  <<: {mode: warn}\n")) ==
        "4:3 unknown key \"<<\" in spec; a policy knows no merge keys, write the entries out\n");
}

TEST_CASE("a kafkaVersion that is none is told") {
  const std::string said = errors_of(with_spec("  kafkaVersion: latest\n"));
  CHECK(said.find("spec.kafkaVersion") != std::string::npos);
  CHECK(said.find("a version of Apache Kafka such as \"3.9\"") != std::string::npos);
}

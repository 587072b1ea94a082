#include "catch.h"
#include "unit/policy/policy_help.h"

using namespace brokergate;

TEST_CASE("every key of a policy is read") {
  const auto policy = read_text(R"(
apiVersion: brokergate.io/v1alpha1
kind: ExternalAccessPolicy
metadata: {name: production, labels: {team: data}}
spec:
  mode: observe
  onExisting: deny
  domain: kafka.example.com
  hostname: "b{ordinal}-{statefulset}.{namespace}.{domain}"
  listener: {name: outside, port: "31090+{ordinal}", protocol: SASL_SSL}
  exposure: either
  nodePortRange: 20000-22767
  internal: {provider: azure, required: false}
  preemptible:
    labels: {example.com/cheap: "true"}
    taints: ["cheap=yes:NoExecute", "cheap", {key: dear, effect: NoSchedule}]
    pools: [spot-*, cheap]
    mayLand: warn
  nodePools:
    - {name: spot-pool, preemptible: true, taints: ["cheap=yes:NoSchedule"]}
    - {name: Big, labels: {cloud.google.com/gke-nodepool: big-1, disk: ssd}}
  clusterView: {whenStale: deny, staleAfterSeconds: 90}
  externalDNS: {prefix: external-dns.kubernetes.io/}
  match:
    namespaces: [kafka, "team-*"]
    selector: {matchLabels: {app: kafka}}
    statefulSets: [kafka-*]
  rules: {alpha-annotation: off, advertised-listener: warn}
  suppressions:
    - {rule: alpha-annotation, object: "Service/kafka/*", reason: agreed with the network team, expires: 2027-02-28}
)");
  REQUIRE(policy.has_value());
  CHECK(policy->name == "production");
  CHECK(policy->mode == Mode::kObserve);
  CHECK(policy->on_existing == Severity::kDeny);
  CHECK(policy->domain == "kafka.example.com");
  CHECK(policy->listener_name == "OUTSIDE");
  CHECK(policy->listener_protocol == "SASL_SSL");
  CHECK(policy->listener_port.kind == PortRule::Kind::kPerOrdinal);
  CHECK(policy->listener_port.base == 31090);
  CHECK(policy->exposure == Exposure::kEither);
  CHECK(policy->node_ports.named);
  CHECK(policy->node_ports.holds(20000));
  CHECK(policy->node_ports.holds(22767));
  CHECK_FALSE(policy->node_ports.holds(22768));
  CHECK(policy->provider->id == "azure");
  CHECK_FALSE(policy->internal_required);
  CHECK(policy->preemptible_labels.back() == std::pair<std::string, std::string>("example.com/cheap", "true"));
  CHECK(policy->preemptible_labels.size() == Policy::defaults().preemptible_labels.size() + 1);
  REQUIRE(policy->preemptible_taints.size() == Policy::defaults().preemptible_taints.size() + 3);
  const auto* taint = &policy->preemptible_taints[policy->preemptible_taints.size() - 3];
  CHECK((taint[0].key == "cheap" && taint[0].value == "yes" && taint[0].effect == "NoExecute"));
  CHECK((taint[1].key == "cheap" && taint[1].value.empty() && taint[1].effect.empty()));
  CHECK((taint[2].key == "dear" && taint[2].value.empty() && taint[2].effect == "NoSchedule"));
  CHECK(policy->preemptible_pools == std::vector<std::string>{"spot-*", "cheap"});
  CHECK(policy->may_be_preemptible == Severity::kWarn);
  REQUIRE(policy->node_pools.size() == 2);
  CHECK(policy->node_pools[0].name == "spot-pool");
  CHECK(policy->node_pools[0].preemptible);
  REQUIRE(policy->node_pools[0].taints.size() == 1);
  CHECK(policy->node_pools[0].taints[0].effect == "NoSchedule");
  CHECK(policy->node_pools[1].name == "Big");
  CHECK_FALSE(policy->node_pools[1].preemptible);
  CHECK(policy->node_pools[1].labels ==
        std::vector<std::pair<std::string, std::string>>{{"cloud.google.com/gke-nodepool", "big-1"}, {"disk", "ssd"}});
  CHECK(policy->when_stale == Severity::kDeny);
  CHECK(policy->stale_after == 90);
  CHECK(policy->external_dns_prefix == "external-dns.kubernetes.io/");
  CHECK(policy->match_namespaces == std::vector<std::string>{"kafka", "team-*"});
  CHECK(policy->match_stateful_sets == std::vector<std::string>{"kafka-*"});
  CHECK(policy->match_labels == std::vector<std::pair<std::string, std::string>>{{"app", "kafka"}});
  CHECK(policy->severities.at("alpha-annotation") == Severity::kOff);
  CHECK(policy->severities.at("advertised-listener") == Severity::kWarn);
  REQUIRE(policy->suppressions.size() == 1);
  CHECK(policy->suppressions[0].object == "Service/kafka/*");
  CHECK(policy->suppressions[0].expires == "2027-02-28");
  CHECK(policy->suppressions[0].line == 30);
  CHECK(policy->host_for("kafka", "data", 3) == "b3-kafka.data.kafka.example.com");
}

TEST_CASE("what a policy does not say of nodes") {
  const Policy policy = Policy::defaults();
  CHECK(policy.may_be_preemptible == Severity::kDeny);
  CHECK(policy.node_pools.empty());
  CHECK(policy.when_stale == Severity::kWarn);
  CHECK(policy.stale_after == 60);
}

TEST_CASE("a policy that says nothing is the default one") {
  const auto policy = read_text("apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nspec:\n");
  REQUIRE(policy.has_value());
  CHECK(policy->name == "default");
  CHECK(policy->mode == Mode::kEnforce);
  CHECK(policy->domain.empty());
  CHECK(policy->host_for("kafka", "", 0).empty());
  CHECK(policy->listener_name == "EXTERNAL");
  CHECK(policy->listener_port.kind == PortRule::Kind::kAuto);
  CHECK(policy->listener_port.base == 9094);
  CHECK(policy->provider->id == "gke");
  CHECK(policy->internal_required);
  CHECK_FALSE(policy->node_ports.named);
  CHECK(policy->node_ports.holds(30000));
  CHECK_FALSE(policy->node_ports.holds(9092));
}

TEST_CASE("a policy may be JSON") {
  const auto policy = read_text(
      R"({"apiVersion": "brokergate.io/v1alpha1", "kind": "ExternalAccessPolicy", "spec": {"listener": {"port": 9095}}})");
  REQUIRE(policy.has_value());
  CHECK(policy->listener_port.kind == PortRule::Kind::kFixed);
  CHECK(policy->listener_port.base == 9095);
}

TEST_CASE("port rules") {
  struct Case {
    const char* text;
    PortRule::Kind kind;
    int base;
  };
  for (const Case& c : {Case{"auto", PortRule::Kind::kAuto, 9094}, Case{"9099", PortRule::Kind::kFixed, 9099},
                        Case{"\"9099\"", PortRule::Kind::kFixed, 9099},
                        Case{"\"31090 + {ordinal}\"", PortRule::Kind::kPerOrdinal, 31090},
                        Case{"\"{ordinal}+32400\"", PortRule::Kind::kPerOrdinal, 32400}}) {
    INFO(c.text);
    const auto policy = read_text(with_spec(std::string("  listener: {port: ") + c.text + "}\n"));
    REQUIRE(policy.has_value());
    CHECK(policy->listener_port.kind == c.kind);
    CHECK(policy->listener_port.base == c.base);
  }
  for (const char* wrong : {"0", "65536", "-1", "any", "9094.0", "true", "\"31090+{pod}\"", "\"+{ordinal}\"", "[9094]",
                            "\"{ordinal}+{ordinal}\"", "~", "99999999999999999999"}) {
    INFO(wrong);
    CHECK_FALSE(errors_of(with_spec(std::string("  listener: {port: ") + wrong + "}\n")).empty());
  }
}

TEST_CASE("the policy in a ConfigMap, with positions in its text") {
  const std::string head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: brokergate}\n";
  const auto good = read_text(head + R"(data:
  policy.yaml: |
    apiVersion: brokergate.io/v1alpha1
    kind: ExternalAccessPolicy
    spec: {domain: kafka.example.com}
)");
  REQUIRE(good.has_value());
  CHECK(good->domain == "kafka.example.com");
  CHECK(errors_of(head + R"(data:
  policy.yaml: |

    apiVersion: brokergate.io/v1alpha1
    kind: ExternalAccessPolicy
    spec:
      domian: x
)") == "10:7 unknown key \"domian\" in spec; did you mean \"domain\"?\n");
  CHECK(errors_of(head + "data: {a: x, b: y}\n") ==
        "4:7 a ConfigMap as policy has exactly one key in data, whose text is the policy; found 2 keys\n");
  CHECK(errors_of(head) ==
        "1:1 a ConfigMap as policy has exactly one key in data, whose text is the policy; found none\n");
  CHECK(
      errors_of(head +
                "data:\n  p: \"apiVersion: brokergate.io/v1alpha1\\nkind: ExternalAccessPolicy\\nspec: {mod: x}\"\n") ==
      "5:6 unknown key \"mod\" in spec; did you mean \"mode\"? (in the ConfigMap's text, line 3)\n");
}

TEST_CASE("what a policy matches") {
  Policy policy = Policy::defaults();
  Object set;
  set.kind = "StatefulSet";
  set.name = "kafka";
  CHECK(policy.matches(set));
  policy.match_stateful_sets = {"events-*"};
  CHECK_FALSE(policy.matches(set));
  set.name = "events-eu";
  CHECK(policy.matches(set));
  policy.match_namespaces = {"prod-*", "data"};
  CHECK(policy.matches(set));  // a namespace that is not written may be any
  set.ns = "prod-1";
  CHECK(policy.matches(set));
  set.ns = "dev";
  CHECK_FALSE(policy.matches(set));
  Object service;
  service.kind = "Service";
  service.name = "web";
  service.ns = "data";
  CHECK(policy.matches(service));  // statefulSets say nothing about Services
  policy.match_labels = {{"app", "kafka"}};
  CHECK_FALSE(policy.matches(service));
}

TEST_CASE("kafkaVersion is a version, quoted or not") {
  const auto version = [](const std::string& text) {
    const auto policy = read_text(with_spec("  kafkaVersion: " + text + "\n"));
    return policy ? policy->kafka_version : "wrong";
  };
  CHECK(version("\"3.9\"") == "3.9");
  CHECK(version("3.10") == "3.10");
  CHECK(version("4.1.0") == "4.1.0");
  CHECK(version("") == "");
  for (const char* bad : {"3", "latest", "3.9-rc1", "\"3.\"", "\".9\"", "1.2.3.4", "[3.9]", "{}", "true", "1234.1"})
    CHECK(version(bad) == "wrong");
}

TEST_CASE("kubernetesVersion tells whether pods have an index, inject where the listener goes") {
  const auto has_index = [](const std::string& text) {
    const auto policy = read_text(with_spec("  kubernetesVersion: " + text + "\n"));
    REQUIRE(policy);
    return policy->pod_index;
  };
  CHECK_FALSE(has_index("\"1.27\""));
  CHECK(has_index("1.28"));
  CHECK(has_index("1.36.3"));
  CHECK_FALSE(read_text(with_spec("  kubernetesVersion: newest\n")));
  CHECK(read_text(with_spec(""))->inject == Policy::Inject::kTemplate);
  CHECK(read_text(with_spec("  inject: pod\n"))->inject == Policy::Inject::kPod);
  CHECK_FALSE(read_text(with_spec("  inject: pods\n")));
}

// Doing what findings about ports say leaves no finding about ports: no two of them send
// a person in opposite directions.
#include <algorithm>
#include <string>
#include <vector>

#include "catch.h"
#include "unit/engine/helpers.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

// A person's change: text in place of text, in the manifest or in the policy.
struct Change {
  std::string from, to;
};

struct Case {
  std::string name;
  std::string advertised;  // port, as the shell writes it
  std::string services;    // "type ports-of-broker-0 | ports-of-broker-1"; ";" between two ports of one
  std::string policy;
  size_t findings;                // about ports
  std::vector<std::string> told;  // parts of them: "rule: message -> remediation"
  std::vector<Change> done;       // what these ask a person for; mutate does the rest
};

const std::string kRising = "$((30001 + ${HOSTNAME##*-}))";

std::string lines(std::string_view ports) {
  std::string out = "  - ";
  for (const char c : ports) out += c == ';' ? "\n  - " : std::string(1, c);
  return out + "\n";
}

std::string manifest(const Case& one) {
  const size_t space = one.services.find(' '), bar = one.services.find(" | ");
  const std::string type = one.services.substr(0, space);
  const std::string ports[] = {one.services.substr(space + 1, bar - space - 1), one.services.substr(bar + 3)};
  std::string text =
      "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: kafka, namespace: streaming}\nspec:\n"
      "  serviceName: kafka-headless\n  replicas: 2\n  selector: {matchLabels: {app: kafka}}\n  template:\n"
      "    metadata: {labels: {app: kafka}}\n    spec:\n      containers:\n      - name: broker\n"
      "        image: confluentinc/cp-kafka:7.4.1\n        ports: [{containerPort: 9092}, {containerPort: 9094}]\n"
      "        command:\n        - bash\n        - -c\n        - |\n"
      "          export KAFKA_BROKER_ID=${HOSTNAME##*-}\n"
      "          export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://$HOSTNAME.kafka-headless:9092,"
      "EXTERNAL://$HOSTNAME.acme.io:" +
      one.advertised +
      "\n          exec /etc/confluent/docker/run\n        env:\n"
      "        - {name: KAFKA_ZOOKEEPER_CONNECT, value: \"zookeeper:2181\"}\n"
      "        - {name: KAFKA_LISTENERS, value: \"PLAINTEXT://:9092,EXTERNAL://:9094\"}\n"
      "        - {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: \"PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT\"}\n";
  for (int i : {0, 1}) {
    const std::string number = std::to_string(i);
    text += "---\napiVersion: v1\nkind: Service\nmetadata: {name: k" + number + ", namespace: streaming}\nspec:\n";
    text +=
        "  type: " + type + "\n  selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-" + number + "}\n";
    text += "  ports:\n" + lines(ports[i]);
  }
  return text;
}

bool about_ports(const Finding& finding) {
  return finding.severity >= Severity::kWarn &&
         (finding.rule == "broker-service-port" || finding.rule == "advertised-listener" ||
          finding.rule == "node-port-clash");
}

std::vector<std::string> findings_about_ports(const Verdict& verdict) {
  std::vector<std::string> out;
  for (const Finding& finding : verdict.findings)
    if (about_ports(finding))
      out.push_back(std::string(finding.rule) + ": " + finding.message + " -> " + finding.remediation);
  return out;
}

std::string replaced(std::string text, const std::vector<Change>& changes) {
  for (const Change& change : changes) {
    const size_t at = text.find(change.from);
    if (at != std::string::npos) text.replace(at, change.from.size(), change.to);
  }
  return text;
}

const std::vector<Case> kCases = {
    {"node ports are named, and the advertised port can be none",
     "9094",
     "NodePort {port: 9094, nodePort: 30001} | {port: 9094, nodePort: 30002}",
     "",
     2,
     {"broker-service-port: nodePort 30001, but broker 0 advertises EXTERNAL://kafka-0.acme.io:9094, want 30001 "
      "advertised",
      "want 30002 advertised"},
     {{"acme.io:9094", "acme.io:" + kRising}}},
    {"no node port is named",
     "9094",
     "NodePort {port: 9094, nodePort: null} | {port: 9094, nodePort: 0}",
     "",
     2,
     {"no nodePort, so that the API server picks one, but broker 0", "want a nodePort of 30000-32767 of its own",
      "but broker 1 advertises"},
     {{"acme.io:9094", "acme.io:" + kRising},
      {"nodePort: null", "nodePort: 30001"},
      {"nodePort: 0", "nodePort: 30002"}}},
    {"both Services ask for one node port",
     "9094",
     "NodePort {port: 9094, nodePort: 30001} | {port: 9094, nodePort: 30001} # second",
     "",
     3,
     {"broker 0 advertises EXTERNAL://kafka-0.acme.io:9094, want 30001 advertised",
      "broker 1 advertises EXTERNAL://kafka-1.acme.io:9094, want a nodePort of 30000-32767 of its own",
      "node-port-clash: nodePort 30001 is also asked for by Service streaming/k0, want one of its own"},
     {{"acme.io:9094", "acme.io:" + kRising}, {"nodePort: 30001} # second", "nodePort: 30002}"}}},
    {"the Services can have what is advertised",
     kRising,
     "NodePort {port: 9094, nodePort: 31095} | {port: 9094, nodePort: 31096}",
     "",
     2,
     {"broker-service-port: nodePort 31095, but broker 0 advertises EXTERNAL://kafka-0.acme.io:30001, want 30001 ->"},
     {}},
    {"brokers advertise one node port, which one Service cannot have",
     "31090",
     "NodePort {port: 9094, nodePort: 31095} | {port: 9094, nodePort: 31096}",
     "",
     2,
     {"want 31095 advertised", "want 31096 advertised", "broker 1 advertises node port 31090 as well"},
     {{"acme.io:31090", "acme.io:$((31095 + ${HOSTNAME##*-}))"}}},
    {"a load balancer follows the listener",
     "9094",
     "LoadBalancer {port: 9095, targetPort: 9094} | {port: 9095, targetPort: 9094}",
     "",
     2,
     {"broker-service-port: port 9095, but broker 0 advertises EXTERNAL://kafka-0.acme.io:9094, want 9094 ->"},
     {}},
    {"a load balancer has the advertised port for something else",
     "9094",
     "LoadBalancer {name: a, port: 9095, targetPort: 9094};{name: jmx, port: 9094, targetPort: 5555} | "
     "{name: a, port: 9095, targetPort: 9094};{name: jmx, port: 9094, targetPort: 5555}",
     "",
     2,
     {"want 9095 advertised", "port 9094 is that of its port jmx already"},
     {{"acme.io:9094", "acme.io:9095"}}},
    {"with a domain the Services' node ports decide, and one rule says so",
     "9094",
     "NodePort {port: 9094, nodePort: 30001} | {port: 9094, nodePort: 30002}",
     "  domain: acme.io\n",
     1,
     {"advertised-listener: broker 0 advertises EXTERNAL://kafka-0.acme.io:9094, want "
      "EXTERNAL://kafka-0.acme.io:30001"},
     {}},
    {"with a domain the load balancers' port decides",
     "9094",
     "LoadBalancer {port: 9095, targetPort: 9094} | {port: 9095, targetPort: 9094}",
     "  domain: acme.io\n",
     1,
     {"advertised-listener: broker 0 advertises EXTERNAL://kafka-0.acme.io:9094, want EXTERNAL://kafka-0.acme.io:9095"},
     {}},
    {"with a domain the listener binds where the Services lead to",
     "9094",
     "LoadBalancer {port: 9094, targetPort: 9095} | {port: 9094, targetPort: 9095}",
     "  domain: acme.io\n",
     1,
     {"advertised-listener: broker 0 advertises EXTERNAL://kafka-0.acme.io:9094 and does not bind or map EXTERNAL"},
     {}},
    {"the policy's port decides for both",
     "9094",
     "LoadBalancer {port: 9096, targetPort: 9094} | {port: 9096, targetPort: 9094}",
     "  domain: acme.io\n  listener: {port: 9095}\n",
     3,
     {"advertised-listener: broker 0 advertises EXTERNAL://kafka-0.acme.io:9094, want EXTERNAL://kafka-0.acme.io:9095",
      "broker-service-port: port 9096, but broker 0 advertises EXTERNAL://kafka-0.acme.io:9094, want 9095 ->"},
     {}},
    {"the policy's port can be no node port",
     "9094",
     "NodePort {port: 9094, nodePort: 30001} | {port: 9094, nodePort: 30002}",
     "  domain: acme.io\n  listener: {port: 9095}\n",
     2,
     {"want 30001 advertised"},
     {{"acme.io:9094", "acme.io:" + kRising}, {"port: 9095}\n", "port: auto}\n"}}},
    {"the policy's one port for all can be no node port of all",
     "9094",
     "NodePort {port: 9094, nodePort: 30001} | {port: 9094, nodePort: 30002}",
     "  domain: kafka.acme.io\n  listener: {port: 31090}\n",
     3,
     {"advertised-listener: broker 0 advertises EXTERNAL://kafka-0.acme.io:9094, want a name of kafka.acme.io -> No "
      "change "
      "was made: its Services are of type NodePort, and the policy's listener.port gives all brokers 31090, which a "
      "cluster has once; write \"31090+{ordinal}\""},
     {{"port: 31090}", "port: \"31090+{ordinal}\"}"}}},
    {"with a domain and no node port to advertise",
     "9094",
     "NodePort {port: 9094} | {port: 9094} # second",
     "  domain: kafka.acme.io\n",
     3,
     {"k1 names no nodePort: the API server picks one", "want a nodePort of 30000-32767 of its own"},
     {{"{port: 9094} # second", "{port: 9094, nodePort: 30002}"}, {"{port: 9094}", "{port: 9094, nodePort: 30001}"}}},
    {"with a domain and one node port for two brokers",
     "9094",
     "NodePort {port: 9094, nodePort: 30001} | {port: 9094, nodePort: 30001} # second",
     "  domain: kafka.acme.io\n",
     4,
     {"its Services ask for node port 30001 for broker 0 and for broker 1", "node-port-clash: nodePort 30001"},
     {{"nodePort: 30001} # second", "nodePort: 30002}"}}},
};

}  // namespace

TEST_CASE("doing what findings about ports say leaves none of them") {
  for (const Case& one : kCases) {
    DYNAMIC_SECTION(one.name) {
      const Bundle bundle = parse(manifest(one));
      const Policy asked = policy_of(one.policy);
      const Evaluation before = evaluate(bundle, asked);
      CHECK(findings_about_ports(before.verdict).size() == one.findings);
      std::string told;
      for (const std::string& finding : findings_about_ports(before.verdict)) told += finding + "\n";
      for (const std::string& part : one.told) CHECK_THAT(told, Catch::Contains(part));

      const Policy policy = policy_of(replaced(one.policy, one.done));
      const Bundle by_hand = parse(replaced(manifest(one), one.done));
      const Evaluation half = evaluate(by_hand, policy);
      const Evaluation after = evaluate(mended(by_hand, half.verdict), policy);
      CHECK(findings_about_ports(after.verdict).empty());
      for (const std::string& finding : findings_about_ports(after.verdict)) UNSCOPED_INFO(finding);
    }
  }
}

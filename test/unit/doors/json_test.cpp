// The JSON formats are contracts: names, order and types.
#include <nlohmann/json.hpp>

#include "brokergate/document.h"
#include "catch.h"
#include "program.h"

using namespace brokergate::test;
using Json = nlohmann::ordered_json;

namespace {

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> out;
  for (const auto& [key, value] : object.items()) out.push_back(key);
  return out;
}

using Keys = std::vector<std::string>;

}  // namespace

TEST_CASE("lint -o json: schema brokergate.io/findings/v1") {
  Folder folder;
  folder.write("service.yaml", broker_service("kafka-0-external") + "---\na: [1\n");
  folder.write(
      "policy.yaml",
      "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nmetadata: {name: p}\nspec:\n"
      "  suppressions:\n    - {rule: internal-load-balancer, object: Service/kafka-1-external, reason: known}\n");
  folder.write("other.yaml", broker_service("kafka-1-external"));
  const Outcome outcome =
      run_program({"lint", "--policy", "policy.yaml", "-o", "json", "service.yaml", "other.yaml", "absent.yaml"}, "",
                  {}, folder.path());
  CHECK(outcome.code == 1);
  const Json report = Json::parse(outcome.out);
  CHECK(keys(report) == Keys{"schema", "summary", "findings", "errors"});
  CHECK(report["schema"] == "brokergate.io/findings/v1");
  CHECK(keys(report["summary"]) ==
        Keys{"objects", "brokerSets", "brokerServices", "unknown", "deny", "warn", "info", "suppressed"});
  CHECK(report["summary"]["objects"] == 2);
  CHECK(report["summary"]["brokerServices"] == 2);
  CHECK(report["summary"]["deny"] == 1);
  CHECK(report["summary"]["suppressed"] == 1);
  size_t deny = 0, suppressed = 0;
  for (const Json& finding : report["findings"]) {
    CHECK(keys(finding) == Keys{"rule", "severity", "message", "remediation", "file", "line", "column", "object",
                                "path", "fixable", "suppressed"});
    CHECK(keys(finding["object"]) == Keys{"apiVersion", "kind", "namespace", "name"});
    if (finding["rule"] != "internal-load-balancer") continue;
    if (finding["suppressed"].is_null()) {
      ++deny;
      CHECK(finding["severity"] == "deny");
      CHECK(finding["file"] == "service.yaml");
      CHECK(finding["line"].is_number_unsigned());
      CHECK(finding["column"].is_number_unsigned());
      CHECK(finding["object"]["name"] == "kafka-0-external");
      CHECK(finding["path"].get<std::string>().starts_with("/metadata"));
      CHECK(finding["fixable"] == true);
    } else {
      ++suppressed;
      CHECK(finding["suppressed"] == Json::object({{"reason", "known"}}));
    }
  }
  CHECK(deny == 1);
  CHECK(suppressed == 1);
  REQUIRE(report["errors"].size() == 2);
  for (const Json& error : report["errors"]) CHECK(keys(error) == Keys{"file", "line", "column", "message"});
  const Json absent = Json::object(
      {{"file", "absent.yaml"}, {"line", nullptr}, {"column", nullptr}, {"message", "No such file or directory"}});
  const bool first = report["errors"][0] == absent;
  CHECK(report["errors"][first ? 0 : 1] == absent);
  CHECK(report["errors"][first ? 1 : 0]["line"].is_number_unsigned());
}

TEST_CASE("lint -o: several formats at once") {
  Folder folder;
  folder.write("service.yaml", broker_service("kafka-0-external"));
  const Outcome outcome =
      run_program({"lint", "-o", "json=a.json", "-o", "text=b.txt", "service.yaml"}, "", {}, folder.path());
  CHECK(outcome.code == 1);
  CHECK(outcome.out == folder.read("b.txt"));
  CHECK(folder.read("a.json") == run_program({"lint", "-o", "json", "service.yaml"}, "", {}, folder.path()).out);
  CHECK(run_program({"lint", "-o", "json", "-o", "text=b.txt", "service.yaml"}, "", {}, folder.path()).out ==
        folder.read("a.json"));
}

TEST_CASE("inspect -o json and yaml") {
  Folder folder;
  folder.write("all.yaml", broker_set() + "---\n" + broker_service("kafka-0-external"));
  const Outcome outcome = run_program({"inspect", "-o", "json", "all.yaml"}, "", {}, folder.path());
  CHECK(outcome.code == 0);
  const Json view = Json::parse(outcome.out);
  CHECK(keys(view) == Keys{"brokerSets", "services", "unknown"});
  REQUIRE(view["brokerSets"].size() == 1);
  const Json& set = view["brokerSets"][0];
  CHECK(set["object"]["name"] == "kafka");
  CHECK(set["file"] == "all.yaml");
  CHECK(set["form"] == "env-var");
  CHECK(set["replicas"] == 1);
  REQUIRE(set["brokers"].size() == 1);
  const Json& broker = set["brokers"][0];
  CHECK(keys(broker) == Keys{"ordinal", "pod", "properties", "external", "problems"});
  CHECK(broker["ordinal"] == 0);
  CHECK(broker["pod"] == "kafka-0");
  const Json& advertised = broker["properties"]["advertised.listeners"];
  CHECK(advertised["value"] == "PLAINTEXT://kafka-0.kafka-headless:9092");
  CHECK(advertised["source"]["file"] == "all.yaml");
  CHECK(advertised["source"]["line"] == 21);
  CHECK(advertised["shadowed"].is_array());
  REQUIRE(view["services"].size() == 1);
  CHECK(view["services"][0]["object"]["name"] == "kafka-0-external");
  CHECK(view["services"][0]["exposure"] == "external LoadBalancer");
  CHECK(view["services"][0]["ordinal"] == 0);
  CHECK(view["unknown"].empty());

  const Outcome yaml = run_program({"inspect", "-o", "yaml", "all.yaml"}, "", {}, folder.path());
  CHECK(yaml.code == 0);
  CHECK(yaml.out.starts_with("brokerSets:\n"));
  CHECK(yaml.out.find("form: \"env-var\"\n") != std::string::npos);
}

TEST_CASE("inspect tells where brokers may land once nodes are known") {
  Folder folder;
  folder.write("set.yaml", broker_set());
  folder.write("nodes.yaml",
               "apiVersion: v1\nkind: Node\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: b, "
               "labels: {karpenter.sh/capacity-type: spot}}\n");
  const Json alone = Json::parse(run_program({"inspect", "-o", "json", "set.yaml"}, "", {}, folder.path()).out);
  CHECK_FALSE(alone["brokerSets"][0].contains("placement"));
  const Outcome outcome = run_program({"inspect", "-o", "json", "."}, "", {}, folder.path());
  CHECK(outcome.code == 0);
  const Json placement = Json::parse(outcome.out)["brokerSets"][0]["placement"];
  CHECK(keys(placement) == Keys{"nodes", "reason"});
  CHECK(placement["nodes"] == "mayBePreemptible");
  const std::string reason = "no nodeSelector; 1 of 2 schedulable nodes (b) carries karpenter.sh/capacity-type=spot";
  CHECK(placement["reason"] == reason);
  const Outcome text = run_program({"inspect", "."}, "", {}, folder.path());
  CHECK(text.out.find("  nodes: may be preemptible (" + reason + ")\n") != std::string::npos);
}

TEST_CASE("inspect: what cannot be known is null with its reason") {
  const std::string text = R"(apiVersion: apps/v1
kind: StatefulSet
metadata: {name: kafka}
spec:
  serviceName: kafka
  replicas: ${REPLICAS}
  selector: {matchLabels: {app: kafka}}
  template:
    metadata: {labels: {app: kafka}}
    spec:
      containers:
        - name: broker
          image: confluentinc/cp-kafka:7.6.1
          ports: [{containerPort: 9092}]
          env:
            - {name: KAFKA_ZOOKEEPER_CONNECT, value: "zookeeper:2181"}
            - {name: KAFKA_ADVERTISED_LISTENERS, valueFrom: {secretKeyRef: {name: s, key: k}}}
)";
  const Outcome outcome = run_program({"inspect", "-o", "json", "-"}, text);
  INFO(outcome.out << outcome.err);
  CHECK(outcome.code == 0);
  const Json set = Json::parse(outcome.out)["brokerSets"][0];
  CHECK(set["replicas"].is_null());
  CHECK_FALSE(set["replicasUnknown"].get<std::string>().empty());
  const Json& advertised = set["brokers"][0]["properties"]["advertised.listeners"];
  CHECK(advertised["value"].is_null());
  CHECK_FALSE(advertised["unknown"].get<std::string>().empty());
}

TEST_CASE("rules: every format names every rule") {
  const Json list = Json::parse(run_program({"rules", "list", "-o", "json"}).out);
  REQUIRE(list.size() > 10);
  const std::string text = run_program({"rules", "list"}).out;
  const std::string markdown = run_program({"rules", "list", "-o", "markdown"}).out;
  for (const Json& rule : list) {
    CHECK(keys(rule) == Keys{"id", "severity", "title", "why", "remediation", "docs", "example", "exampleIsWrong"});
    const std::string id = rule["id"];
    CHECK(text.find(id) != std::string::npos);
    const std::string explained = run_program({"rules", "explain", id}).out;
    const bool wrong = rule["exampleIsWrong"];
    CHECK(explained.find(wrong ? "\nExample of what is wrong\n" : "\nExample of what is right\n") != std::string::npos);
    CHECK(markdown.find("\n## " + id + "\n") != std::string::npos);
  }
  CHECK(std::count(text.begin(), text.end(), '\n') == static_cast<std::ptrdiff_t>(list.size()));
  CHECK(Json::parse(run_program({"rules", "explain", "internal-load-balancer", "-o", "json"}).out)["id"] ==
        "internal-load-balancer");
  CHECK(run_program({"rules", "explain", "internal-load-balancr"}).err ==
        "brokergate: error: no rule \"internal-load-balancr\"; did you mean internal-load-balancer?\n");
}

TEST_CASE("inspect -o yaml prints YAML whatever the values hold") {
  Folder folder;
  std::string set = broker_set();
  set.insert(set.rfind("PLAINTEXT://"), R"(A\u007f\ufffe\uffff\u0085\u2028\ufeff)");
  folder.write("set.yaml", set);
  const Outcome shown = run_program({"inspect", "-o", "yaml", "set.yaml"}, "", {}, folder.path());
  REQUIRE(shown.out.find("brokerSets:") == 0);
  CHECK(shown.out.find("A\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") != std::string::npos);
  CHECK(brokergate::read(std::make_shared<const brokergate::Source>("shown", shown.out)).errors.empty());
}

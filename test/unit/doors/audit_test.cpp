// brokergate audit against an API server on loopback: the same words as lint over the files.
#include <algorithm>

#include "audit_help.h"
#include "catch.h"

using namespace brokergate;
using namespace brokergate::test;
using nlohmann::json;

TEST_CASE("audit says of a cluster what lint says of its manifests") {
  FakeCluster cluster;
  demo(cluster);
  const std::string policy = (kDemo / "policy.yaml").string();
  const Outcome lint = run_program({"lint", "-o", "json", "--policy", policy, (kDemo / "kafka").string()});
  const Outcome audit = cluster.audit({"-o", "json", "--policy", policy});
  INFO(audit.err);
  CHECK(audit.code == lint.code);
  CHECK(lint.code == 1);
  CHECK(words(audit.out) == words(lint.out));
  CHECK_FALSE(words(audit.out).empty());
  // In pages, and nothing is written.
  CHECK(std::any_of(cluster.calls.begin(), cluster.calls.end(),
                    [](const std::string& call) { return call.find("&continue=2") != std::string::npos; }));
  CHECK(cluster.api.writes().empty());
}

TEST_CASE("audit -o text names objects and fields where there are no files") {
  Folder folder;
  FakeCluster cluster;
  demo(cluster);
  const std::string record = folder.name("view.json");
  const Outcome audit = cluster.audit({"--domain", "kafka.example.com", "--record", record});
  CHECK(audit.code == 1);
  for (const std::string line :
       {"Service streaming/kafka-0-external: metadata.annotations[cloud.google.com/load-balancer-type]: deny: load "
        "balancer of broker 0 is external: ",
        "StatefulSet streaming/kafka: spec.template.spec.containers[0].command[2]: deny: broker 0 advertises "}) {
    CHECK(("\n" + audit.out).find("\n" + line) != std::string::npos);
  }
  // Nothing of lines that nobody has seen.
  CHECK(audit.out.find("<cluster>") == std::string::npos);
  CHECK(audit.out.find(" | ") == std::string::npos);
  CHECK(run_program({"audit", "--replay", record, "--domain", "kafka.example.com"}).out == audit.out);
  // A record that is given as a file is one.
  CHECK(run_program({"lint", "--domain", "kafka.example.com", record}).out.find(record + ":") != std::string::npos);
}

TEST_CASE("a list that grows too old on the way is read from its start") {
  FakeCluster cluster;
  demo(cluster);
  const Outcome before = cluster.audit({"-o", "json"});
  cluster.gone = true;
  const Outcome after = cluster.audit({"-o", "json"});
  CHECK_FALSE(cluster.gone);
  CHECK(before.out == after.out);
}

TEST_CASE("what may not be read is said, and the exit code tells") {
  FakeCluster cluster;
  cluster.hold(objects_in(broker_service("kafka-0", "cloud.google.com/load-balancer-type: Internal"))[0]);
  SECTION("nodes") {
    cluster.forbidden.insert("/api/v1/nodes");
    const Outcome outcome = cluster.audit({"-o", "json"});
    CHECK(outcome.code == 2);
    CHECK(outcome.err.find("nodes: GET /api/v1/nodes?limit=250: 403 /api/v1/nodes is forbidden to you") !=
          std::string::npos);
    CHECK(json::parse(outcome.out)["errors"].size() == 1);
  }
  SECTION("kinds beside those that decide: a note, and clean is clean") {
    cluster.forbidden.insert("/apis/apps/v1/deployments");
    Folder folder;
    const std::string record = folder.name("view.json");
    const Outcome outcome = cluster.audit({"-o", "json", "--record", record});
    CHECK(outcome.code == 0);
    CHECK(outcome.err.find("note: not looked at: deployments: GET /apis/apps/v1/deployments") != std::string::npos);
    const Outcome again = run_program({"audit", "--replay", record});
    CHECK(again.code == 0);
    CHECK(again.err.find("note: not looked at: deployments: ") != std::string::npos);
  }
  SECTION("Services: nothing could be said at all") {
    cluster.forbidden.insert("/api/v1/services");
    const Outcome outcome = cluster.audit({"-o", "json"});
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find("/api/v1/services is forbidden to you") != std::string::npos);
  }
}

TEST_CASE("reports for viewers: one per namespace") {
  Folder folder;
  const std::string file = folder.write("a.yaml", broker_service("kafka-0-external"));
  for (const auto& [format, version, kind] : {std::tuple{"policyreport", "wgpolicyk8s.io/v1alpha2", "PolicyReport"},
                                              std::tuple{"openreports", "openreports.io/v1alpha1", "Report"}}) {
    const Outcome outcome = run_program({"audit", "-o", format, file});
    CHECK(outcome.code == 1);
    const json list = json::parse(outcome.out);
    REQUIRE(list["items"].size() == 1);
    const json& report = list["items"][0];
    CHECK(report["apiVersion"] == version);
    CHECK(report["kind"] == kind);
    CHECK(report["metadata"]["name"] == "brokergate");
    CHECK(report["summary"]["fail"] == 1);
    CHECK(report["summary"]["pass"] == 0);
    const json* failed = nullptr;
    for (const json& result : report["results"])
      if (result["result"] == "fail") failed = &result;
    REQUIRE(failed);
    CHECK((*failed)["policy"] == "internal-load-balancer");
    CHECK((*failed)["severity"] == "high");
    CHECK((*failed)["scored"] == true);
    CHECK((*failed)["resources"][0]["name"] == "kafka-0-external");
    CHECK((*failed)["timestamp"]["seconds"].get<int64_t>() > 1700000000);
    CHECK((report.contains("source") ? report["source"] : (*failed)["source"]) == "brokergate");
  }
}

TEST_CASE("reports: a namespace whose brokers are fine gets an empty one, so that the last one goes") {
  Folder folder;
  std::string fine = broker_service("kafka-0-external", "cloud.google.com/load-balancer-type: Internal");
  const Outcome outcome = run_program({"audit", "-o", "policyreport", folder.write("a.yaml", fine)});
  CHECK(outcome.code == 0);
  const json list = json::parse(outcome.out);
  REQUIRE(list["items"].size() == 1);
  CHECK(list["items"][0]["summary"]["fail"] == 0);
  CHECK(list["items"][0]["results"] == json::array());
}

TEST_CASE("what is no list of the kind is no empty cluster") {
  FakeCluster cluster;
  const auto answered = [&](const json& answer) {
    cluster.api.instead = [answer](const std::string&, const std::string& target, const json&) {
      return target.starts_with("/api/v1/services?") ? std::pair<int, json>(200, answer)
             : target.starts_with("/api") && target.find("limit=") != std::string::npos
                 ? std::pair<int, json>(200, {{"items", json::array()}, {"metadata", json::object()}})
                 : std::pair<int, json>(0, nullptr);
    };
    const Outcome outcome = cluster.audit({"-o", "json"});
    INFO(outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.err.find("/api/v1/services is answered with ") != std::string::npos);
  };
  answered({{"kind", "SecretList"}, {"items", json::array()}});
  answered({{"items", {{"a", 1}}}});
  answered({{"items", json::array({{{"metadata", "x"}}})}});
}

// What audit --record writes of a cluster, and what is judged with it later.
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "audit_help.h"
#include "catch.h"

using namespace brokergate;
using namespace brokergate::test;
using nlohmann::json;

TEST_CASE("a record is judged as the cluster was") {
  Folder folder;
  FakeCluster cluster;
  demo(cluster);
  cluster.hold({{"kind", "Node"},
                {"metadata", {{"name", "n1"}, {"labels", {{"cloud.google.com/gke-spot", "true"}}}}},
                {"spec", json::object()}});
  const std::string record = folder.name("view.json");
  const Outcome live = cluster.audit({"-o", "json", "--record", record});
  const json kept = json::parse(folder.read("view.json"));
  CHECK(kept["kind"] == "List");
  CHECK(kept["brokergate.io/recorded"]["unread"].empty());
  CHECK(folder.read("view.json").find("managedFields") == std::string::npos);
  const Outcome again = run_program({"audit", "--replay", record, "-o", "json"});
  CHECK(again.code == live.code);
  CHECK(again.out == live.out);
  CHECK(again.err.find("the cluster as it was at 20") != std::string::npos);
  // It is a List like any other.
  CHECK(words(run_program({"lint", "-o", "json", record}).out) == words(live.out));
  const Outcome other = run_program({"audit", "--replay", folder.write("other.json", "{\"kind\": \"List\"}")});
  CHECK(other.code == 2);
  CHECK(other.err.find("is no record") != std::string::npos);
}

TEST_CASE("manifests are judged beside a recorded view") {
  Folder folder;
  FakeCluster cluster;
  json set = objects_in(broker_set())[0];
  set["metadata"]["namespace"] = "streaming";
  const std::string service = R"(apiVersion: v1
kind: Service
metadata: {name: kafka-0-external}
spec:
  type: NodePort
  selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-0}
  ports: [{port: 9094, nodePort: 30094}]
)";
  cluster.hold(set);
  cluster.hold(objects_in(broker_service("other"))[0]);  // wrong, and nobody's fault here
  cluster.hold({{"kind", "Node"},
                {"metadata", {{"name", "n1"}, {"labels", {{"cloud.google.com/gke-spot", "true"}}}}},
                {"spec", json::object()}});
  const std::string record = folder.name("view.json");
  CHECK(cluster.audit({"-o", "json", "--record", record}).code == 1);
  CHECK((std::filesystem::status(record).permissions() & std::filesystem::perms::others_read) ==
        std::filesystem::perms::none);
  const std::string file = folder.write("service.yaml", service);
  const auto linted = [&](const std::string& ns) {
    return run_program({"lint", "-o", "json", "--view", record, "--namespace", ns, file});
  };
  const Outcome there = linted("streaming");
  INFO(there.out + there.err);
  CHECK(there.code == 1);
  CHECK(there.err.find("the cluster as it was at 20") != std::string::npos);
  const auto said = words(there.out);
  const auto tells = [&](std::string_view rule) {
    return std::any_of(said.begin(), said.end(), [&](const std::string& one) { return one.starts_with(rule); });
  };
  CHECK(tells("nodeport-preemptible deny"));
  CHECK_FALSE(tells("internal-load-balancer"));
  CHECK(json::parse(there.out)["summary"]["objects"] == 1);
  CHECK(json::parse(there.out)["summary"]["brokerServices"] == 1);
  // Elsewhere it selects nobody.
  CHECK_FALSE(words(linted("elsewhere").out).contains("nodeport-preemptible deny"));
  // What stands in the cluster already and is in the manifests as well is told once, of the manifest.
  const Outcome same = run_program({"lint", "-o", "json", "--view", record, folder.write("set.json", set.dump())});
  CHECK(json::parse(same.out)["summary"]["brokerSets"] == 1);
  // The reviewer answers as a webhook with that view.
  std::string in_streaming = service;
  in_streaming.replace(in_streaming.find("name: kafka-0-external"), 22, "name: kafka-0-external, namespace: streaming");
  const std::string manifest = folder.write("in-streaming.yaml", in_streaming);
  const Outcome reviewed = run_program({"review", "--view", record, manifest});
  INFO(reviewed.out);
  CHECK(reviewed.code == 1);
  CHECK(reviewed.out.find("[nodeport-preemptible]") != std::string::npos);
  CHECK(reviewed.out.find("(seen in the cluster ") != std::string::npos);
  CHECK(run_program({"review", manifest}).code == 0);
  CHECK(run_program({"lint", "--namespace", "streaming", file}).code == 2);
  CHECK(run_program({"lint", "--view", file, file}).err.find("is no record") != std::string::npos);
}

TEST_CASE("a record is its writer's alone, whoever could read the file before") {
  Folder folder;
  FakeCluster cluster;
  demo(cluster);
  const std::string record = folder.write("view.json", "what was there");
  ::chmod(record.c_str(), 0644);
  SECTION("an old file") {
    CHECK(cluster.audit({"--record", record}).code == 1);
    CHECK(mode_of(record) == 0600);
    CHECK(json::parse(folder.read("view.json"))["kind"] == "List");
  }
  SECTION("through a symbolic link, which stays one") {
    std::filesystem::create_symlink("view.json", folder.path() / "link.json");
    CHECK(cluster.audit({"--record", folder.name("link.json")}).code == 1);
    CHECK(std::filesystem::is_symlink(folder.path() / "link.json"));
    CHECK(mode_of(record) == 0600);
    CHECK(json::parse(folder.read("view.json"))["kind"] == "List");
    std::filesystem::remove(folder.path() / "link.json");
  }
  SECTION("a disk that is full: the old one stays") {
    Outcome outcome;
    {
      const SmallFiles limit(1024);
      outcome = cluster.audit({"--record", record});
    }
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find("--record " + record + ": cannot be written: File too large") != std::string::npos);
    CHECK(folder.read("view.json") == "what was there");
    CHECK(mode_of(record) == 0644);
  }
  CHECK(entries_of(folder) == 1);
}

TEST_CASE("a record goes to a file and to nothing else") {
  Folder folder;
  FakeCluster cluster;
  const auto refused = [&](const std::string& target, const std::string& why) {
    const Outcome outcome =
        run_program({"audit", "--kubeconfig", cluster.api.kubeconfig(), "--record", target}, "", {}, folder.path());
    INFO(target + ": " + outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err.find(why) != std::string::npos);
  };
  refused("-", "--record needs a file: findings go to stdout");
  refused("/dev/stdout", "--record /dev/stdout: ");
  refused("/dev/null", "--record /dev/null: not a regular file");
  refused(".", "--record .: not a regular file");
  CHECK(entries_of(folder) == 0);
  // stdout is a file here, and replacing it would lose the findings.
  const std::string line = std::string(BROKERGATE_BINARY) + " audit --kubeconfig '" + cluster.api.kubeconfig() +
                           "' --record /dev/stdout >'" + folder.name("out") + "' 2>'" + folder.name("err") + "'";
  CHECK(std::system(line.c_str()) != 0);
  CHECK(folder.read("out").empty());
  CHECK(folder.read("err").find("--record /dev/stdout: is where stdout or stderr goes already") != std::string::npos);
  std::filesystem::create_symlink("nowhere/view.json", folder.path() / "link.json");
  refused("link.json", "a symbolic link that leads nowhere");
}

TEST_CASE("whoever names a cluster is not given the findings of a file") {
  Folder folder;
  FakeCluster cluster;
  const std::string record = folder.name("view.json");
  REQUIRE(cluster.audit({"--record", record}).code == 0);
  REQUIRE(run_program({"audit", "--replay", record}).code == 0);
  for (const std::string option : {"--kubeconfig", "--context", "--token-file", "--record"}) {
    for (const auto& [source, name] : {std::pair{std::vector<std::string>{"--replay", record}, "--replay"},
                                       std::pair{std::vector<std::string>{record}, "PATH"}}) {
      std::vector<std::string> arguments{"audit", option, "other"};
      arguments.insert(arguments.end(), source.begin(), source.end());
      const Outcome outcome = run_program(arguments);
      CHECK(outcome.code == 2);
      CHECK(outcome.err == "brokergate: error: " + option + " is for a cluster, and " + name + " reads none\n");
    }
  }
  CHECK(run_program({"audit", "--replay", record, record}).err.find("exclude one another") != std::string::npos);
}

// brokergate audit against an API server on loopback: the same words as lint over the files.
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "brokergate/object.h"
#include "catch.h"
#include "fake_api.h"

using namespace brokergate;
using namespace brokergate::test;
using nlohmann::json;

namespace {

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

std::vector<json> objects_in(const std::string& text) {
  std::vector<json> out;
  ReadResult result = read(std::make_shared<const Source>("x", text));
  for (Document& document : result.documents) {
    for (const Object& object : objects_of(std::make_shared<const Document>(std::move(document))))
      out.push_back(json::parse(to_json(object.root)));
  }
  return out;
}

// Lists in pages of two, whatever is asked for.
class FakeCluster {
 public:
  FakeCluster() {
    api.instead = [this](const std::string&, const std::string& target, const json&) {
      calls.push_back(target);
      const std::string path = target.substr(0, target.find('?'));
      if (forbidden.contains(path))
        return std::pair<int, json>(403, {{"message", path + " is forbidden to you"}, {"code", 403}});
      const auto kind = lists.find(path);
      if (kind == lists.end()) return std::pair<int, json>(0, nullptr);
      const size_t at = target.find("&continue=");
      const size_t first = at == std::string::npos ? 0 : std::stoul(target.substr(at + 10));
      if (first > 0 && gone) {
        gone = false;
        return std::pair<int, json>(410, {{"message", "The provided continue parameter is too old"}});
      }
      json items = json::array();
      for (size_t i = first; i < std::min(first + 2, kind->second.size()); ++i) items.push_back(kind->second[i]);
      json metadata = json::object();
      if (first + 2 < kind->second.size()) metadata["continue"] = std::to_string(first + 2);
      return std::pair<int, json>(200, {{"items", items}, {"metadata", metadata}});
    };
    lists["/apis/apps/v1/statefulsets"] = lists["/api/v1/services"] = lists["/api/v1/nodes"] = {};
    api.put("/apis", {{"groups", json::array({{{"preferredVersion", {{"groupVersion", "apps/v1"}}}}})}});
    api.put("/apis/apps/v1",
            {{"resources", json::array({{{"name", "statefulsets"}, {"kind", "StatefulSet"}, {"verbs", {"list"}}},
                                        {{"name", "deployments"}, {"kind", "Deployment"}, {"verbs", {"list"}}},
                                        {{"name", "deployments/scale"}, {"kind", "Scale"}, {"verbs", {"get"}}}})}});
    lists["/apis/apps/v1/deployments"] = {};
  }

  // As the API server stores and lists it: with a namespace, without its kind.
  void hold(json object) {
    const std::string kind = object["kind"];
    json& metadata = object["metadata"];
    if (kind != "Node" && !metadata.contains("namespace")) metadata["namespace"] = "default";
    if (kind == "ConfigMap") {
      api.put("/api/v1/namespaces/" + metadata["namespace"].get<std::string>() + "/configmaps/" +
                  metadata["name"].get<std::string>(),
              object);
      return;
    }
    metadata["managedFields"] = json::array({{{"manager", "kubectl"}}});
    object["status"]["observedGeneration"] = 1;
    object.erase("kind");
    object.erase("apiVersion");
    lists[kind == "StatefulSet" ? "/apis/apps/v1/statefulsets"
          : kind == "Service"   ? "/api/v1/services"
          : kind == "Node"      ? "/api/v1/nodes"
                                : "/apis/apps/v1/deployments"]
        .push_back(object);
  }

  Outcome audit(std::vector<std::string> more) {
    std::vector<std::string> arguments{"audit", "--kubeconfig", api.kubeconfig()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
  }

  FakeApi api;
  std::map<std::string, std::vector<json>> lists;
  std::set<std::string> forbidden;
  std::vector<std::string> calls;
  bool gone = false;
};

// What was said of what, without where in a file it stands.
std::multiset<std::string> words(const std::string& findings) {
  std::multiset<std::string> out;
  const json all = json::parse(findings);
  for (const json& finding : all.at("findings")) {
    json object = finding["object"];
    if (object["namespace"] == "default") object["namespace"] = "";
    out.insert(finding["rule"].get<std::string>() + " " + finding["severity"].get<std::string>() + " " + object.dump() +
               " " + finding["path"].get<std::string>());
  }
  return out;
}

const std::filesystem::path kDemo = std::filesystem::path(BROKERGATE_SOURCE_DIR) / "deploy/demo";

FakeCluster& demo(FakeCluster& cluster) {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kDemo)) {
    if (entry.path().extension() != ".yaml" || entry.path().filename() == "policy.yaml") continue;
    if (entry.path().parent_path().filename() != "kafka") continue;
    for (const json& object : objects_in(text_of(entry.path()))) cluster.hold(object);
  }
  return cluster;
}

}  // namespace

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

// What audit --record wrote, in the hands of whoever reads it later: how old it is, and what is wrong with it.
#include <ctime>

#include "catch.h"
#include "program.h"
#include "webhook/age.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

std::string time_before_now(long seconds) {
  const std::time_t then = std::time(nullptr) - seconds;
  std::tm parts{};
  gmtime_r(&then, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

constexpr long kMinute = 60, kHour = 60 * kMinute, kDay = 24 * kHour;

// A cluster with one spot node and one broker set in the namespace `streaming`.
std::string record_of(const std::string& at) {
  return R"({"apiVersion": "v1", "kind": "List",
 "brokergate.io/recorded": {"at": ")" +
         at + R"(", "by": "brokergate 0.1.0", "unread": [], "unseen": []},
 "items": [
  {"apiVersion": "v1", "kind": "Node",
   "metadata": {"name": "n1", "labels": {"cloud.google.com/gke-spot": "true"}}, "spec": {}},
  {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "kafka", "namespace": "streaming"},
   "spec": {"replicas": 1, "serviceName": "kafka", "selector": {"matchLabels": {"app": "kafka"}},
    "template": {"metadata": {"labels": {"app": "kafka"}}, "spec": {"containers": [
     {"name": "kafka", "image": "confluentinc/cp-kafka:7.6.0", "ports": [{"containerPort": 9092}],
      "env": [{"name": "KAFKA_ZOOKEEPER_CONNECT", "value": "zookeeper:2181"},
              {"name": "KAFKA_ADVERTISED_LISTENERS", "value": "PLAINTEXT://kafka:9092"}]}]}}}}
 ]})";
}

std::string node_port_service(const std::string& ns_line) {
  return "apiVersion: v1\nkind: Service\nmetadata:\n  name: kafka-0-external\n" + ns_line +
         "spec:\n  type: NodePort\n  selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-0}\n"
         "  ports: [{port: 9094, nodePort: 30094}]\n";
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("an age is told in the unit that suits it") {
  CHECK(webhook::age_text(0) == "0 s ago");
  CHECK(webhook::age_text(119'999) == "119 s ago");
  CHECK(webhook::age_text(120'000) == "2 min ago");
  CHECK(webhook::age_text((2 * kHour - 1) * 1000) == "119 min ago");
  CHECK(webhook::age_text(2 * kHour * 1000) == "2 h ago");
  CHECK(webhook::age_text((2 * kDay - 1) * 1000) == "47 h ago");
  CHECK(webhook::age_text(2 * kDay * 1000) == "2 d ago");
  CHECK(webhook::age_text(int64_t{4'579'201} * 1000) == "53 d ago");
}

TEST_CASE("the age of a record is told by every verb that takes one") {
  Folder folder;
  const std::string old = time_before_now(53 * kDay + 3), record = folder.write("view.json", record_of(old));
  const std::string service = folder.write("service.yaml", node_port_service("  namespace: streaming\n"));
  const std::string note = "brokergate: note: the cluster as it was at " + old + ", 53 d ago\n";
  const Outcome reviewed = run_program({"review", "--view", record, service});
  CHECK(reviewed.code == 1);
  CHECK(has(reviewed.out, "(seen in the cluster 53 d ago)"));
  CHECK(reviewed.err == note);
  CHECK(has(run_program({"audit", "--replay", record}).err, note));
  CHECK(has(run_program({"lint", "--view", record, service}).err, note));
  CHECK(has(run_program({"mutate", "--view", record, service}).err, note));
}

TEST_CASE("a record's time has to be one") {
  Folder folder;
  for (const std::string at : {"", "yesterday", "2026-02-30T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01",
                               "2026-01-01T00:00:00Z and so on", "2026-1-1T00:00:00Z"}) {
    const std::string record = folder.write("view.json", record_of(at));
    const Outcome outcome = run_program({"audit", "--replay", record});
    INFO(at + ": " + outcome.err);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "brokergate: error: " + record +
                             ": brokergate.io/recorded has no time in `at` of the form 2026-01-31T09:00:00Z" +
                             (at.empty() ? "" : ": " + at) + "\n");
  }
  const std::string tomorrow = time_before_now(-kDay);
  const Outcome ahead = run_program({"audit", "--replay", folder.write("view.json", record_of(tomorrow))});
  CHECK(ahead.code != 2);
  CHECK(has(ahead.err, "the cluster as it was at " + tomorrow + ", which lies in the future by this machine's clock"));
}

TEST_CASE("a record that is cut short or broken says where") {
  Folder folder;
  const std::string whole = record_of("2026-01-31T09:00:00Z");
  const auto said = [&](const std::string& text) {
    const std::string record = folder.write("view.json", text);
    const Outcome outcome = run_program({"audit", "--replay", record});
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    return without(outcome.err, folder.path().string() + "/");
  };
  const std::string error = "brokergate: error: view.json: ";
  // Between two tokens, in a key, in a value, before the last brace.
  CHECK(said(whole.substr(0, whole.find("\"kind\": \"List\""))) ==
        error + "is no whole record: its JSON ends too early, at line 1, column 22\n");
  for (const std::string part : {"cord", "gke-spot", "zookeeper:2181", "]}"}) {
    CHECK(
        has(said(whole.substr(0, whole.find(part))), error + "is no whole record: its JSON ends too early, at line "));
  }
  std::string broken = whole;
  broken.replace(broken.find("\"zookeeper:2181\""), 1, "secret");
  const std::string told = said(broken);
  CHECK(has(told, error + "is no record: broken JSON at line 10, column "));
  CHECK_FALSE(has(told, "secret"));
  CHECK(said("") == error + "is no record: it is empty\n");
  // What is no JSON at all is another file.
  const std::string other = error + "is no record; audit --record FILE writes one (other dumps are given as PATH)\n";
  CHECK(said("kind: List\nitems: []\n") == other);
  CHECK(said(R"({"kind": "List", "items": []})") == other);
  CHECK(said(R"({"kind": "List", "items": 1e999})") == other);
}

TEST_CASE("a record that is nested without end is refused") {
  Folder folder;
  const auto nested = [&](size_t levels) {
    std::string text = record_of("2026-01-31T09:00:00Z");
    return text.insert(text.find("\"spec\": {}"),
                       "\"x\": " + std::string(levels, '[') + std::string(levels, ']') + ", ");
  };
  const std::string record = folder.write("view.json", nested(100'000));
  const std::string service = folder.write("service.yaml", node_port_service("  namespace: streaming\n"));
  const std::string error =
      "brokergate: error: " + record + ": is no record: values nested more than 256 levels deep\n";
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"audit", "--replay", record}, {"lint", "--view", record, service}, {"review", "--view", record, service}}) {
    const Outcome outcome = run_program(arguments);
    INFO(arguments[0]);
    CHECK(outcome.code == 2);
    CHECK(outcome.err == error);
  }
  folder.write("view.json", nested(200));
  CHECK(run_program({"audit", "--replay", record}).code != 2);
}

TEST_CASE("manifests without a namespace are judged in the one that is named, and a note tells when nothing is there") {
  Folder folder;
  const std::string record = folder.write("view.json", record_of("2026-01-31T09:00:00Z"));
  const std::string service = folder.write("service.yaml", node_port_service(""));
  const std::string placed = folder.write("placed.yaml", node_port_service("  namespace: elsewhere\n"));
  const std::string note = "brokergate: note: the record holds nothing of namespace ";
  const std::string rest = ", where 1 object without a namespace is judged (--namespace names another)\n";
  for (const std::string verb : {"lint", "mutate", "review"}) {
    INFO(verb);
    const auto said = [&](const std::vector<std::string>& more) {
      std::vector<std::string> arguments{verb, "--view", record};
      arguments.insert(arguments.end(), more.begin(), more.end());
      return run_program(arguments).err;
    };
    CHECK(has(said({service}), note + "default" + rest));
    CHECK(has(said({"--namespace", "streming", service}), note + "streming" + rest));
    CHECK_FALSE(has(said({"--namespace", "streaming", service}), note));
    // Whoever writes the namespace into the manifest means it.
    CHECK_FALSE(has(said({placed}), note));
    CHECK_FALSE(has(said({folder.write("node.yaml", "{apiVersion: v1, kind: Node, metadata: {name: n2}}")}), note));
  }
  // The reviewer answers as lint judges: in that namespace the brokers are on a node that vanishes.
  const Outcome there = run_program({"review", "--view", record, "--namespace", "streaming", service});
  CHECK(there.code == 1);
  CHECK(has(there.out, "[nodeport-preemptible]"));
  CHECK(run_program({"review", "--view", record, service}).code == 0);
  CHECK(run_program({"review", "--namespace", "streaming", service}).code == 2);
  CHECK(run_program({"lint", "--view", record, "--namespace", "streaming", service}).code == 1);
}

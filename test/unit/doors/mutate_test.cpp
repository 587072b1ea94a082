#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "catch.h"
#include "program.h"

using namespace brokergate::test;
using nlohmann::json;

namespace {

const std::string kInternal = "networking.gke.io/load-balancer-type: Internal";

size_t lines_of(const std::string& text) { return static_cast<size_t>(std::count(text.begin(), text.end(), '\n')); }

}  // namespace

TEST_CASE("what needs no change passes byte by byte") {
  const auto text = GENERATE_COPY(values<std::string>(
      {broker_service("kafka-0-external", kInternal), "\xEF\xBB\xBF" + broker_service("kafka-0-external", kInternal),
       "---\r\napiVersion: v1\r\nkind: ConfigMap\r\nmetadata: {name: x}\r\ndata: {a: \"b\"}\r\n...\r\n",
       "# only\n---\n---\n{\"apiVersion\": \"v1\",\n\t\"kind\": \"Secret\", \"metadata\": {\"name\": \"x\"}}",
       "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData:\n  a: |+\n    text\n\n\n"}));
  const Outcome outcome = run_program({"mutate"}, text);
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(outcome.out == text);
}

TEST_CASE("the change is made and nothing else, once") {
  const std::string before = broker_service("kafka-0-external");
  const Outcome once = run_program({"mutate", "-"}, before);
  CHECK(once.code == 0);
  CHECK(once.err == "brokergate: 1 object changed\n");
  CHECK(once.out.find("load-balancer-type: Internal\n") != std::string::npos);
  CHECK(once.out.find("type: LoadBalancer  # one per broker\n") != std::string::npos);
  const Outcome twice = run_program({"mutate", "-"}, once.out);
  CHECK(twice.out == once.out);
  CHECK(twice.err.empty());
  CHECK(run_program({"lint", "-"}, once.out).code == 0);
}

TEST_CASE("JSON stays JSON") {
  const std::string before = broker_service_json("kafka-0-external");
  const Outcome outcome = run_program({"mutate", "-"}, before);
  CHECK(outcome.code == 0);
  const json after = json::parse(outcome.out);
  CHECK(after["metadata"]["annotations"].size() > 0);
  CHECK(after["spec"] == json::parse(before)["spec"]);
}

TEST_CASE("a broken document stays as it is, the others are mended, the exit code tells") {
  const std::string broken = "---\na: [1\n";
  const Outcome outcome = run_program({"mutate", "-"}, broker_service("kafka-0-external") + broken);
  CHECK(outcome.code == 2);
  CHECK(outcome.out.ends_with(broken));
  CHECK(outcome.out.find("load-balancer-type: Internal\n") != std::string::npos);
}

TEST_CASE("several files become one stream, in order, with what is no manifest left out") {
  Folder folder;
  folder.write("k/b.yaml", "---\n" + broker_service("kafka-1-external", kInternal));
  folder.write("k/a.yaml", broker_service("kafka-0-external", kInternal));
  folder.write("k/values.yaml", "a: 1\n");
  const Outcome outcome = run_program({"mutate", "k"}, "", {}, folder.path());
  CHECK(outcome.code == 0);
  CHECK(outcome.out == folder.read("k/a.yaml") + folder.read("k/b.yaml"));
}

TEST_CASE("option --diff names the file") {
  Folder folder;
  folder.write("service.yaml", broker_service("kafka-0-external"));
  const Outcome outcome = run_program({"mutate", "--diff", "./service.yaml"}, "", {}, folder.path());
  CHECK(outcome.code == 0);
  CHECK(outcome.out.starts_with("--- a/service.yaml\n+++ b/service.yaml\n@@ -"));
  CHECK(folder.read("service.yaml") == broker_service("kafka-0-external"));
  CHECK(run_program({"mutate", "--diff", "-"}, broker_service("kafka-0-external", kInternal)).out.empty());
}

TEST_CASE("option --patch prints a JSON line per object") {
  Folder folder;
  folder.write("a.yaml", broker_service("kafka-0-external") + "---\n" + broker_service("kafka-1-external", kInternal));
  folder.write("b.yaml", broker_service("kafka-2-external"));
  const Outcome outcome = run_program({"mutate", "--patch", "."}, "", {}, folder.path());
  CHECK(outcome.code == 0);
  REQUIRE(lines_of(outcome.out) == 2);
  const json first = json::parse(outcome.out.substr(0, outcome.out.find('\n')));
  CHECK(first["file"] == "./a.yaml");
  CHECK(first["object"]["kind"] == "Service");
  CHECK(first["object"]["name"] == "kafka-0-external");
  REQUIRE(first["patch"].is_array());
  CHECK(first["patch"][0]["op"] == "add");
  CHECK(first.size() == 3);
}

TEST_CASE("option --in-place replaces what changed, keeps the mode, leaves nothing behind") {
  Folder folder;
  const std::string changed = folder.write("changed.yaml", broker_service("kafka-0-external"));
  folder.write("same.yaml", broker_service("kafka-1-external", kInternal));
  ::chmod(changed.c_str(), 0640);
  std::filesystem::create_symlink("changed.yaml", folder.path() / "link.yaml");
  struct stat before {
  }, same_before{};
  REQUIRE(::stat(changed.c_str(), &before) == 0);
  REQUIRE(::stat(folder.name("same.yaml").c_str(), &same_before) == 0);
  const std::string wanted = run_program({"mutate", changed}).out;

  const Outcome outcome = run_program({"mutate", "--in-place", "link.yaml", "same.yaml"}, "", {}, folder.path());
  INFO(outcome.err);
  CHECK(outcome.code == 0);
  CHECK(outcome.out.empty());
  CHECK(folder.read("changed.yaml") == wanted);
  CHECK(wanted != broker_service("kafka-0-external"));
  CHECK(std::filesystem::is_symlink(folder.path() / "link.yaml"));
  struct stat after {
  }, same_after{};
  REQUIRE(::stat(changed.c_str(), &after) == 0);
  REQUIRE(::stat(folder.name("same.yaml").c_str(), &same_after) == 0);
  CHECK((after.st_mode & 07777) == 0640);
  CHECK(after.st_ino != before.st_ino);  // renamed into place, never written over
  CHECK(same_after.st_ino == same_before.st_ino);
  CHECK(entries_of(folder) == 3);
}

TEST_CASE("option --in-place that cannot write leaves the file and says why") {
  // Writing needs a new file beside the old one, also for root.
  const Outcome outcome = run_program({"mutate", "--in-place", "/dev/stdin"}, broker_service("kafka-0-external"));
  CHECK(outcome.code == 2);
  CHECK(outcome.err.find("/dev/stdin: ") != std::string::npos);
}

TEST_CASE("what a person must do is told in one line") {
  const std::string text = broker_service("kafka-0-external", "cloud.google.com/load-balancer-type: External");
  const Outcome outcome = run_program({"mutate", "-"}, text);
  CHECK(outcome.code == 0);
  CHECK(outcome.out == text);
  CHECK(lines_of(outcome.err) == 2);
  CHECK(outcome.err.starts_with("<stdin>:6:42: deny: Service kafka-0-external: "));
  CHECK(outcome.err.ends_with(
      " [internal-load-balancer]\n"
      "brokergate: 0 objects changed; 1 finding left for a person (brokergate lint tells more)\n"));
}

TEST_CASE("what is left for a person is what the changed objects leave") {
  const std::string fixtures = std::string(BROKERGATE_SOURCE_DIR) + "/test/fixtures/advertised-listener/";
  // Kafka refuses the set as it stands, and starts it as it is then.
  const std::string refused = fixtures + "fail-not-mapped.yaml";
  CHECK(run_program({"lint", "--domain", "events.acme.io", refused}).out.find("[listener-config]") !=
        std::string::npos);
  const Outcome mended = run_program({"mutate", "--domain", "events.acme.io", refused});
  CHECK(mended.code == 0);
  CHECK(mended.err == "brokergate: 1 object changed\n");
  // What the change itself asks of people stays to be done.
  const Outcome names = run_program({"mutate", "--domain", "events.acme.io", fixtures + "fail-certificate.yaml"});
  CHECK(names.err.find("want these names in the brokers' certificates") != std::string::npos);
}

TEST_CASE("variables that move keep their comments and quotes") {
  const std::string text =
      "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: kafka}\nspec:\n  serviceName: kafka-headless\n"
      "  replicas: 2\n  selector: {matchLabels: {app: kafka}}\n  template:\n    metadata: {labels: {app: kafka}}\n"
      "    spec:\n      containers:\n      - name: broker\n        image: confluentinc/cp-kafka:7.4.1\n        env:\n"
      "        - {name: KAFKA_ZOOKEEPER_CONNECT, value: \"zookeeper:2181\"}\n"
      "        - name: KAFKA_ADVERTISED_LISTENERS\n          value: PLAINTEXT://$(HOST).acme.io:9092\n"
      "        # Who it is.\n        - name: \"HOST\"  # quoted\n          value: 'kafka-0'\n";
  const Outcome outcome = run_program({"mutate", "-"}, text);
  INFO(outcome.out);
  const size_t at =
      outcome.out.find("        # Who it is.\n        - name: \"HOST\"  # quoted\n          value: 'kafka-0'\n");
  CHECK(at < outcome.out.find("KAFKA_ADVERTISED_LISTENERS"));
}

TEST_CASE("a policy whose match leaves out everything is told") {
  Folder folder;
  const std::string policy =
      folder.write("policy.yaml",
                   "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nmetadata: {name: p}\nspec:\n"
                   "  match: {namespaces: [elsewhere]}\n");
  const std::string set =
      "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: kafka, namespace: here}\nspec:\n  template:\n"
      "    spec:\n      containers: [{name: broker, image: \"confluentinc/cp-kafka:7.4.1\"}]\n";
  const Outcome lint = run_program({"lint", "--policy", policy, "-"}, set);
  CHECK(lint.code == 0);
  CHECK(lint.out.find("(the policy's match leaves out 1 object)") != std::string::npos);
  CHECK(lint.out.find("recognised") == std::string::npos);
  const Outcome mutate = run_program({"mutate", "--policy", policy, "-"}, set);
  CHECK(mutate.out == set);
  CHECK(mutate.err == "brokergate: nothing changed; the policy's match leaves out 1 object\n");
  CHECK(run_program({"lint", "-"}, set).out.find("leaves out") == std::string::npos);
}

// The exit codes are a contract with scripts.
#include "catch.h"
#include "program.h"

using namespace brokergate::test;

namespace {

const std::string kInternal = "networking.gke.io/load-balancer-type: Internal";

}  // namespace

TEST_CASE("lint: 0 when nothing is denied") {
  const Outcome clean = run_program({"lint", "-"}, broker_service("kafka-0-external", kInternal));
  INFO(clean.out << clean.err);
  CHECK(clean.code == 0);
  CHECK(clean.out.find("1 broker service, 0 unknown: 0 deny") != std::string::npos);
}

TEST_CASE("lint: 1 when something is denied, also beside a broken document") {
  const std::string denied = broker_service("kafka-0-external");
  CHECK(run_program({"lint", "-"}, denied).code == 1);
  const Outcome both = run_program({"lint", "-"}, denied + "---\na: [1\n");
  CHECK(both.code == 1);
  CHECK(both.out.find("internal-load-balancer") != std::string::npos);
  CHECK(both.err.find("<stdin>:") != std::string::npos);
}

TEST_CASE("lint: 2 when an input could not be checked and nothing else is denied") {
  const Outcome broken = run_program({"lint", "-"}, broker_service("kafka-0-external", kInternal) + "---\na: [1\n");
  CHECK(broken.code == 2);
  CHECK(broken.out.find("1 error") != std::string::npos);
}

TEST_CASE("lint: 3 only when asked for and only when nothing is denied") {
  const Outcome lenient =
      run_program({"lint", "-o", "json", "-"}, "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: x}\n");
  CHECK(lenient.code == 0);
  Folder folder;
  const std::string policy = folder.write(
      "policy.yaml",
      "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nmetadata: {name: p}\nspec: {mode: warn}\n");
  const std::string warned = broker_service("kafka-0-external");
  CHECK(run_program({"lint", "--policy", policy, "-"}, warned).code == 0);
  CHECK(run_program({"lint", "--policy", policy, "--fail-on-warn", "-"}, warned).code == 3);
  CHECK(run_program({"lint", "--fail-on-warn", "-"}, warned).code == 1);
}

TEST_CASE("lint: --fail-on-unknown is 3 for what cannot be recognised") {
  const std::string deployment =
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: kafka}\nspec:\n  template:\n    spec:\n      "
      "containers:\n"
      "        - name: kafka\n          image: confluentinc/cp-kafka:7.6.1\n          ports: [{containerPort: 9092}]\n"
      "          env:\n            - {name: KAFKA_ZOOKEEPER_CONNECT, value: 'zk:2181'}\n"
      "            - {name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://kafka:9092'}\n";
  const Outcome lenient = run_program({"lint", "-"}, deployment);
  INFO(lenient.out << lenient.err);
  CHECK(lenient.out.find(" 1 unknown: 0 deny") != std::string::npos);
  CHECK(lenient.code == 0);
  CHECK(run_program({"lint", "--fail-on-unknown", "-"}, deployment).code == 3);
}

TEST_CASE("2 for what the command line cannot mean") {
  const auto wrong = GENERATE(values<std::vector<std::string>>({{},
                                                                {"lnt"},
                                                                {"lint", "--nonsense"},
                                                                {"lint", "-o", "xml", "-"},
                                                                {"lint", "-o", "json", "-o", "text", "-"},
                                                                {"lint", "-o", "json=", "-"},
                                                                {"lint", "--color", "sometimes", "-"},
                                                                {"mutate", "--diff", "--patch", "-"},
                                                                {"mutate", "--in-place", "-"},
                                                                {"review", "--endpoint", "both", "-"},
                                                                {"rules"},
                                                                {"rules", "explain"},
                                                                {"rules", "explain", "no-such-rule"},
                                                                {"serve"},
                                                                {"completion", "tcsh"},
                                                                {"lint", "--domain", "not_a domain", "-"}}));
  const Outcome outcome = run_program(wrong, broker_service("kafka-0-external"));
  INFO(outcome.out << outcome.err);
  CHECK(outcome.code == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err.starts_with("brokergate: error: "));
  CHECK(outcome.err.find('\n') == outcome.err.size() - 1);
}

TEST_CASE("help and version are no errors") {
  const auto asked = GENERATE(values<std::vector<std::string>>({{"--help"},
                                                                {"lint", "--help"},
                                                                {"rules", "explain", "--help"},
                                                                {"version"},
                                                                {"--version"},
                                                                {"completion", "bash"},
                                                                {"completion", "zsh"},
                                                                {"completion", "fish"}}));
  const Outcome outcome = run_program(asked);
  CHECK(outcome.code == 0);
  CHECK(outcome.err.empty());
  CHECK(outcome.out.ends_with('\n'));
}

TEST_CASE("a stdout that takes nothing is 2") {
  Folder folder;
  const std::string manifest = folder.write("a.yaml", broker_service("kafka-0-external", kInternal));
  const Outcome lint = run_program({"lint", "-o", "json=/dev/full", manifest});
  CHECK(lint.code == 2);
  CHECK(lint.err.find("cannot write /dev/full: No space left on device") != std::string::npos);
}

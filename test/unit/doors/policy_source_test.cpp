#include "catch.h"
#include "program.h"

using namespace brokergate::test;

namespace {

std::string policy(const std::string& mode) {
  return "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nmetadata: {name: p}\nspec: {mode: " + mode +
         "}\n";
}

// 1: denied, so the ready-made policy ruled. 3: warned, so one with `mode: warn` did.
int verdict(const Folder& folder, const std::vector<std::string>& arguments, const Environment& environment = {}) {
  std::vector<std::string> all{"lint", "--fail-on-warn"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_program(all, broker_service("kafka-0-external"), environment, folder.path()).code;
}

}  // namespace

TEST_CASE("the policy is named, or in the environment, or above the input") {
  Folder folder;
  folder.write("a/b/service.yaml", broker_service("kafka-0-external"));
  folder.write("warn.yaml", policy("warn"));
  folder.write("enforce.yaml", policy("enforce"));
  CHECK(verdict(folder, {"a/b/service.yaml"}) == 1);
  CHECK(verdict(folder, {"--policy", "warn.yaml", "a/b/service.yaml"}) == 3);
  CHECK(verdict(folder, {"a/b/service.yaml"}, {{"BROKERGATE_POLICY", "warn.yaml"}}) == 3);
  CHECK(verdict(folder, {"--policy", "enforce.yaml", "a"}, {{"BROKERGATE_POLICY", "warn.yaml"}}) == 1);
  CHECK(verdict(folder, {"a"}, {{"BROKERGATE_POLICY", "none.yaml"}}) == 2);

  folder.write("a/.brokergate.yaml", policy("warn"));
  CHECK(verdict(folder, {"a/b/service.yaml"}) == 3);
  CHECK(verdict(folder, {"a/b"}) == 3);
  CHECK(verdict(folder, {"a"}) == 3);
  CHECK(verdict(folder, {"-"}) == 1);
  CHECK(verdict(folder, {"a"}, {{"BROKERGATE_POLICY", "enforce.yaml"}}) == 1);
  folder.write("a/b/.brokergate.yaml", policy("enforce"));
  CHECK(verdict(folder, {"a/b"}) == 1);
  folder.write(".brokergate.yaml", policy("warn"));
  CHECK(verdict(folder, {"-"}) == 3);
}

TEST_CASE("inputs with different policies are not mixed silently") {
  Folder folder;
  folder.write("a/service.yaml", broker_service("kafka-0-external"));
  folder.write("b/service.yaml", broker_service("kafka-1-external"));
  folder.write("a/.brokergate.yaml", policy("warn"));
  const Outcome outcome = run_program({"lint", "a", "b"}, "", {}, folder.path());
  CHECK(outcome.code == 2);
  CHECK(outcome.err.find("the inputs have different policies: ") != std::string::npos);
  CHECK(verdict(folder, {"--policy", "a/.brokergate.yaml", "a", "b"}) == 3);
}

TEST_CASE("option --domain is the shortest policy") {
  Folder folder;
  folder.write("set.yaml", broker_set());
  const Outcome without_domain = run_program({"mutate", "set.yaml"}, "", {}, folder.path());
  CHECK(without_domain.out == broker_set());
  const Outcome with_domain =
      run_program({"mutate", "--domain", "kafka.example.com", "set.yaml"}, "", {}, folder.path());
  INFO(with_domain.err);
  CHECK(with_domain.out.find(".kafka.example.com:") != std::string::npos);
}

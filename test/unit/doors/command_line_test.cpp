// Misspelt calls: what was found, what is near, where to read on.
#include "catch.h"
#include "program.h"

using brokergate::test::Folder;
using brokergate::test::Outcome;
using brokergate::test::run_program;

TEST_CASE("a verb that is none is told with the nearest one") {
  const auto error_of = [](const std::vector<std::string>& arguments) {
    const Outcome outcome = run_program(arguments);
    CHECK(outcome.code == 2);
    CHECK(outcome.out.empty());
    return outcome.err;
  };
  CHECK(error_of({"lnit", "kafka"}) == "brokergate: error: there is no verb lnit; did you mean lint?\n");
  CHECK(error_of({"--color", "never", "mutat"}) == "brokergate: error: there is no verb mutat; did you mean mutate?\n");
  CHECK(error_of({"rules", "lst"}) == "brokergate: error: there is no verb rules lst; did you mean list?\n");
  CHECK(error_of({"frobnicate"}).find("known are lint, mutate, review, inspect, serve, rules") != std::string::npos);
}

TEST_CASE("an option that is none is told with the nearest one and the verb's own help") {
  const Outcome outcome = run_program({"lint", "--polcy", "x.yaml"});
  CHECK(outcome.code == 2);
  CHECK(outcome.err ==
        "brokergate: error: there is no option --polcy; did you mean --policy? (brokergate lint --help tells more)\n");
}

TEST_CASE("help is a verb as well") {
  const Outcome asked = run_program({"help"});
  CHECK(asked.code == 0);
  CHECK(asked.out == run_program({"--help"}).out);
}

TEST_CASE("the summary names the policy that the call did not name") {
  Folder folder;
  const std::string manifest = folder.write("set.yaml",
                                            "apiVersion: v1\nkind: Service\nmetadata: {name: kafka-0-external}\nspec:\n"
                                            "  type: LoadBalancer\n  ports: [{port: 9094}]\n"
                                            "  selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-0}\n");
  const auto last_line = [&](const std::vector<std::string>& arguments) {
    std::string out = run_program(arguments).out;
    out.pop_back();
    return out.substr(out.rfind('\n') + 1);
  };
  CHECK(last_line({"lint", manifest}).ends_with("(no policy file: provider by annotations, else gke, no domain)"));
  const std::string policy = folder.write(
      ".brokergate.yaml",
      "apiVersion: brokergate.io/v1alpha1\nkind: ExternalAccessPolicy\nmetadata: {name: x}\nspec:\n  mode: warn\n"
      "  domain: k.example.com\n  internal: {provider: aws}\n");
  CHECK(last_line({"lint", manifest})
            .ends_with("(policy " + policy + ": provider aws, domain k.example.com, mode warn)"));
  CHECK(last_line({"lint", "--policy", policy, manifest}).ends_with("suppressed"));
}

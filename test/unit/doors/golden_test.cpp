// What people see, compared with files beside this one. After a change on
// purpose: BROKERGATE_UPDATE_GOLDEN=1 ctest -R golden, then read the difference.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "catch.h"
#include "program.h"

using namespace brokergate::test;

namespace {

const std::filesystem::path kGolden = std::filesystem::path(BROKERGATE_SOURCE_DIR) / "test/unit/doors/golden";

}  // namespace

TEST_CASE("golden: what the demo's installation looks like at each door") {
  struct Case {
    const char* file;
    std::vector<std::string> arguments;
  };
  const std::vector<Case> cases = {
      {"lint.txt", {"lint", "--policy", "policy.yaml", "kafka", "preemptible"}},
      {"lint-color.txt", {"lint", "--color", "always", "--policy", "policy.yaml", "preemptible"}},
      {"lint.json", {"lint", "-o", "json", "--policy", "policy.yaml", "preemptible"}},
      {"inspect.txt", {"inspect", "--policy", "policy.yaml", "kafka"}},
      {"inspect.json", {"inspect", "-o", "json", "--policy", "policy.yaml", "preemptible"}},
      {"inspect.yaml", {"inspect", "-o", "yaml", "--policy", "policy.yaml", "preemptible"}},
      {"patch.jsonl", {"mutate", "--patch", "--policy", "policy.yaml", "kafka"}},
      {"help.txt", {"--help"}},
      {"lint-help.txt", {"lint", "--help"}},
      {"mutate-help.txt", {"mutate", "--help"}},
      {"completion.bash", {"completion", "bash"}},
  };
  const bool update = std::getenv("BROKERGATE_UPDATE_GOLDEN") != nullptr;
  for (const Case& one : cases) {
    const Outcome outcome =
        run_program(one.arguments, "", {}, std::filesystem::path(BROKERGATE_SOURCE_DIR) / "deploy/demo");
    const std::string seen = outcome.out + outcome.err + "exit " + std::to_string(outcome.code) + "\n";
    INFO(one.file);
    if (update) std::ofstream(kGolden / one.file, std::ios::binary) << seen;
    CHECK(seen == text_of(kGolden / one.file));
  }
}

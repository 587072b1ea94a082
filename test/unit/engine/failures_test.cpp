// The list of failures: each is shown by a fixture that its rule finds, or says why none can show it.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "brokergate/rule.h"
#include "catch.h"
#include "unit/engine/fixture.h"

namespace fs = std::filesystem;
using namespace brokergate;
using namespace brokergate::test;

namespace {

constexpr int64_t kFailures = 50;

ReadResult read_list() {
  std::ifstream in(fixtures_folder() / "failures.yaml", std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  return read(std::make_shared<const Source>("failures.yaml", std::move(text)));
}

bool finds(const fs::path& path, std::string_view rule) {
  const Fixture fixture = load_fixture(path);
  const Evaluation evaluation = fixture.run(fixture.bundle);
  return std::any_of(evaluation.verdict.findings.begin(), evaluation.verdict.findings.end(),
                     [&](const Finding& finding) { return finding.rule == rule && !finding.suppressed; });
}

void check_shown(Value rules) {
  REQUIRE(rules.is_map());
  CHECK(rules.size() >= 1);
  for (const Node& rule : rules.children()) {
    INFO(rule.key);
    CHECK(find_rule(rule.key) != nullptr);
    CHECK(rule.count >= 1);
    for (const Node& name : Value(&rule).children()) {
      const fs::path path = fixtures_folder() / rule.key / (std::string(Value(&name).str()) + ".yaml");
      INFO(path);
      REQUIRE(fs::exists(path));
      CHECK(finds(path, rule.key));
    }
  }
}

// What is to come must not be forgotten when it has come.
void check_awaited(Value rules) {
  REQUIRE(rules.is_map());
  for (const Node& rule : rules.children()) {
    INFO(rule.key << " is there: write `shown` and the names of its fixtures");
    CHECK(find_rule(rule.key) == nullptr);
  }
}

}  // namespace

TEST_CASE("every failure of the list is found in a fixture, or the list says why it cannot be seen") {
  const ReadResult list = read_list();
  REQUIRE(list.errors.empty());
  REQUIRE(list.documents.size() == 1);
  const Value all = list.documents[0].root();
  REQUIRE(all.is_seq());
  CHECK(static_cast<int64_t>(all.size()) == kFailures);
  for (size_t i = 0; i < all.size(); ++i) {
    const Value failure = all.at(i);
    INFO("failure " << i + 1 << ": " << failure["title"].str());
    CHECK(failure["number"].as_int() == static_cast<int64_t>(i) + 1);
    CHECK(failure["title"].str().size() > 10);
    CHECK(failure.size() == 3);
    if (failure["shown"]) {
      check_shown(failure["shown"]);
    } else if (failure["awaited"]) {
      check_awaited(failure["awaited"]);
    } else {
      CHECK(failure["why"].str().size() > 60);
    }
  }
}

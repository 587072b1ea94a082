// A rule is complete or it is not there.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include "brokergate/rule.h"
#include "catch.h"
#include "unit/engine/fixture.h"

namespace fs = std::filesystem;
using namespace brokergate;
using namespace brokergate::test;

namespace {

std::string file_name(std::string_view id) {
  std::string name(id);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

std::set<std::string> stems(const fs::path& folder, bool folders) {
  std::set<std::string> out;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_directory() == folders) out.insert(entry.path().stem().string());
  }
  return out;
}

}  // namespace

TEST_CASE("rules are sorted by id and ids are unique") {
  const auto rules = all_rules();
  REQUIRE(rules.size() >= 15);
  for (size_t i = 1; i < rules.size(); ++i) CHECK(rules[i - 1].info.id < rules[i].info.id);
  for (const Rule& rule : rules) CHECK(find_rule(rule.info.id) == &rule);
  CHECK(find_rule("no-such-rule") == nullptr);
  CHECK(rule_ids().size() == rules.size());
}

TEST_CASE("every rule has its metadata, a source, a remediation and documentation") {
  for (const Rule& rule : all_rules()) {
    INFO(rule.info.id);
    CHECK(std::all_of(rule.info.id.begin(), rule.info.id.end(),
                      [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; }));
    CHECK(rule.info.severity != Severity::kOff);
    CHECK(rule.info.title.size() > 15);
    CHECK(rule.info.title.find('\n') == std::string_view::npos);
    CHECK(rule.info.why.size() > 80);
    CHECK(rule.info.remediation.size() > 30);
    CHECK(rule.info.docs.starts_with("https://"));
    CHECK_FALSE(rule.info.example.empty());
    CHECK(rule.check != nullptr);
  }
}

TEST_CASE("every rule has its file, a passing and a failing fixture, and nothing else lies around") {
  std::set<std::string> files, folders;
  for (const Rule& rule : all_rules()) {
    INFO(rule.info.id);
    files.insert(file_name(rule.info.id));
    folders.insert(std::string(rule.info.id));
    size_t pass = 0, fail = 0;
    for (const fs::path& path : fixture_files(fixtures_folder() / rule.info.id)) {
      ++(path.filename().string().starts_with("pass-") ? pass : fail);
    }
    CHECK(pass >= 1);
    CHECK(fail >= 1);
  }
  CHECK(stems(fs::path(BROKERGATE_SOURCE_DIR) / "rules/checks", false) == files);
  CHECK(stems(fixtures_folder(), true) == folders);
}

// Every fixture says exactly what it expects; what can be mended is mended for good.
#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "brokergate/rule.h"
#include "catch.h"
#include "unit/engine/fixture.h"

namespace fs = std::filesystem;
using namespace brokergate;
using namespace brokergate::test;

namespace {

std::string listing(const std::vector<Expectation>& all) {
  std::string out;
  for (const Expectation& one : all) out += "  " + test::to_string(one) + "\n";
  return out;
}

std::string messages(const Verdict& verdict) {
  std::string out;
  for (const Finding& finding : verdict.findings) {
    out += "  " + std::string(finding.rule) + " " + describe(*finding.object) + finding.path() + ": " +
           finding.message + (finding.weakened.empty() ? "" : " [" + finding.weakened + "]") + " -> " +
           finding.remediation + "\n";
  }
  return out;
}

void check_mended(const Fixture& fixture, const Verdict& before) {
  const Bundle changed = mended(fixture.bundle, before);
  const Evaluation after = fixture.run(changed);
  INFO("after mending:\n" << messages(after.verdict));
  std::set<std::string> fixed;
  const auto place = [](const Finding& finding) {
    return std::string(finding.rule) + "|" + describe(*finding.object) + "|" + finding.message;
  };
  for (const Finding& finding : before.findings) {
    if (finding.fixable() && !finding.suppressed) fixed.insert(place(finding));
  }
  for (const Finding& finding : after.verdict.findings) {
    CHECK(finding.fixes.empty());
    CHECK_FALSE(fixed.contains(place(finding)));
  }
  for (const Object& object : changed.objects) CHECK(edits_for(after.verdict, object).empty());
}

// The text a person would get reads as the same objects.
void check_text(const Fixture& fixture, const Verdict& verdict) {
  std::vector<ObjectEdits> edits;
  for (const Object& object : fixture.bundle.objects) {
    if (auto own = edits_for(verdict, object); !own.empty()) edits.push_back({object.document.get(), object.root, own});
  }
  const TextResult text = to_text_edits(fixture.source, edits);
  REQUIRE(text.error.empty());
  const auto source = std::make_shared<const Source>("mended", apply_text(fixture.source->text(), text.edits));
  const Bundle again = bundle_of(source), changed = mended(fixture.bundle, verdict);
  REQUIRE(again.objects.size() == changed.objects.size());
  for (size_t i = 0; i < again.objects.size(); ++i) CHECK(same_value(again.objects[i].root, changed.objects[i].root));
}

}  // namespace

TEST_CASE("every fixture has exactly the findings it expects, and mending takes away what is fixable") {
  size_t seen = 0;
  for (const Rule& rule : all_rules()) {
    for (const fs::path& path : fixture_files(fixtures_folder() / rule.info.id)) {
      DYNAMIC_SECTION(rule.info.id << "/" << path.filename().string()) {
        const Fixture fixture = load_fixture(path);
        const Evaluation evaluation = fixture.run(fixture.bundle);
        const std::vector<Expectation> found = findings_of(evaluation.verdict);
        INFO("found:\n"
             << listing(found) << "expected:\n"
             << listing(fixture.expected) << messages(evaluation.verdict));
        CHECK(found == fixture.expected);
        const bool named = std::any_of(fixture.expected.begin(), fixture.expected.end(),
                                       [&](const Expectation& one) { return one.rule == rule.info.id; });
        CHECK(named == path.filename().string().starts_with("fail-"));
        check_mended(fixture, evaluation.verdict);
        check_text(fixture, evaluation.verdict);
      }
      ++seen;
    }
  }
  CHECK(seen >= all_rules().size() * 2);
}

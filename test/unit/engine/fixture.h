// A fixture: a manifest with what is expected of it beside it.
//   # POLICY: domain: kafka.example.com   one line of the policy's spec (several make more)
//   # DOOR: admission                     one object of an admission request; peers may exist
//   # TODAY: 2026-01-31                   for suppressions that end
//   key: value  # EXPECT: <rule> <severity> [fixable]
//   # EXPECT: <rule> <severity> [fixable] on a line of its own: about the next line
// x.old.yaml beside x.yaml makes the request an UPDATE of that object.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "brokergate/engine.h"
#include "brokergate/rule.h"

namespace brokergate::test {

struct Expectation {
  std::string rule, severity;
  uint32_t line = 0;
  bool fixable = false;
  auto operator<=>(const Expectation&) const = default;
};
std::string to_string(const Expectation& expectation);

// Objects with what keeps them alive.
Bundle bundle_of(const SourcePtr& source);
Policy policy_of(const std::string& spec);

struct Fixture {
  SourcePtr source;
  Bundle bundle;
  std::unique_ptr<Bundle> old;  // UPDATE only
  Policy policy;
  std::optional<Admission> admission;
  std::string today;
  std::vector<Expectation> expected;  // sorted

  Evaluation run(const Bundle& objects) const;
};
Fixture load_fixture(const std::filesystem::path& path);

std::vector<Expectation> findings_of(const Verdict& verdict);  // sorted
// The bundle after all edits that the verdict offers.
Bundle mended(const Bundle& bundle, const Verdict& verdict);

std::filesystem::path fixtures_folder();
// Files of one rule that stand for themselves, sorted.
std::vector<std::filesystem::path> fixture_files(const std::filesystem::path& folder);

}  // namespace brokergate::test

// What the reader claims, the real shells must do.
#include <fstream>
#include <iostream>

#include "catch.h"
#include "shell_generator.h"
#include "shell_oracle.h"

using brokergate::shell::oracle::Case;
using brokergate::shell::oracle::compare;
using brokergate::shell::oracle::generate;
using brokergate::shell::oracle::generate_ways;

namespace {

// Scripts between lines of ----; one without a start gets one.
std::vector<Case> cases_of(const std::string& name, bool bash_only) {
  std::ifstream in(std::string(BROKERGATE_SOURCE_DIR) + "/test/unit/kafka/" + name);
  std::vector<Case> cases;
  std::string script, line;
  while (std::getline(in, line)) {
    if (line != "----") {
      script += line + "\n";
      continue;
    }
    if (script.find("stand_in") == std::string::npos) script += "stand_in \"$X\" $Y end\n";
    cases.push_back({script, bash_only});
    script.clear();
  }
  return cases;
}

// `known_share`: how much of what the stand-in gets the reader must know, so
// that calling everything unknown does not pass.
void require_agreement(const std::vector<Case>& cases, double known_share) {
  auto outcome = compare(cases);
  std::string text;
  for (size_t i = 0; i < outcome.problems.size() && i < 12; ++i) text += "\n---- " + outcome.problems[i];
  INFO(outcome.problems.size() << " disagreements" << text);
  CHECK(outcome.problems.empty());
  CHECK(outcome.runs >= cases.size());
  auto total = static_cast<double>(outcome.claims + outcome.unknown);
  INFO(outcome.claims << " claims, " << outcome.unknown << " unknown");
  CHECK(static_cast<double>(outcome.claims) >= known_share * total);
}

}  // namespace

TEST_CASE("what start scripts contain means what sh and bash make of it", "[shell]") {
  auto cases = cases_of("shell_cases_posix.txt", false);
  CHECK(cases.size() > 100);
  require_agreement(cases, 0.95);
}

TEST_CASE("what only bash reads means what bash makes of it", "[shell]") {
  auto cases = cases_of("shell_cases_bash.txt", true);
  CHECK(cases.size() > 30);
  require_agreement(cases, 0.95);
}

namespace {

// BROKERGATE_SHELL_SEED and _CASES: for longer runs by hand.
std::vector<Case> generated_cases(bool bash, unsigned number, bool ways = false) {
  const char* seed = std::getenv("BROKERGATE_SHELL_SEED");
  const char* count = std::getenv("BROKERGATE_SHELL_CASES");
  auto first = static_cast<unsigned>(seed ? std::atoi(seed) : 1);
  if (count != nullptr) number = static_cast<unsigned>(std::atoi(count));
  std::vector<Case> cases;
  for (unsigned i = 0; i < number; ++i) {
    const unsigned own = first * 1'000'003 + i;
    if (!ways) {
      cases.push_back({generate(own, bash), bash});
      continue;
    }
    // A claim must hold whatever the programs do.
    for (const unsigned world : {0U, 63U, own % 63, own / 7 % 63})
      cases.push_back({generate_ways(own, bash), bash, true, world});
  }
  return cases;
}

}  // namespace

TEST_CASE("generated scripts mean what sh and bash make of them", "[shell]") {
  require_agreement(generated_cases(false, 400), 0.8);
}

TEST_CASE("generated scripts of bash mean what bash makes of them", "[shell]") {
  require_agreement(generated_cases(true, 300), 0.7);
}

TEST_CASE("what is known of undecided conditions holds on all ways", "[shell]") {
  require_agreement(generated_cases(false, 100, true), 0.4);
}

TEST_CASE("what is known of undecided conditions in bash holds on all ways", "[shell]") {
  require_agreement(generated_cases(true, 100, true), 0.4);
}

namespace {

// All conditions of `length` words, complete or not; every `step`th of them, a hundred to a script.
void add_conditions(std::vector<Case>& cases, size_t length, size_t step) {
  const std::vector<std::string> words{"a",   "''",  "0",  "=",  "-eq", "-n",      "!",
                                       "'('", "')'", "-a", "-o", "-v",  "HOSTNAME"};
  size_t count = 1;
  for (size_t i = 0; i < length; ++i) count *= words.size();
  std::string script;
  size_t held = 0;
  for (size_t number = 0; number < count; number += step) {
    std::string condition = "[";
    for (size_t i = 0, rest = number; i < length; ++i, rest /= words.size())
      condition += " " + words[rest % words.size()];
    script += condition + " ]; export V" + std::to_string(held) + "=$?\n";
    if (++held < 100 && number + step < count) continue;
    cases.push_back({script + "stand_in end\n"});
    script.clear();
    held = 0;
  }
}

}  // namespace

TEST_CASE("every condition of a few words means what sh and bash make of it, also one that is none", "[shell]") {
  std::vector<Case> cases;
  for (size_t length = 0; length <= 3; ++length) add_conditions(cases, length, 1);
  add_conditions(cases, 4, 7);
  add_conditions(cases, 5, 83);
  add_conditions(cases, 6, 877);
  add_conditions(cases, 7, 9'973);
  require_agreement(cases, 0.08);
}

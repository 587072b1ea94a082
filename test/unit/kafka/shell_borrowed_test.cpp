// What a script takes for granted that not every sh has.
#include <fstream>
#include <sstream>

#include "catch.h"
#include "shell_generator.h"
#include "shell_oracle.h"

using namespace brokergate::shell;
using From = Borrowed::From;

namespace {

bool is_run(const std::vector<std::string>& argv) { return argv[0] == "run" || argv[0] == "stand_in"; }

Borrowed borrowed(const std::string& script, Dialect dialect = Dialect::kSh) {
  return Script(script, dialect).run(oracle::environment(), {}, is_run).borrowed;
}

// Those scripts that are said to need no more than POSIX.
std::vector<oracle::Case> plain(std::vector<oracle::Case> cases) {
  // Behind a shift too far dash ends, and claims are about those that go on.
  std::erase_if(cases, [](const oracle::Case& one) {
    return borrowed(one.script).from != From::kNobody || one.script.find("shift 3") != std::string::npos;
  });
  for (oracle::Case& one : cases) one.bash_only = false;
  return cases;
}

void require_agreement(const std::vector<oracle::Case>& cases) {
  const oracle::Outcome outcome = oracle::compare(cases);
  for (const std::string& problem : outcome.problems) UNSCOPED_INFO("---- " << problem);
  CHECK(outcome.problems.empty());
}

}  // namespace

TEST_CASE("what only some shells have is told", "[shell]") {
  for (const char* script : {"[[ $HOSTNAME == kafka* ]]; run", "L=${L//a/b}; run", "L=${L:1:2}; run", "run &>/dev/null",
                             "source /x; run", "function f { run; }; f", "set -euo pipefail; run", "[ a == a ] && run",
                             "read -t 1 L; run", "L=$((L++)); run", "L=$((L = 1, L)); run"}) {
    INFO(script);
    CHECK(borrowed(script).from == From::kBusybox);
  }
  for (const char* script :
       {"[[ $HOSTNAME =~ -([0-9]+)$ ]]; run", "A=(a b); run", "A[1]=b; run", "L+=b; run", "read L <<<a; run",
        "source <(echo L=1); run", "((L > 1)); run", "for ((i=0;i<2;i++)); do run; done", "L=${L^^}; run",
        "L=${!M}; run", "case a in a) ;& b) run;; esac", "echo a |& cat; run", "printf -v L a; run",
        "declare -x L=1; run", "L=${A[0]}; run", "V=`echo ${L^}`; run", "cat <<E\n${L,,}\nE\nrun",
        "my-func() { run; }; my-func"}) {
    INFO(script);
    CHECK(borrowed(script).from == From::kBash);
  }
  CHECK(borrowed("run\n\n[[ a ]]").what == "`[[` in line 3");
}

TEST_CASE("what all shells have is not told", "[shell]") {
  for (const char* script :
       {"[ \"$HOSTNAME\" = a ] || run", "L=${L#a}; L=${L%%-*}; run", "f() { run; }; f", "set -e; run", ". /x; run",
        "run >/dev/null 2>&1", "read -r L; run", "L=$((L + 1)); run", "echo '[[ =~ ]]' \"((\"; run",
        "cat <<'E'\n${L,,} [[\nE\nrun", "# [[ a ]]\nrun", "case a in (a) run;; esac"}) {
    INFO(script);
    CHECK(borrowed(script).from == From::kNobody);
  }
  CHECK(borrowed("[[ a =~ b ]]; run", Dialect::kBash).from == From::kNobody);
}

TEST_CASE("texts that a script runs are looked at as well", "[shell]") {
  CHECK(borrowed("bash -c '[[ a =~ b ]]; run'").from == From::kNobody);
  CHECK(borrowed("sh -c '[[ a =~ b ]]; run'").from == From::kBash);
  CHECK(borrowed("bash -c \"sh -c '[[ a ]]; run'\"", Dialect::kBash).from == From::kBusybox);
  CHECK(borrowed("eval '[[ a ]]'; run").from == From::kBusybox);
}

TEST_CASE("a line that cannot be read keeps all of it from being run", "[shell]") {
  CHECK(Script("run; if true; then\nfi").run({}, {}, is_run).argv.empty());
  CHECK_FALSE(Script("run\nif true; then\nfi").run({}, {}, is_run).argv.empty());
  for (const char* script : {"if run; then\n# nothing\nfi", "while run; do done", "{ }; run", "( ); run",
                             "f() { }; run", "if true; then run; else fi"}) {
    INFO(script);
    CHECK_FALSE(Script(script).error().empty());
  }
}

TEST_CASE("scripts in which nothing is told mean the same to all shells", "[shell]") {
  std::vector<oracle::Case> cases;
  std::ifstream in(std::string(BROKERGATE_SOURCE_DIR) + "/test/unit/kafka/shell_cases_bash.txt");
  std::string script;
  for (std::string line; std::getline(in, line);) {
    if (line != "----") {
      script += line + "\n";
      continue;
    }
    cases.push_back({script + "stand_in \"$X\" $Y end\n", false});
    script.clear();
  }
  CHECK(cases.size() > 30);
  require_agreement(plain(std::move(cases)));
  for (unsigned i = 0; i < 200; ++i) cases.push_back({oracle::generate(70'000 + i, true), false});
  require_agreement(plain(std::move(cases)));
}

// Hostile scripts end soon, with a reason, and without much memory.
#include <chrono>

#include "catch.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/shell.h"
#include "shell_generator.h"

using namespace brokergate;
using namespace brokergate::shell;

namespace {

std::string repeat(const std::string& text, size_t count) {
  std::string out;
  out.reserve(text.size() * count);
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("what following a script took is told", "[shell]") {
  const auto effort = [](const std::string& text) {
    return Script(text).run({}, {}, [](const auto& argv) { return argv[0] == "run"; }).effort;
  };
  CHECK(effort("export A=1\nexec run") < 100);
  CHECK(effort(repeat("A=$A$(echo xxxxxxxx)\n", 400) + "run") > 1000);
  CHECK(effort("i=0; while [ $i -lt 100000 ]; do i=$((i+1)); done; run") > 10'000);
}

TEST_CASE("hostile scripts end soon and say why", "[shell]") {
  std::string doubling = "A=xxxxxxxxxxxxxxxx\n" + repeat("A=$A$A$A$A\n", 40) + "run";
  std::string doubling_eval = "A='true;'\n" + repeat("A=\"$A$A$A$A\"\n", 12) + "eval \"$A\"; run";
  struct Hostile {
    const char* what;
    std::string script;
  } scripts[] = {
      {"endless loop", "while true; do :; done; run"},
      {"endless loop with work", "while :; do A=\"$A$(echo $A | tr a b | cut -d- -f1)x\"; done; run"},
      {"fork bomb", ":() { :|:& }; :; run"},
      {"fork bomb by name", "f() { f | f & }; f; run"},
      {"recursion", "f() { f; }; f; run"},
      {"recursion by eval", "A='eval \"$A\"'; eval \"$A\"; run"},
      {"sourcing itself", "echo '. /a' > /a; . /a; run"},
      {"doubling strings", doubling},
      {"doubling eval", doubling_eval},
      {"nested parentheses", repeat("(", 100'000) + "run" + repeat(")", 100'000)},
      {"nested substitutions", "A=" + repeat("$(echo ", 50'000) + repeat(")", 50'000) + "; run"},
      {"nested arithmetic", "A=" + repeat("$((", 50'000) + "1" + repeat("))", 50'000) + "; run"},
      {"arithmetic that is none", repeat("$((a)", 20'000) + "; run"},
      {"nested defaults", "A=" + repeat("${A:-", 50'000) + repeat("}", 50'000) + "; run"},
      {"nested ifs", repeat("if true; then ", 30'000) + "run"},
      {"nested braces", repeat("{ ", 100'000)},
      {"elifs", "if [ -f a ]; then :; " + repeat("elif [ -f a ]; then A=$A; ", 20'000) + "fi; run"},
      {"undecided ifs", repeat("if [ -f a ]; then A=1; fi\n", 10'000) + "run"},
      {"undecided nested loops", repeat("while [ -f a ]; do A=$A$B; ", 40) + repeat("done;", 40) + "run"},
      {"undecided chain", repeat("x || A=1 && ", 10'000) + "run"},
      {"deep arithmetic", "A=$((" + repeat("(", 10'000) + "1" + repeat(")", 10'000) + ")); run"},
      {"unary chain", "A=$((" + repeat("- ", 100'000) + "1)); run"},
      {"conditions", "[[ " + repeat("( ", 10'000) + " a " + repeat(" )", 10'000) + " ]]; run"},
      {"nested test", "[ " + repeat("! ", 10'000) + "a ]; run"},
      {"slow pattern", "A=" + repeat("a", 60'000) + "; B=${A##*a*a*a*a*a*a*a*a*b}; run"},
      {"slow replacement", "A=" + repeat("a", 60'000) + "; B=${A//*a*a*b/c}; run"},
      {"slow expression", "[[ " + repeat("a", 200) + " =~ (a*)*(a*)*(a*)*b ]]; run"},
      {"huge interval", "[[ a =~ (((a{1,200}){1,200}){1,200}) ]]; run"},
      {"unclosed quote", "A='" + repeat("x", 400'000)},
      {"many here-documents", repeat("cat <<A\n", 20'000)},
      {"backquotes", "A=" + repeat("`echo \\", 5'000) + "; run"},
      {"wide printf", "A=$(printf '%99999999d' 1); run"},
      {"seq", "for i in $(seq 1 100000000); do :; done; run"},
      {"three megabytes", repeat("export A=1 && ", 220'000) + "run"},
      {"many words", "run " + repeat("a ", 200'000)},
      {"NUL bytes", std::string("A=1\0B=2\nrun", 11)},
      {"atoms in the text", "A=\x01podIP\x02; run"},
      {"reads for ever", "while read x; do y=$x; done < /dev/stdin; run"},
      {"writes for ever", "while :; do echo aaaaaaaaaaaaaaaa >> /f; done; run"},
      {"many variables", "i=0; while :; do eval \"V$i=1\"; i=$((i+1)); done; run"},
      {"growing array", "while :; do A+=(a b c d); done; run"},
      {"for without end", "for ((;;)); do i=$((i+1)); done; run"},
  };
  auto is_run = [](const std::vector<std::string>& argv) { return argv[0] == "run"; };
  for (const Hostile& one : scripts) {
    INFO(one.what);
    auto begin = std::chrono::steady_clock::now();
    Script script(one.script);
    Result result = script.run({{"HOSTNAME", "kafka-0"}}, {}, is_run);
    auto took = std::chrono::steady_clock::now() - begin;
    // Generous: sanitizers and a busy machine. A script that is not bounded takes for ever.
    CHECK(took < std::chrono::seconds(10));
    // Either the start is reached, or there is a reason.
    CHECK((!result.argv.empty() || !result.why.empty()));
  }
}

TEST_CASE("a script that was not followed to its end is never certain", "[shell]") {
  auto is_run = [](const std::vector<std::string>& argv) { return argv[0] == "run"; };
  Result result = run("if [ -f /x ]; then run; fi; while true; do i=$((i+1)); done", {}, {}, is_run);
  CHECK(result.argv.size() == 1);
  CHECK_FALSE(result.certain);
  CHECK(result.why.find("not followed to its end") != std::string::npos);
}

TEST_CASE("a loop that only waits is not followed for ever", "[shell]") {
  auto is_run = [](const std::vector<std::string>& argv) { return argv[0] == "run"; };
  Result waits = run("if [ -f /x ]; then run; fi; while true; do sleep 1; done", {}, {}, is_run);
  CHECK_FALSE(waits.certain);
  CHECK(waits.why == "the broker is started only on a condition that cannot be decided");
  Result left = run("while true; do [ -f /ready ] && break; sleep 1; done; export L=x; run", {}, {}, is_run);
  CHECK(left.certain);
  CHECK(left.variables.at("L").value == "x");
  Result counts = run("i=0; while [ $i -lt 9 ]; do i=$((i+1)); done; run $i", {}, {}, is_run);
  CHECK(counts.argv.back() == "9");
  Result reads = run("while read -r l; do :; done <<X\na\na\na\na\na\na\na\nX\nrun end", {}, {}, is_run);
  CHECK(reads.argv.back() == "end");
}

TEST_CASE("mangled scripts are read or refused, with places inside the script", "[shell]") {
  auto is_run = [](const std::vector<std::string>& argv) { return argv[0] == "stand_in"; };
  size_t reached = 0, broken = 0;
  auto inside = [](const std::string& text, Span span) { return span.begin <= span.end && span.end <= text.size(); };
  for (unsigned seed = 1; seed <= 4000; ++seed) {
    std::string text = oracle::generate_mangled(seed);
    INFO("seed " << seed);
    Script script(text);
    Result result = script.run({{"HOSTNAME", "kafka-2"}, {"IP", runtime_atom("podIP")}}, {"a"}, is_run);
    reached += result.argv.empty() ? 0 : 1;
    broken += script.error().empty() ? 0 : 1;
    bool places = inside(text, result.command);
    for (Span span : result.argv_words) places = places && inside(text, span);
    for (const auto& [name, variable] : result.variables) {
      places = places && inside(text, variable.word) && inside(text, variable.statement);
    }
    for (const auto& [path, file] : result.files) places = places && inside(text, file.body);
    CHECK(places);
    if (result.argv.empty()) CHECK_FALSE(result.why.empty());
  }
  // Both kinds must be among them, else this looks at nothing.
  CHECK(reached > 1000);
  CHECK(broken > 500);
}

TEST_CASE("a script that ends anywhere is read or refused", "[shell]") {
  const std::string whole =
      "if [ \"${A[1]:-x}\" = $'a\\x41\\u00e9' ]; then for ((i=0; i<3; i++)); do A=${B/#x/$(echo `date \\`)}; done\n"
      "elif [[ $A =~ (a|b) && ! -f \"$x\" ]]; then case ${!A} in a|(b) f() { cat <<-'E' >&2; }\n\tx\n\tE\n;; esac\n"
      "else while read -r x; do A+=(${#B} $((x ** 2))); done < <(run 2>/dev/null); fi && run \"${A@Q}\" ${A:1:2}";
  for (const char* opener :
       {"", "if ", "until { ( ", "case $x in a) ", "echo \"$(", "cat <<E\n", "[[ ", "x=(", "for i in "}) {
    for (size_t size = 0; size <= whole.size(); ++size) {
      const std::string text = opener + whole.substr(0, size);
      INFO(text);
      Script script(text);
      const Result result =
          script.run({{"HOSTNAME", "kafka-0"}}, {}, [](const auto& argv) { return argv[0] == "run"; });
      CHECK((!result.argv.empty() || !result.why.empty()));
    }
  }
  // Each of these has ended within the operator or the escape itself.
  for (const char* text :
       {"if [ \"${A", "if ${A[1]", "if $'\\", "if $'a\\x", "until ${A:", "if ((", "if for ((", "if ${"}) {
    INFO(text);
    CHECK_FALSE(Script(text).error().empty());
  }
}

// Inputs that have ended or hung the program once, and all short texts of a few words each:
// a reader that looks behind an end, or does not stop, ends this test.
#include <chrono>
#include <functional>

#include "catch.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/shell.h"

using namespace brokergate;
using namespace brokergate::shell;

namespace {

std::string repeat(const std::string& text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

Result follow(const std::string& text) {
  FileSystem system;
  system.cwd = "/";
  system.folders["/v"] = {.complete = true, .read_only = false};
  system.files["/v/.x"] = File{.text = "a b\n", .body = {}};
  return Script(text, Dialect::kBash)
      .run(
          {{"HOSTNAME", "kafka-0"}, {"IP", runtime_atom("podIP")}, {"V", "ab-1 c"}}, {"x", "y z"},
          [](const auto& argv) { return argv[0] == "run"; }, {}, {}, &system);
}

// What `run` is given; <?> where it is not known.
std::string given(const std::string& text) {
  const Result result = follow(text);
  std::string out = result.argv.empty() ? result.why : "run";
  for (size_t i = 1; i < result.argv.size(); ++i) out += " " + display(result.argv[i]);
  return out;
}

// Of each text of up to `most` words between `before` and `behind`: all end, and say something.
void every(const std::string& before, const std::vector<std::string>& words, size_t most, const std::string& behind) {
  const std::function<void(const std::string&, size_t)> go = [&](const std::string& text, size_t left) {
    const std::string whole = before + text + behind;
    const Result result = follow(whole);
    if (result.argv.empty() && result.why.empty()) FAIL("nothing is said about: " << whole);
    for (size_t i = 0; left > 0 && i < words.size(); ++i) go(text + words[i], left - 1);
  };
  go("", most);
  SUCCEED();
}

}  // namespace

TEST_CASE("a range of tr that ends at the last character", "[shell]") {
  CHECK(given("run $(echo abc | tr 'a-\x7f' x)") == "run xxx");
  CHECK(given("run $(echo abc1 | tr -d 'b-\x7f')") == "run a1");
}

TEST_CASE("formats that printf refuses", "[shell]") {
  CHECK(given("run $(printf '-s%s' 1)") == "run <?>");
  CHECK(given("run $(printf '%-%' 1)") == "run <?>");
  CHECK(given("run $(printf -- '-s%s%%' 1)") == "run -s1%");
}

TEST_CASE("two lists are an error to cut", "[shell]") {
  CHECK(given("run $(echo abc | cut -c1 -c2)") == "run <?>");
  CHECK(given("run $(echo abc | cut -c2)") == "run b");
}

TEST_CASE("expressions that glibc would make too many copies of are not known", "[shell]") {
  for (const std::string& pattern :
       {"a" + repeat("+", 40), "a" + repeat("*+", 9), repeat("(", 16) + "a" + repeat("+)", 16) + "{16}",
        repeat("(", 12) + "a" + repeat("+)", 12), std::string("a{17}"), std::string("((a{9}){9}){9}{9}"),
        std::string("(((a{16}){16}){16})")}) {
    INFO(pattern);
    CHECK(given("run $(echo aaa | grep -oE '" + pattern + "')") == "run <?>");
  }
  for (const std::string& pattern : {"a" + repeat("\\+", 40), "a" + repeat("\\{9\\}", 9), std::string("a\\{200\\}"),
                                     repeat("\\(", 14) + "a" + repeat("\\+\\)", 14)}) {
    INFO(pattern);
    CHECK(given("run $(echo aaa | grep -o '" + pattern + "')") == "run <?>");
  }
  CHECK(given("run $(echo a1-22 | grep -oE '([a-z]+)[0-9]{1,3}(-[0-9]+)*')") == "run a1-22");
  CHECK(given("run $(echo 'x+++' | grep -oE 'x[*+]+')") == "run x+++");
  CHECK(given("run $(echo 'x+{2}' | grep -o 'x+{2}')") == "run x+{2}");
  CHECK(given("run $(echo 'aa]b' | grep -o '[]a]\\{3\\}b')") == "run aa]b");
}

TEST_CASE("texts that little makes much of end soon", "[shell]") {
  const std::string copies = "x=" + repeat("a", 200'000) + "\nA=(\"$x\")\n" + repeat("A+=(\"${A[@]}\")\n", 6);
  for (const std::string& text :
       {"run $(echo " + repeat("$IP", 10) + " | sed 's/" + repeat(".", 60) + "X/y/')",
        "V=" + repeat("a", 4000) + "; run ${V//*b/x}", "V=" + repeat("a", 500) + "; run ${V//*b/x}",
        "run $(printf %s " + repeat("a", 100'000) + " | awk '{print " + repeat("$0 ", 20'000) + "}')",
        "run $(printf %s " + repeat("a", 16'000) + " | sed 's/.*/" + repeat("&", 100'000) + "/')",
        copies + repeat("( : );", 4000) + "run", "set -- a\n" + repeat("set -- \"$@\" \"$@\"\n", 40) + "run",
        "x=" + repeat("a", 200'000) + "\nset -- $x\n" + repeat("set -- \"$@\" \"$@\"\n", 20) + "run"}) {
    INFO(text.substr(0, 60));
    const auto begin = std::chrono::steady_clock::now();
    const Result result = follow(text);
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(10));
    CHECK((!result.argv.empty() || !result.why.empty()));
  }
  // What is short is read as ever.
  CHECK(given("V=a.b.c; run ${V//.*b/x} ${V/*./} ${V//./-}") == "run ax.c c a-b-c");
  CHECK(given("set -- a b; set -- \"$@\" \"$@\"; run $# $4") == "run 4 b");
}

TEST_CASE("a name that ends in a slash among the files that match", "[shell]") {
  CHECK(given("echo x > /v/; run /v/*") == "run <?>");
  CHECK(given("run /v/*/../") == "run <?>");
  CHECK(given("echo x > /v/a; run /v/*") == "run /v/a");
  // Nothing that matches is not the same as no word.
  CHECK(given("run a /v/*") == "run a <?>");
}

TEST_CASE("what is left of a here-document that cannot be read is not followed", "[shell]") {
  for (const char* inside : {"`x`", "${%}", "${", "${A", "${A:-", "${A[", "${#", "${!", "$(", "$((", "$((1", "$(x)",
                             "$((1))", "${x[1]}", "`", "`x"}) {
    for (size_t depth = 0; depth < 64; ++depth) {
      const std::string text = "cat <<E\n" + repeat("${a:-", depth) + inside + repeat("}", depth) + "\nE\nrun";
      INFO(text);
      const Result result = follow(text);
      CHECK((!result.argv.empty() || !result.why.empty()));
    }
  }
  CHECK(follow("cat > /f <<E\n${a\nE\nrun").argv.empty());
}

TEST_CASE("all short texts of expansions and commands end", "[shell]") {
  every("run $((", {"1", "X", "-", "*", "/", "%", "(", ")", "?", ":", "=", "&", "9223372036854775807", "["}, 3, "))");
  every("B=-9223372036854775808; run $((", {"-9223372036854775807-1", "/-1", "%-1", "*-1", "<<63", ">>1", "-", "B"}, 3,
        "))");
  every("run ${", {"V", "#", "!", "@", "*", "1", "-", ":", "%", "/", "^", "[", "]", "}", "\"", "'", "$", "`"}, 3, "}");
  every("", {"$(", "${", "}", ")", "`", "\"", "((", "<<E\n", "\nE\n", "A=(", "case ", "in ", ";;", "for "}, 3, "");
  every("case $V in ", {"a", "*", "?", "[", "]", "!", "-", "\\", "|", "[:", ":]"}, 3, ") run;; esac");
  every("[[ ", {"a ", "= ", "=~ ", "-n ", "( ", ") ", "! ", "&& ", "|| ", "-eq ", "$IP "}, 3, "]]; run");
  every("run a", {"{", "}", ",", "..", "1", "9", "b", "-"}, 4, "");
  every("run $'", {"\\", "x", "u", "1", "f", "c", "'", "\""}, 3, "'");
  every("cat <<", {"-", "E", "'", "\"", "\\", "\n", "$V", "$(", "`", "${", ")", "\t"}, 3, "\nrun");
}

TEST_CASE("all short texts of filters end", "[shell]") {
  every("run $(echo \"$V$IP\" | sed '", {"s", "/", "a", "\\", "(", ")", "*", "[", "]", "1", "&", "$", "p"}, 3, "')");
  every("run $(echo \"$V\" | sed 's/", {"a", "\\", "\\(", "\\)", "*", "[", "]", ".", "&", "\\1", "/"}, 3, "/g')");
  every("run $(echo \"$V\" | awk '{print ", {"$", "NF", "(", ")", "-", "1", "\"", "\\", "NR", ",", "999999"}, 3, "}')");
  every("run $(echo \"$V\" | tr ", {"a", "-", "z", "[:lower:]", "[:", "\\", "'", "0", " ", "-d", "\x7f"}, 3, ")");
  every("run $(echo \"$V\" | cut ", {"-d", "-f", "-", "1", ",", "2", " ", "-c", "''"}, 3, ")");
  every("run $(echo \"$V\" | grep -oE '", {"a", "(", ")", "*", "[", "]", "^", "$", "{", "}", "1", "|", "+"}, 3, "')");
  every("run \"$(printf '", {"%", "s", "d", "5", ".", "-", "\\", "0", "x", "b", "*"}, 3, "' 1 a)\"");
  every("cd /v; run ", {"/", "v", "*", ".", "?", "[", "]", "x"}, 4, "");
}

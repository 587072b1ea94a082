// What the reader reports beside values: places, files, ways, reasons.
#include "catch.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/shell.h"

using namespace brokergate;
using namespace brokergate::shell;

namespace {

bool is_run(const std::vector<std::string>& argv) { return argv[0] == "run"; }

Result read(std::string_view script, std::string_view options = {}) {
  static const Environment kEnvironment = {{"HOSTNAME", "kafka-1"}, {"POD_IP", runtime_atom("podIP")}};
  return Script(script).run(kEnvironment, {}, is_run, options);
}

std::string at(std::string_view script, Span span) {
  return std::string(script.substr(span.begin, span.end - span.begin));
}

// The value for people; a reason behind ?.
std::string value(const Result& result, std::string_view name) {
  auto found = result.variables.find(name);
  if (found == result.variables.end()) return "unset";
  return has_unknown(found->second.value) ? "?" + unknown_reason(found->second.value) : display(found->second.value);
}

}  // namespace

TEST_CASE("the word that gives a variable its value is found in the script", "[shell]") {
  std::string script =
      "unset KAFKA_PORT && \\\n"
      "export ID=${HOSTNAME##*-} && \\\n"
      "export L=PLAINTEXT://${POD_IP}:9092,\"EXTERNAL://b$ID\":$((9000 + $ID)) OTHER='x' && \\\n"
      "exec run --now $ID\n";
  Result result = read(script);
  CHECK(value(result, "L") == "PLAINTEXT://<podIP>:9092,EXTERNAL://b1:9001");
  const Variable& variable = result.variables.at("L");
  CHECK(at(script, variable.word) == "PLAINTEXT://${POD_IP}:9092,\"EXTERNAL://b$ID\":$((9000 + $ID))");
  CHECK(at(script, variable.statement).rfind("export L=PLAINTEXT", 0) == 0);
  CHECK(variable.exported);
  CHECK(variable.exact);
  CHECK(at(script, result.variables.at("OTHER").word) == "'x'");
  CHECK(result.argv == std::vector<std::string>{"run", "--now", "1"});
  CHECK(at(script, result.argv_words[2]) == "$ID");
  CHECK(at(script, result.command) == "exec run --now $ID");
  CHECK(result.exec);
  CHECK(result.certain);
  CHECK(result.why.empty());
  CHECK(value(result, "KAFKA_PORT") == "unset");
}

TEST_CASE("a variable that is exported later keeps the word of its assignment", "[shell]") {
  std::string script = "L=first\nL=second\nexport L\nrun";
  Result result = read(script);
  CHECK(at(script, result.variables.at("L").word) == "second");
  CHECK(result.variables.at("L").exact);
  REQUIRE(result.assignments.size() == 2);
  CHECK(result.assignments[0].value == "first");
  CHECK(result.assignments[1].exported);
}

TEST_CASE("values that do not come from one word alone are not exact", "[shell]") {
  for (std::string script : {"L=a; L+=b; run", "for L in a b; do :; done; run", "f() { L=a; }; f; run", "eval L=a; run",
                             "read L <<EOF\na\nEOF\nrun", "if [ -f /x ]; then L=a; else L='a'; fi; run"}) {
    INFO(script);
    Result result = read(script);
    REQUIRE(result.variables.count("L") == 1);
    CHECK_FALSE(result.variables.at("L").exact);
  }
  CHECK(read("if [ -n \"$HOSTNAME\" ]; then L=a; fi; run").variables.at("L").exact);
}

TEST_CASE("what differs between ways that cannot be decided is unknown", "[shell]") {
  Result result = read("if [ -f /etc/x ]; then A=1 B=2 C=3; else A=1 B=3; fi; D=4; run");
  CHECK(value(result, "A") == "1");
  CHECK(value(result, "B") == "?depends on whether `[ -f /etc/x ];` succeeds");
  CHECK(value(result, "C").substr(0, 8) == "?depends");
  CHECK(value(result, "D") == "4");
  CHECK(result.certain);

  CHECK(value(read("A=0; case $POD_IP in 10.*) A=1;; esac; run"), "A") == "?depends on the value of `$POD_IP`");
  CHECK(value(read("A=0; for x in $(kubectl get pods); do A=1; done; run"), "A").substr(0, 20) ==
        "?depends on how ofte");
  CHECK(value(read("A=0; while ! nc -z h 1; do sleep 1; done; A=2; run"), "A") == "2");
  CHECK(value(read("n=0; until nc -z h 1; do n=$((n+1)); done; run"), "n").substr(0, 20) == "?depends on how ofte");
  CHECK(value(read("A=$(kubectl get node x); run"), "A") == "?the output of `kubectl get node x`");
  CHECK(value(read("A=pre-$(date); B=${A%%-*}; run"), "B")[0] == '?');
  CHECK(value(read("A=${POD_IP:-none}; B=${NODE_IP:-localhost}; run"), "A") == "<podIP>");
  CHECK(value(read("A=$POD_IP:$((9092 + 1)); run"), "A") == "<podIP>:9093");
  CHECK(value(read("A=$((POD_IP + 1)); run"), "A")[0] == '?');
  CHECK(value(read("A=$JAVA_HOME/bin; run"), "A")[0] == '?');
}

TEST_CASE("a start on one way only is not certain, a failing way does not count", "[shell]") {
  CHECK_FALSE(read("if [ -f /x ]; then run; fi").certain);
  CHECK(read("if [ -f /x ]; then exit 1; fi; run").certain);
  CHECK(read("if [ -f /x ]; then run a; else run a; fi").certain);
  CHECK(read("[ -f /x ] || exit 1; run").certain);
  CHECK(read("mkdir -p /x && chown a /x && exec run").certain);
  CHECK_FALSE(read("[ -f /x ] && exec run; exit 0").certain);
  CHECK(read("set -e\nkubectl label pod x\nrun").certain);

  Result two = read("if [ -f /x ]; then A=1; exec run; fi; A=2; exec run");
  CHECK(two.certain);
  CHECK(value(two, "A")[0] == '?');

  Result chain = read("mkdir -p /x && export A=1 && exec run");
  CHECK(value(chain, "A") == "1");
}

TEST_CASE("a script without a start says what it does instead", "[shell]") {
  CHECK(read("sleep infinity; tail -f /dev/null").why.find("tail -f /dev/null") != std::string::npos);
  CHECK(read("exit 3; run").why == "it ends with `exit 3`");
  CHECK(read("exec java -jar x.jar; run").why.find("java -jar x.jar") != std::string::npos);
  CHECK(read("false; run", "e").why.find("set -e") != std::string::npos);
  CHECK(read("").argv.empty());
  Result broken = read("A=1\nif true; then\nrun");
  CHECK(broken.argv.empty());
  CHECK(broken.why.find("line 3") != std::string::npos);
  // What stands before the error is run.
  CHECK(value(read("A=1\nrun\nfi fi ("), "A") == "1");
}

TEST_CASE("files that the script writes are known, with the place of the here-document", "[shell]") {
  std::string script =
      "cat > /etc/k/server.properties <<EOF\nid=${HOSTNAME##*-}\nip=$POD_IP\nEOF\nexec run /etc/k/server.properties\n";
  Result result = read(script);
  const File& file = result.files.at("/etc/k/server.properties");
  CHECK(display(file.text) == "id=1\nip=<podIP>\n");
  CHECK(at(script, file.body) == "id=${HOSTNAME##*-}\nip=$POD_IP\n");

  std::string tee = "tee /a <<'EOF'\n$x\nEOF\nrun";
  CHECK(at(tee, read(tee).files.at("/a").body) == "$x\n");
  CHECK(read(tee).files.at("/a").text == "$x\n");
  CHECK(has_unknown(read("echo a >> /a; run").files.at("/a").text));
  CHECK(has_unknown(read("echo a > /a; python3 edit.py /a; run").files.at("/a").text));
  CHECK(read("echo a=1 > /a; sed -i 's/1/2/' /a; run").files.at("/a").text == "a=2\n");
  CHECK(read("{ echo a; echo b; } > /a; echo c >> /a; run").files.at("/a").text == "a\nb\nc\n");
  CHECK(read("cd /etc; echo a > b; run").files.count("/etc/b") == 1);
  CHECK(read("echo x | cat - > /a; run").files.at("/a").body.end == 0);
}

TEST_CASE("files read by . are run when known, listed otherwise", "[shell]") {
  CHECK(value(read("printf 'A=1\\n' > /e; . /e; run"), "A") == "1");
  Result result = read(". /opt/bitnami/scripts/kafka-env.sh; source ./x; run");
  CHECK(result.sourced == std::vector<std::string>{"/opt/bitnami/scripts/kafka-env.sh", "./x"});
  CHECK(result.why.find("kafka-env.sh") != std::string::npos);
}

TEST_CASE("programs that only run their arguments are looked through", "[shell]") {
  for (std::string script :
       {"exec gosu kafka run a", "exec tini -- run a", "nohup run a &", "env X=1 run a", "sh -c 'run a'",
        "exec bash -ec 'exec \"$0\" a' run", "command run a", "sudo -u kafka run a", "timeout 5 run a", "( run a )",
        "run a | tee log", "eval run a", "printf 'run a\\n' > /s; sh /s", "printf 'run a\\n' > /s; chmod +x /s; /s"}) {
    INFO(script);
    CHECK(read(script).argv == std::vector<std::string>{"run", "a"});
  }
  CHECK(value(read("export A=1; B=2; C=3 sh -c 'exec run'"), "A") == "1");
  CHECK(value(read("B=2; sh -c 'exec run'"), "B") == "unset");
  CHECK(value(read("env X=1 run a"), "X") == "1");
  CHECK(value(read("X=1 run"), "X") == "1");
  CHECK(read("X=1 run").variables.at("X").exported);
  // What is started to be read is no broker.
  CHECK(read("V=$(run --version); sleep 1").argv.empty());
}

TEST_CASE("shells that differ make a value unknown, unless it is known to be bash", "[shell]") {
  CHECK(value(read("A=$(echo 'a\\tb'); run"), "A")[0] == '?');
  CHECK(value(Script("A=$(echo 'a\\tb'); run", Dialect::kBash).run({}, {}, is_run), "A") == "a\\tb");
  // A first line counts only for those who run the file by its name.
  CHECK(value(read("#!/bin/bash\nA=$(echo 'a\\tb'); run"), "A")[0] == '?');
  CHECK(dialect_of("#!/usr/bin/env bash\nrun") == Dialect::kBash);
  CHECK(dialect_of("#!/bin/sh\n# bash\nrun") == Dialect::kSh);
  CHECK(value(read("B='a b'; export A=$B; run"), "A")[0] == '?');
  CHECK(value(read("B='a b'; export A=\"$B\"; run"), "A") == "a b");
  CHECK(value(read("A=${HOSTNAME#[^k]}; run"), "A")[0] == '?');
  CHECK(value(read("V=kafka-0; A=$((V+1)); run"), "A")[0] == '?');
  CHECK(value(read("A=1 :; run"), "A")[0] == '?');
}

TEST_CASE("invocations of shells are taken apart", "[shell]") {
  auto invocation = [](std::vector<std::string> argv) { return invocation_of(argv); };
  auto plain = invocation({"sh", "-exc", "text", "name", "one"});
  REQUIRE(plain);
  CHECK(plain->options == "ex");
  CHECK(plain->script == 2);
  CHECK(plain->positional == 4);
  CHECK_FALSE(plain->is_file);
  auto bash = invocation({"/bin/bash", "-o", "pipefail", "-c", "text"});
  REQUIRE(bash);
  CHECK(bash->dialect == Dialect::kBash);
  CHECK(bash->script == 4);
  CHECK(bash->positional == 5);
  auto file = invocation({"bash", "/scripts/setup.sh", "one"});
  REQUIRE(file);
  CHECK(file->is_file);
  CHECK(file->positional == 2);
  CHECK_FALSE(invocation({"sh"}));
  CHECK_FALSE(invocation({"sh", "-c"}));
  CHECK_FALSE(invocation({"python3", "-c", "x"}));
  CHECK_FALSE(invocation({}));
}

TEST_CASE("undecided conditions are followed one way at a time", "[shell]") {
  // Both ways add as many edits, and each leads to the same text.
  const Result edits = read(
      "E=(s/a/b/); if probe; then E+=(s/x/y/); else E+=(s/z/y/ s/q/q/); fi; export A=$(echo a | sed -f <(printf "
      "'%s\\n' \"${E[@]}\")); if probe; then S=1; else S=2; fi; export B=${S%?}; run\n");
  CHECK(value(edits, "B").empty());
  // A test on what another one has set.
  CHECK(
      value(read("if probe; then U=y; V=1; else U=n; V=1; fi; if [ $U = y ]; then A=$V; else A=1; fi; export A; run\n"),
            "A") == "1");
  // What fails does so with a status that nobody knows, but not with 0.
  CHECK(value(read("probe || R=$?; export R; run\n"), "R").front() == '?');
  CHECK(value(read("if probe; then A=1; else R=$?; [ $R -ne 0 ] && A=1; fi; export A; run\n"), "A") == "1");
  // Exported on one way only: programs may not see it.
  CHECK(value(read("A=1; probe && export A; run\n"), "A").front() == '?');
}

TEST_CASE("undecided conditions are bounded in number", "[shell]") {
  std::string script = "X=0\n";
  for (int i = 0; i < 60; ++i) script += "if probe " + std::to_string(i) + "; then X=$X" + std::to_string(i) + "; fi\n";
  const Result result = read(script + "A=1; export A X; run\n");
  CHECK(value(result, "A") == "1");
  CHECK(value(result, "X").front() == '?');
}

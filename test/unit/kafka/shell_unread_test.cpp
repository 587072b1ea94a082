// What may change any variable without saying which, and what only some shells do.
#include "catch.h"
#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/shell.h"

using namespace brokergate;
using namespace brokergate::shell;

namespace {

bool is_run(const std::vector<std::string>& argv) { return argv[0] == "run"; }

Result read(std::string_view script, Dialect dialect = Dialect::kBash) {
  return Script(script, dialect).run({{"HOSTNAME", "kafka-1"}, {"L", "old"}}, {}, is_run);
}

std::string value(const Result& result, std::string_view name = "L") {
  auto found = result.variables.find(name);
  if (found == result.variables.end() || !found->second.exported) return "unset";
  return has_unknown(found->second.value) ? "?" : display(found->second.value);
}

}  // namespace

TEST_CASE("commands with effects that cannot be read", "[shell]") {
  for (const char* script : {
           "source <(cat /config/env); run",
           ". <(curl -s http://config/env); run",
           "source /config/env; run",
           "eval \"$(cat /config/env)\"; run",
           "export $(grep -v '^#' /config/env | xargs); run",
           "declare -x $(cat /config/env); run",
           "unset $(cat /config/names); run",
           "declare -n r=L; r=new; run",
           "shopt -s lastpipe; echo new | read L; run",
           "shopt -s nocasematch; case $HOSTNAME in KAFKA-1) L=new;; esac; run",
           "trap 'L=new' DEBUG; :; run",
           "trap 'L=new' ERR; false; run",
           "alias true='export L=new'; run",
           "[ -e /x ] && f() { L=new; } || f() { :; }; f; run",
       }) {
    INFO(script);
    CHECK_FALSE(read(script).unread.empty());
  }
  for (const char* script :
       {"trap 'echo bye' EXIT TERM; run", "trap - ERR; run", "shopt -s extglob; run",
        "source <(echo 'export L=new'); run", "eval 'export L=new'; run", "export $(echo L=new); run", "alias; run"}) {
    INFO(script);
    CHECK(read(script).unread.empty());
  }
  CHECK_FALSE(read("builtin export L=new; run", Dialect::kSh).unread.empty());
}

TEST_CASE("<( ) gives what its command prints", "[shell]") {
  CHECK(value(read("source <(echo 'export L=new'); run")) == "new");
  CHECK(value(read("read L < <(echo new); run")) == "new");
  CHECK(value(read("while read l; do L+=-$l; done < <(printf 'a\\nb\\n'); run")) == "old-a-b");
  CHECK(value(read("L=$(cat <(echo a) <(echo b) | tr '\\n' '.'); run")) == "a.b.");
  CHECK(value(read("echo x > >(cat > /tmp/f); L=$(cat /tmp/f); run")) == "?");
  CHECK(read("source <(echo broken; run").argv.empty());
}

TEST_CASE("export can be taken back", "[shell]") {
  CHECK(value(read("declare +x L; run")) == "unset");
  CHECK(value(read("declare -x L=new; typeset +x L; run")) == "unset");
  CHECK(value(read("export -n L; run")) == "unset");
  CHECK(value(read("exec -c run")) == "unset");
  CHECK(value(read("unset HOSTNAME; export L=${HOSTNAME:-gone}; run")) == "gone");
  CHECK(value(read("unset HOSTNAME; export L=${HOSTNAME:-gone}; run", Dialect::kSh)) == "gone");
}

TEST_CASE("braces make words in bash", "[shell]") {
  CHECK(read("run a{b,c}d {1..3} {c..a} x{1,{2,3}} '{a,b}' {a} {,x}y").argv ==
        std::vector<std::string>{"run", "abd", "acd", "1", "2", "3", "c", "b", "a", "x1", "x2", "x3", "{a,b}", "{a}",
                                 "y", "xy"});
  CHECK(value(read("L={a,b}; run")) == "{a,b}");
  CHECK(value(read("export L={a,b}; run")) == "?");
  CHECK(value(read("export L='{a,b}'; run")) == "{a,b}");
  CHECK(value(read("export L=\"{\\\"a\\\":1,\\\"b\\\":2}\"; run")) == "{\"a\":1,\"b\":2}");
  for (const char* script : {"run {1..$HOSTNAME}", "run {01..03}", "run {1..100000}", "run {a,\"b\"}"}) {
    INFO(script);
    CHECK(has_unknown(read(script).argv.back()));
  }
  CHECK(has_unknown(read("run {a,b}", Dialect::kSh).argv.back()));
}

TEST_CASE("$'…' and $\"…\" are bash's", "[shell]") {
  CHECK(value(read("export L=$'a\\x62'; run")) == "ab");
  CHECK(value(read("export L=$\"x\"; run")) == "x");
  CHECK(value(read("export L=$'a\\x62'; run", Dialect::kSh)) == "?");
  CHECK(value(read("export L=$\"x\"; run", Dialect::kSh)) == "?");
  CHECK(value(read("export L=\"a$'b'\"; run", Dialect::kSh)) == "a$'b'");
}

TEST_CASE("a redirection from a file that may be missing", "[shell]") {
  for (const char* script : {"export L=new </config/x; run", "L=new </config/x; run", "eval L=new < /config/x; run",
                             ": < /config/x && export L=new; run"}) {
    INFO(script);
    CHECK(value(read(script)) == "?");
  }
  CHECK(value(read("export L=new </dev/null; run")) == "new");
  CHECK(value(read("echo a > /tmp/f; export L=new </tmp/f; run")) == "new");
}

TEST_CASE("a script that only waits starts nothing", "[shell]") {
  for (const char* script : {"sleep infinity", "exec tail -f /dev/null", "while true; do sleep 30; done",
                             "mkdir -p /x; trap : TERM; sleep infinity & wait"}) {
    INFO(script);
    CHECK(read(script).idle);
  }
  for (const char* script : {"/start.sh & sleep infinity", "run", ". /x; sleep infinity", "my-broker; tail -f /log",
                             "bash /start.sh", "eval \"$(cat /x)\"; sleep 1"}) {
    INFO(script);
    CHECK_FALSE(read(script).idle);
  }
}

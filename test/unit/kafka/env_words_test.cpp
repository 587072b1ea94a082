// env(1) in front of the start script or of a shell: what it takes away and sets.
#include "broker_set_support.h"
#include "rules/kafka/shell/env_call.h"

using namespace brokerset;

namespace {

std::string advertised(const std::string& command) {
  const Broker broker(with("name: broker\nimage: confluentinc/cp-kafka:7.5.0\ncommand: " + command +
                           "\nenv: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'A://env:1'}]\n"));
  return broker.advertised();
}

constexpr const char* kRun = "/etc/confluent/docker/run";

}  // namespace

TEST_CASE("env -i and env -u take variables away") {
  for (const char* words : {"env, -i", "env, '-'", "env, --ignore-environment", "env, -u, KAFKA_ADVERTISED_LISTENERS",
                            "env, -uKAFKA_ADVERTISED_LISTENERS", "env, --unset=KAFKA_ADVERTISED_LISTENERS",
                            "env, --unset, KAFKA_ADVERTISED_LISTENERS", "/usr/bin/env, -iv", "env, -i, --",
                            "env, -C, /tmp, -i", "tini, -p, SIGTERM, --, env, -i", "env, A=b, env, -i"}) {
    INFO(words);
    CHECK(advertised("[" + std::string(words) + ", " + kRun + "]") == "<unset>");
  }
  const Broker broker(with(std::string("name: broker\nimage: confluentinc/cp-kafka:7.5.0\ncommand: [env, -i, ") + kRun +
                           "]\nenv: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'A://env:1'}]\n"));
  CHECK(broker->form_id == "unknown-form");
  CHECK(broker->form_reason == "KAFKA_ADVERTISED_LISTENERS is taken away by env in command[0]");
  CHECK(broker.shadowed() == std::vector<std::string>{"env KAFKA_ADVERTISED_LISTENERS"});
}

TEST_CASE("env's own NAME=VALUE words count, the others stay") {
  const std::string set = "KAFKA_ADVERTISED_LISTENERS=A://word:1";
  for (const std::string& words : {"env, -i, " + set, "env, " + set, "env, -u, KAFKA_ADVERTISED_LISTENERS, " + set,
                                   "env, --, " + set, "env, -i, " + set + ", env, B=c"}) {
    INFO(words);
    CHECK(advertised("[" + words + ", " + kRun + "]") == "A://word:1");
  }
  for (const char* words : {"env, -u, OTHER", "env, -C, /tmp", "env, --chdir=/tmp", "env, A=b", "env, -v"}) {
    INFO(words);
    CHECK(advertised("[" + std::string(words) + ", " + kRun + "]") == "A://env:1");
  }
}

TEST_CASE("options of env that are not read make all unknown") {
  for (const char* words :
       {"env, -S, 'KAFKA_ADVERTISED_LISTENERS=A://split:1'", "env, -z", "env, --split-string=A=b"}) {
    INFO(words);
    CHECK(advertised("[" + std::string(words) + ", " + kRun + "]").find("<unknown>: ") == 0);
  }
}

TEST_CASE("env in front of a shell") {
  const auto shell = [](const std::string& words, const std::string& script) {
    return advertised("[" + words + ", bash, -c, '" + script + "']");
  };
  const std::string run = std::string("exec ") + kRun;
  CHECK(shell("env, KAFKA_ADVERTISED_LISTENERS=A://word:1", run) == "A://word:1");
  CHECK(shell("env, -i", run) == "<unset>");
  CHECK(shell("env, -i, H=h", "export KAFKA_ADVERTISED_LISTENERS=A://$H:1; " + run) == "A://h:1");
  CHECK(shell("env, -u, KAFKA_ADVERTISED_LISTENERS",
              "export KAFKA_ADVERTISED_LISTENERS=${KAFKA_ADVERTISED_LISTENERS:-A://default:1}; " + run) ==
        "A://default:1");
  CHECK(shell("env, KAFKA_ADVERTISED_LISTENERS=A://word:1", "KAFKA_ADVERTISED_LISTENERS=A://shell:1; " + run) ==
        "A://shell:1");
}

TEST_CASE("env and exec -c inside a script") {
  const auto script = [](const std::string& text) { return advertised("[bash, -c, \"" + text + " " + kRun + "\"]"); };
  CHECK(script("exec env -i") == "<unset>");
  CHECK(script("exec env -u KAFKA_ADVERTISED_LISTENERS") == "<unset>");
  CHECK(script("env -i KAFKA_ADVERTISED_LISTENERS=A://word:1") == "A://word:1");
  CHECK(script("env -i timeout 5") == "<unset>");
  CHECK(script("exec -c") == "<unset>");
  CHECK(script("exec -cl") == "<unset>");
  CHECK(script("exec -a broker") == "A://env:1");
  CHECK(script("X=KAFKA_ADVERTISED; unset ${X}_LISTENERS; exec") == "<unset>");
  CHECK(script("env -S 'A=b'").find("<unknown>") == 0);
  CHECK(script("sudo").find("A://env:1") == std::string::npos);
  CHECK(script("sudo -E") == "A://env:1");
}

TEST_CASE("env's command line") {
  const auto read = [](std::vector<std::string> argv) {
    argv.insert(argv.begin(), "env");
    const auto call = brokergate::shell::read_env_call(argv);
    return std::to_string(call.understood) + std::to_string(call.clear) + std::to_string(call.unset.size()) + " " +
           std::to_string(call.assignments) + " " + std::to_string(call.command);
  };
  CHECK(read({}) == "100 1 1");
  CHECK(read({"A=b", "C=d", "run", "E=f"}) == "100 1 3");
  CHECK(read({"-iu", "X", "A=b", "run"}) == "111 3 4");
  CHECK(read({"--un=X", "--ignore-e", "run"}) == "111 3 3");
  CHECK(read({"-u"}) == "001 2 2");
  CHECK(read({"--", "-", "A=b"}) == "110 3 4");
}

// What beats bitnami's KAFKA_CFG_* variables: arguments of run.sh, NAME_FILE, init
// scripts, KAFKA_EXTRA_FLAGS, the same name in another case.
#include "broker_set_support.h"
#include "rules/kafka/bitnami_builds.h"

using namespace brokerset;

namespace {

const std::string kImage = "name: broker\nimage: bitnami/kafka:3.5.1\n";
const std::string kEnv =
    "env:\n"
    "- {name: KAFKA_CFG_LISTENERS, value: 'PLAINTEXT://:9092'}\n"
    "- {name: KAFKA_CFG_ADVERTISED_LISTENERS, value: 'PLAINTEXT://env:9092'}\n";
const std::string kRun = "/opt/bitnami/scripts/kafka/run.sh";

std::string unknown(const std::string& reason) { return "<unknown>: " + reason; }

Broker bitnami(const std::string& rest) { return Broker(with(kImage + kEnv + rest)); }

}  // namespace

TEST_CASE("arguments behind run.sh override the environment") {
  for (const std::string& rest : {
           "args: [" + kRun + ", --override, 'advertised.listeners=PLAINTEXT://argument:9092']\n",
           "args: [" + kRun + ", '--override=advertised.listeners=PLAINTEXT://argument:9092']\n",
           "args: [" + kRun + ", --over, 'advertised.listeners=PLAINTEXT://argument:9092']\n",
           "command: [/opt/bitnami/scripts/kafka/entrypoint.sh, " + kRun +
               ", --override, 'advertised.listeners=PLAINTEXT://argument:9092']\n",
           std::string("command: [bash, -c, 'exec /entrypoint.sh /run.sh --override "
                       "advertised.listeners=PLAINTEXT://argument:9092']\n"),
           std::string("command: [sh, -c, 'H=argument; /entrypoint.sh /run.sh --override "
                       "advertised.listeners=PLAINTEXT://$H:9092']\n"),
       }) {
    INFO(rest);
    const Broker broker = bitnami(rest);
    CHECK(broker->form_id == "unknown-form");
    CHECK(broker.advertised() == "PLAINTEXT://argument:9092");
    CHECK(broker.source().find("--override in ") == 0);
    CHECK(broker.shadowed() == std::vector<std::string>{"env KAFKA_CFG_ADVERTISED_LISTENERS"});
    CHECK(broker.property("listeners") == "PLAINTEXT://:9092");
  }
}

TEST_CASE("other arguments of run.sh change nothing") {
  const Broker broker = bitnami("args: [" + kRun + ", --override, log.retention.hours=1]\n");
  CHECK(broker->form_id == "env-literal");
  CHECK(broker.advertised() == "PLAINTEXT://env:9092");
}

TEST_CASE("an argument that cannot be known may be an override") {
  const Broker broker = bitnami("command: [sh, -c, 'exec /entrypoint.sh /run.sh $(cat /config/args)']\n");
  CHECK(broker.advertised() ==
        unknown("an argument in command[2] may be an --override, and cannot be known: what is in /config/args"));
}

TEST_CASE("what runs between the set-up and the broker is a doubt") {
  const Broker broker = bitnami("args: [/patch.sh, " + kRun + "]\n");
  CHECK(broker.advertised() == unknown("/patch.sh runs between the image's set-up and the broker and may change it"));
}

TEST_CASE("NAME_FILE beats NAME") {
  for (const char* name : {"KAFKA_CFG_ADVERTISED_LISTENERS_FILE", "KAFKA_ADVERTISED_LISTENERS_FILE"}) {
    INFO(name);
    const Broker broker(with(kImage + kEnv + "- {name: " + name + ", value: /custom/adv}\n"));
    CHECK(broker->form_id == "unknown-form");
    CHECK(broker.advertised() ==
          unknown(std::string(name) + " makes the image take it from file /custom/adv, which is not read"));
    CHECK(broker.property("listeners") == "PLAINTEXT://:9092");
    CHECK(broker.shadowed() == std::vector<std::string>{"env KAFKA_CFG_ADVERTISED_LISTENERS"});
  }
  const Broker empty(with(kImage + kEnv + "- {name: KAFKA_CFG_ADVERTISED_LISTENERS_FILE, value: ''}\n"));
  CHECK(empty.advertised() == "PLAINTEXT://env:9092");
  const Broker other(with(kImage + kEnv + "- {name: KAFKA_CLIENT_PASSWORD_FILE, value: /secret}\n"));
  CHECK(other.advertised() == "PLAINTEXT://env:9092");
}

TEST_CASE("init scripts run after server.properties is written") {
  for (const char* path :
       {"/docker-entrypoint-initdb.d", "/docker-entrypoint-initdb.d/", "/docker-entrypoint-initdb.d/a.sh"}) {
    INFO(path);
    const Broker broker = bitnami("volumeMounts: [{name: init, mountPath: " + std::string(path) + "}]\n");
    CHECK(broker.advertised() == unknown("volume init mounted at " + std::string(path) +
                                         ": its scripts run after server.properties is written and may change it"));
    CHECK(broker.property("listeners").find("<unknown>") == 0);
  }
  CHECK(bitnami("volumeMounts: [{name: data, mountPath: /bitnami/kafka}]\n").advertised() == "PLAINTEXT://env:9092");
}

TEST_CASE("KAFKA_EXTRA_FLAGS may override") {
  const auto with_flags = [](const std::string& entry) {
    return Broker(with(kImage + kEnv + "- {name: KAFKA_EXTRA_FLAGS, " + entry + "}\n"));
  };
  CHECK(with_flags("value: '--override=advertised.listeners=PLAINTEXT://flag:9092'").advertised() ==
        unknown("KAFKA_EXTRA_FLAGS overrides advertised.listeners, which is not read there"));
  CHECK(with_flags("valueFrom: {configMapKeyRef: {name: flags, key: all}}")
            .advertised()
            .find("<unknown>: KAFKA_EXTRA_FLAGS may hold") == 0);
  CHECK(with_flags("value: '--override=log.dirs=/data'").advertised() == "PLAINTEXT://env:9092");
}

TEST_CASE("a name in another case sets the same property") {
  const std::string lower = "- {name: KAFKA_CFG_advertised_listeners, value: 'PLAINTEXT://lower:9092'}\n";
  const Broker both(with(kImage + kEnv + lower));
  CHECK(both.advertised() == unknown("KAFKA_CFG_advertised_listeners and another variable set the same property"));
  const Broker alone(with(kImage + "env:\n" + lower));
  CHECK(alone.advertised() == "PLAINTEXT://lower:9092");
  CHECK(alone.source() == "env KAFKA_CFG_advertised_listeners");

  const std::string confluent = "name: broker\nimage: confluentinc/cp-kafka:7.5.0\nenv:\n";
  const std::string mixed = "- {name: KAFKA_Advertised_Listeners, value: 'PLAINTEXT://mixed:9092'}\n";
  CHECK(Broker(with(confluent + mixed)).advertised() == "PLAINTEXT://mixed:9092");
  CHECK(Broker(with(confluent + "- {name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://upper:9092'}\n" + mixed))
            .advertised() == unknown("KAFKA_Advertised_Listeners and another variable set the same property"));
}

TEST_CASE("volumes over a folder above the start scripts replace them") {
  struct Case {
    const char *image, *path;
  };
  for (const Case& one :
       {Case{"bitnami/kafka:3.5.1", "/opt/bitnami"}, Case{"bitnami/kafka:3.5.1", "/opt/bitnami/kafka"},
        Case{"bitnami/kafka:3.5.1", "/opt/bitnami/scripts"}, Case{"bitnami/kafka:3.5.1", "/opt"},
        Case{"confluentinc/cp-kafka:7.5.0", "/etc/confluent"},
        Case{"confluentinc/cp-kafka:7.5.0", "/etc/confluent/docker/"}, Case{"confluentinc/cp-kafka:7.5.0", "/etc"},
        Case{"apache/kafka:3.7.0", "/opt/kafka"}, Case{"apache/kafka:3.7.0", "/etc/kafka"}}) {
    INFO(one.image << " " << one.path);
    const Broker broker(with("name: broker\nimage: " + std::string(one.image) + "\n" + kEnv +
                             "- {name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://env:9092'}\n"
                             "volumeMounts: [{name: v, mountPath: " +
                             one.path + "}]\n"));
    CHECK(broker->form_id == "unknown-form");
    CHECK(broker.advertised().find("<unknown>: a volume at " + std::string(one.path).substr(0, 4)) == 0);
  }
  const Broker tool(
      with("name: broker\nimage: example/kafka:1\ncommand: [/opt/kafka/bin/kafka-server-start.sh, /f, --override, "
           "'advertised.listeners=A://a:1']\nvolumeMounts: [{name: v, mountPath: /opt/kafka}]\n"));
  CHECK(tool.advertised() == unknown("a volume at /opt/kafka replaces the image's start scripts"));
  CHECK(bitnami("volumeMounts: [{name: v, mountPath: /opt/bitnami/kafka/logs}]\n").advertised() ==
        "PLAINTEXT://env:9092");
}

TEST_CASE("which scripts a bitnami image has, its tag says") {
  using enum BitnamiBuild;
  for (const auto& [tag, build] : std::initializer_list<std::pair<const char*, BitnamiBuild>>{
           {"2.4.0", kEarly},
           {"2.6.0-debian-10-r84", kZooKeeper},
           {"2", kZooKeeper},
           {"3.1.0-debian-10-r52", kZooKeeper},
           {"3.2.0", kZooKeeper},
           {"3.2.3-debian-11-r4", kZooKeeper},
           {"3.2.3-debian-11-r73", kKraft},
           {"3.2.3-debian-11-r160", kKraft},
           {"3.2.3-debian-11-r161", kRefactored},
           {"3.2.3-debian-12-r3", kRefactored},
           {"3.2.3", kRefactored},
           {"3.2", kRefactored},
           {"3.3.1", kZooKeeper},
           {"3.3.2-debian-11-r28", kZooKeeper},
           {"3.3.2-debian-11-r175", kKraft},
           {"3.3.2-debian-11-r176", kRefactored},
           {"3.4.0-debian-11-r22", kZooKeeper},
           {"3.4.0", kKraft},
           {"3.4.1-debian-11-r49", kKraft},
           {"3.4.1", kRefactored},
           {"3.5.0", kKraft},
           {"3.5.1-debian-11-r3", kKraft},
           {"3.5.1-debian-11-r4", kRefactored},
           {"3.5.2", kRefactored},
           {"3.6", kRefactored},
           {"3", kRefactored},
           {"4.0.0-debian-12-r10", kRefactored},
           {"latest", kRefactored},
           {"", kRefactored},
           {"a1b2c3", kUnknown},
       }) {
    INFO(tag);
    CHECK(bitnami_build(tag) == build);
  }
}

TEST_CASE("what a bitnami image sets by itself depends on its build") {
  const auto plain = [](const std::string& tag) {
    return Broker(with("name: broker\nimage: bitnami/kafka:" + tag +
                       "\nenv: [{name: KAFKA_CFG_ZOOKEEPER_CONNECT, value: 'zk:2181'}]\n"));
  };
  CHECK(plain("3.1.0").advertised() == "PLAINTEXT://:9092");
  CHECK(plain("3.1.0").property("listeners") == "PLAINTEXT://:9092");
  CHECK(plain("3.4.0").property("listeners") == "PLAINTEXT://:9092,CONTROLLER://:9093");
  CHECK(plain("3.1.0").source() == "default of the image, KAFKA_CFG_ADVERTISED_LISTENERS is not set");
  CHECK(plain("3.6").advertised() == "<unset>");
  CHECK(plain("3.6")->form_id == "env-literal");
  CHECK_THAT(plain("a1b2").advertised(), Catch::Matchers::Contains("depends on its version"));
}

TEST_CASE("another folder for bitnami's mounted file is a doubt") {
  const std::string entry = "- {name: KAFKA_MOUNTED_CONF_DIR, value: /conf}\n";
  const Broker mounted(with(kImage + kEnv + entry + "volumeMounts: [{name: conf, mountPath: /conf}]\n"));
  CHECK_THAT(mounted.advertised(), Catch::Matchers::Contains("look for server.properties in /conf"));
  CHECK(Broker(with(kImage + kEnv + entry)).advertised() == "PLAINTEXT://env:9092");
}

TEST_CASE("a command variable that bitnami's image does not run") {
  const Broker broker(
      with("name: broker\nimage: bitnami/kafka:3.6\nenv:\n- {name: KAFKA_CFG_LISTENERS, value: 'PLAINTEXT://:9092'}\n"
           "- {name: KAFKA_CFG_ADVERTISED_LISTENERS_COMMAND, value: echo}\n"));
  CHECK(broker->form_id == "env-literal");
  CHECK(broker.advertised() == "<unset>");
  CHECK(broker.shadowed().size() == 1);
}

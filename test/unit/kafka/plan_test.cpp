// Planning: what is changed, where, and what is refused with which reason. Every
// accepted plan is looked at again on the changed object.
#include "plan_help.h"

using namespace plantest;
using Catch::Matchers::Contains;

TEST_CASE("env literal: the entry is appended with a variable for the pod's name before it") {
  const auto result = planned(kConfluent + R"Y(ports: [{containerPort: 9092}]
env:
- {name: FIRST, value: x}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://kafka:9092"}
)Y");
  REQUIRE(result.after);
  const Broker& after = *result.after;
  CHECK(after.advertised(0) == "PLAINTEXT://kafka:9092,EXTERNAL://kafka-0.kafka.example.org:9094");
  CHECK(after.advertised(2) == "PLAINTEXT://kafka:9092,EXTERNAL://kafka-2.kafka.example.org:9094");
  CHECK(after.property("listeners", 1) == "PLAINTEXT://0.0.0.0:9092,EXTERNAL://0.0.0.0:9094");
  CHECK(after.property("listener.security.protocol.map") == "PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT");
  CHECK(result.text() == "PLAINTEXT://kafka:9092,EXTERNAL://$(POD_NAME).kafka.example.org:9094");
  CHECK(ports(after) == std::vector<int64_t>{9092, 9094});
  CHECK(after.set().container["env"].at(1)["name"].str() == "POD_NAME");
  CHECK(result.plan.edits.size() == 4);
  CHECK_THAT(result.plan.edits.front().reason, Contains("its own address"));
}

TEST_CASE("a new variable goes before whatever waits for its name already") {
  const auto result = planned(kConfluent + R"Y(env:
- {name: FIRST, value: x}
- {name: BANNER, value: "I am $(POD_NAME)"}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://kafka:9092"}
)Y");
  REQUIRE(result.after);
  CHECK(result.after->set().container["env"].at(1)["name"].str() == "POD_NAME");
  CHECK(result.after->set().container["env"].at(2)["name"].str() == "BANNER");
}

TEST_CASE("an existing variable of the pod's name is used, whatever it is called") {
  const auto result = planned(kConfluent + R"Y(env:
- {name: WHO_AM_I, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://$(WHO_AM_I).kafka-headless:9092"}
- {name: KAFKA_LISTENERS, value: "PLAINTEXT://:9092"}
- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: "PLAINTEXT:SSL"}
)Y");
  REQUIRE(result.after);
  CHECK(result.text() == "PLAINTEXT://$(WHO_AM_I).kafka-headless:9092,EXTERNAL://$(WHO_AM_I).kafka.example.org:9094");
  CHECK(result.text("listeners") == "PLAINTEXT://:9092,EXTERNAL://:9094");
  CHECK(result.text("listener.security.protocol.map") == "PLAINTEXT:SSL,EXTERNAL:PLAINTEXT");
  CHECK(result.after->set().container["env"].size() == 4);
}

TEST_CASE("a variable that is declared too late is not used; the new one gets a name of its own") {
  const auto result = planned(kConfluent + R"Y(env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://kafka:9092"}
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
)Y");
  REQUIRE(result.after);
  CHECK(result.text() == "PLAINTEXT://kafka:9092,EXTERNAL://$(MY_POD_NAME).kafka.example.org:9094");
  CHECK(result.after->advertised(1) == "PLAINTEXT://kafka:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
}

TEST_CASE("an existing entry keeps what is right and gets what is wanted") {
  const auto result = planned(kConfluent + "env:\n" + kPodName + R"Y(
- {name: KAFKA_ADVERTISED_LISTENERS, value: "EXTERNAL://YOUR_IP:9094,PLAINTEXT://kafka:9092"}
- {name: KAFKA_LISTENERS, value: "PLAINTEXT://0.0.0.0:9092,EXTERNAL://0.0.0.0:9094"}
- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: "PLAINTEXT:PLAINTEXT,EXTERNAL:SASL_SSL"}
)Y");
  REQUIRE(result.after);
  CHECK(result.text() == "EXTERNAL://$(POD_NAME).kafka.example.org:9094,PLAINTEXT://kafka:9092");
  CHECK(
      result.patch() ==
      R"([{"op":"replace","path":"/spec/template/spec/containers/0/env/1/value","value":"EXTERNAL://$(POD_NAME).kafka.example.org:9094,PLAINTEXT://kafka:9092"},)"
      R"({"op":"add","path":"/spec/template/spec/containers/0/ports","value":[{"name":"external","containerPort":9094}]}])");
  // A protocol that clients use is never weakened.
  CHECK(result.after->property("listener.security.protocol.map") == "PLAINTEXT:PLAINTEXT,EXTERNAL:SASL_SSL");
}

TEST_CASE("already as wanted: nothing to do and nothing refused") {
  const auto result = planned(kConfluent + R"Y(ports: [{containerPort: 9094}]
env:
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://kafka:9092,EXTERNAL://$(POD_NAME).kafka.example.org:9094"}
- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: "PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT"}
)Y");
  CHECK(result.plan.refusal.empty());
  CHECK(result.plan.edits.empty());
}

TEST_CASE("a bind port that differs from the advertised one makes listeners explicit") {
  WantedListener wish = wanted("{pod}.kafka.example.org", 443);
  wish.bind_base = 9094;
  const auto result = planned(kConfluent + R"Y(env:
- {name: PORT, value: "9092"}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://kafka:$(PORT)"}
)Y",
                              wish);
  REQUIRE(result.after);
  CHECK(result.after->advertised(1) == "PLAINTEXT://kafka:9092,EXTERNAL://kafka-1.kafka.example.org:443");
  CHECK(result.after->property("listeners") == "PLAINTEXT://0.0.0.0:9092,EXTERNAL://0.0.0.0:9094");
  CHECK(result.after->source("listeners") == "env KAFKA_LISTENERS");
  CHECK(result.text("listeners") == "PLAINTEXT://0.0.0.0:$(PORT),EXTERNAL://0.0.0.0:9094");
  CHECK(ports(*result.after) == std::vector<int64_t>{9094});
}

TEST_CASE("a created protocol map names every listener in use") {
  const auto result = planned("name: b\nimage: apache/kafka:3.7.0\n" + std::string(R"Y(env:
- {name: KAFKA_PROCESS_ROLES, value: "broker,controller"}
- {name: KAFKA_CONTROLLER_LISTENER_NAMES, value: CONTROLLER}
- {name: KAFKA_LISTENERS, value: "PLAINTEXT://:9092,CONTROLLER://:9093"}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://kafka:9092"}
)Y"));
  REQUIRE(result.after);
  CHECK(result.after->property("listener.security.protocol.map") ==
        "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,EXTERNAL:PLAINTEXT");
  CHECK(result.after->property("listeners") == "PLAINTEXT://:9092,CONTROLLER://:9093,EXTERNAL://:9094");
}

TEST_CASE("an identity name with its own protocol needs no map") {
  WantedListener wish = wanted();
  wish.name = "SASL_PLAINTEXT";
  wish.protocol = "SASL_PLAINTEXT";
  const auto result = planned(kConfluent + R"Y(env:
- {name: KAFKA_OPTS, value: "-Djava.security.auth.login.config=/x"}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://kafka:9092"}
)Y",
                              wish);
  REQUIRE(result.after);
  CHECK(result.after->property("listener.security.protocol.map") == "<unset>");
}

TEST_CASE("bitnami: the variable in use is changed, new ones follow its naming") {
  const auto cfg = planned(kBitnami + "env:\n" + kPodName + R"Y(
- {name: KAFKA_CFG_LISTENERS, value: "CLIENT://:9092,INTERNAL://:9093"}
- {name: KAFKA_CFG_ADVERTISED_LISTENERS, value: "CLIENT://$(POD_NAME).k:9092,INTERNAL://$(POD_NAME).k:9093"}
- {name: KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP, value: "CLIENT:PLAINTEXT,INTERNAL:PLAINTEXT"}
- {name: KAFKA_INTER_BROKER_LISTENER_NAME, value: INTERNAL}
)Y");
  REQUIRE(cfg.after);
  CHECK(cfg.after->source() == "env KAFKA_CFG_ADVERTISED_LISTENERS");
  CHECK(cfg.after->advertised(2) ==
        "CLIENT://kafka-2.k:9092,INTERNAL://kafka-2.k:9093,EXTERNAL://kafka-2.kafka.example.org:9094");
  const auto alias = planned(kBitnami + "env:\n" + kPodName + R"Y(
- {name: KAFKA_CFG_ADVERTISED_LISTENERS, value: "PLAINTEXT://not-read:9092"}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://$(POD_NAME).k:9092"}
- {name: KAFKA_LISTENERS, value: "PLAINTEXT://:9092"}
)Y");
  REQUIRE(alias.after);
  CHECK(alias.after->source() == "env KAFKA_ADVERTISED_LISTENERS");
  CHECK(alias.after->source("listener.security.protocol.map") == "env KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP");
  CHECK(alias.after->advertised(0) == "PLAINTEXT://kafka-0.k:9092,EXTERNAL://kafka-0.kafka.example.org:9094");
}

TEST_CASE("advertised.listeners set nowhere is written out from listeners") {
  const auto result = planned(kConfluent + R"Y(env:
- {name: KAFKA_PROCESS_ROLES, value: "broker,controller"}
- {name: KAFKA_CONTROLLER_LISTENER_NAMES, value: CONTROLLER}
- {name: KAFKA_LISTENERS, value: "PLAINTEXT://0.0.0.0:9092,CONTROLLER://:9093"}
)Y");
  REQUIRE(result.after);
  CHECK(result.after->advertised(1) == "PLAINTEXT://:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
  CHECK_THAT(refusal(kConfluent + "env: [{name: KAFKA_BROKER_ID, value: '1'}]\n"),
             Contains("neither KAFKA_ADVERTISED_LISTENERS nor KAFKA_LISTENERS is set"));
}

TEST_CASE("a moved listener takes its container port along, and a probe on it stops the change") {
  const std::string env = R"Y(env:
- {name: KAFKA_LISTENERS, value: "PLAINTEXT://:9092,EXTERNAL://:9095"}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://kafka:9092,EXTERNAL://x:9095"}
- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: "PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT"}
ports: [{name: kafka, containerPort: 9092}, {name: outside, containerPort: 9095}]
)Y";
  const auto result = planned(kConfluent + env);
  REQUIRE(result.after);
  CHECK(ports(*result.after) == std::vector<int64_t>{9092, 9094});
  CHECK(result.after->set().container["ports"].at(1)["name"].str() == "outside");
  CHECK_THAT(refusal(kConfluent + env + "readinessProbe: {tcpSocket: {port: 9095}}\n"), Contains("readinessProbe"));
}

TEST_CASE("env forms cannot compute: per-broker ports and ordinals are refused with a way out") {
  const std::string env = "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://kafka:9092'}]\n";
  CHECK_THAT(refusal(kConfluent + env, wanted("{pod}.kafka.example.org", 31090, 1)),
             Contains("$(VAR) cannot compute port 31090+ordinal") && Contains("fixed listener.port"));
  CHECK_THAT(refusal(kConfluent + env, wanted("b{ordinal}.kafka.example.org")), Contains("cannot cut the ordinal"));
  // kafka-{ordinal} is the pod's name.
  const auto result = planned(kConfluent + env, wanted("kafka-{ordinal}.kafka.example.org"));
  REQUIRE(result.after);
  CHECK_THAT(result.after->advertised(2), Contains("EXTERNAL://kafka-2.kafka.example.org:9094"));
}

TEST_CASE("listeners among brokers and controllers are never touched") {
  const std::string env = R"Y(env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "EXTERNAL://kafka:9092"}
- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: "EXTERNAL:PLAINTEXT"}
- {name: KAFKA_INTER_BROKER_LISTENER_NAME, value: external}
)Y";
  CHECK_THAT(refusal(kConfluent + env), Contains("the one the brokers use among themselves"));
  WantedListener wish = wanted();
  wish.name = "PLAINTEXT";
  CHECK_THAT(refusal(kConfluent + "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://a:9092'}]\n", wish),
             Contains("the one the brokers use among themselves"));
  CHECK_THAT(refusal(kConfluent + R"Y(env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://a:9092"}
- {name: KAFKA_CONTROLLER_LISTENER_NAMES, value: "EXTERNAL"}
)Y"),
             Contains("controller listener"));
}

TEST_CASE("ports: taken, twice on old Kafka, out of range") {
  CHECK_THAT(refusal(kConfluent + R"Y(env:
- {name: KAFKA_LISTENERS, value: "PLAINTEXT://:9092,CLIENT://:9094"}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://a:9092"}
- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: "PLAINTEXT:PLAINTEXT,CLIENT:PLAINTEXT"}
)Y"),
             Contains("port 9094 is bound by listener CLIENT"));
  WantedListener wish = wanted("{pod}.kafka.example.org", 9092);
  wish.bind_base = 9094;
  const std::string env = "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://kafka:9092'}]\n";
  CHECK_THAT(
      refusal("name: b\nimage: confluentinc/cp-kafka:5.5.0\n" + env, wish),
      Contains("Kafka 2.5 refuses port 9092 twice in advertised.listeners") && Contains("another listener.port"));
  REQUIRE(planned(kConfluent + env, wish).after);
  CHECK_THAT(refusal(kConfluent + env, wanted("{pod}.x", 70000)), Contains("port 70000 of kafka-0 is no TCP port"));
  CHECK_THAT(refusal(kConfluent + env, wanted("{pod}.x", 65534, 1)), Contains("65536 of kafka-2 is no TCP port"));
}

TEST_CASE("what Kafka refuses anyway is named, unless the change replaces it") {
  CHECK_THAT(
      refusal(kConfluent + "env:\n- {name: KAFKA_ADVERTISED_LISTENERS, value: \"PLAINTEXT://$(POD_NAME).k:9092\"}\n" +
              kPodName),
      Contains("Kafka refuses env KAFKA_ADVERTISED_LISTENERS") && Contains("declared earlier in env"));
  const auto replaced = planned(kConfluent + R"Y(env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://kafka:9092,EXTERNAL://$(NOT_THERE):9094"}
)Y");
  REQUIRE(replaced.after);
  CHECK(replaced.after->advertised(1) == "PLAINTEXT://kafka:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
}

TEST_CASE("an entry that is not known is replaced only when it is the wanted one") {
  const std::string from = "env:\n- {name: H, valueFrom: {secretKeyRef: {name: s, key: k}}}\n";
  const auto own = planned(
      kConfluent + from + "- {name: KAFKA_ADVERTISED_LISTENERS, value: \"PLAINTEXT://a:9092,EXTERNAL://$(H):9094\"}\n");
  // listeners are derived from a value with an unknown part: only after the change they are known.
  REQUIRE(own.after);
  CHECK(own.after->property("listeners") == "PLAINTEXT://0.0.0.0:9092,EXTERNAL://0.0.0.0:9094");
  CHECK_THAT(refusal(kConfluent + from + "- {name: KAFKA_ADVERTISED_LISTENERS, value: \"PLAINTEXT://$(H):9092\"}\n"),
             Contains("cannot be known"));
}

TEST_CASE("wishes that no listener can have") {
  const std::string env = "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://a:9092'}]\n";
  CHECK_THAT(refusal(kConfluent + env, wanted("{pod}.$(rm -rf /)")), Contains("no host name has"));
  CHECK_THAT(refusal(kConfluent + env, wanted("{pod}.{domain}")), Contains("placeholder"));
  CHECK_THAT(refusal(kConfluent + env, wanted("")), Contains("empty"));
  WantedListener wish = wanted();
  wish.name = "A,B";
  CHECK_THAT(refusal(kConfluent + env, wish), Contains("no name for a listener"));
  wish = wanted();
  wish.protocol = "TLS";
  CHECK_THAT(refusal(kConfluent + env, wish), Contains("no security protocol"));
  wish = wanted();
  wish.name = "EXTERNAL_SSL";
  wish.protocol = "SSL";
  CHECK_THAT(refusal(kConfluent + env, wish), Contains("KAFKA_SSL_KEYSTORE_FILENAME"));
}

TEST_CASE("unknown forms, doubtful scripts and written files are refused with the place") {
  CHECK_THAT(refusal("name: b\nimage: example/kafka:1\nports: [{containerPort: 9092}]\n"),
             Contains("example/kafka is not one whose start script is known"));
  CHECK_THAT(refusal(kBitnami + "command: [/scripts/setup.sh]\n" +
                     "env: [{name: KAFKA_CFG_ADVERTISED_LISTENERS, value: 'PLAINTEXT://a:1'}]\n"),
             Contains("/scripts/setup.sh"));
  CHECK_THAT(refusal("name: b\nimage: apache/kafka:3.7.0\nenvFrom: [{configMapRef: {name: c}}]\n"
                     "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://a:9092'}]\n"),
             Contains("listeners cannot be known") && Contains("ConfigMap c"));
}

TEST_CASE("a listener with TLS or SASL is not given to brokers that know nothing of it") {
  const std::string env =
      "env:\n- {name: KAFKA_ADVERTISED_LISTENERS, value: 'IN://a:9092'}\n- {name: KAFKA_LISTENERS, value: "
      "'IN://:9092'}\n"
      "- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: 'IN:PLAINTEXT'}\n"
      "- {name: KAFKA_INTER_BROKER_LISTENER_NAME, value: IN}\n";
  WantedListener wish = wanted();
  wish.protocol = "SSL";
  CHECK_THAT(refusal(kConfluent + env, wish), Contains("nothing gives these brokers a keystore"));
  wish.protocol = "SASL_PLAINTEXT";
  CHECK_THAT(refusal(kConfluent + env, wish), Contains("nothing configures SASL"));
  CHECK(planned(kConfluent + env + "- {name: KAFKA_SASL_ENABLED_MECHANISMS, value: PLAIN}\n", wish).after);
}

TEST_CASE("sets of any size are planned; of a huge one the first brokers and the last are looked at") {
  for (const char* replicas : {"replicas: 0", "replicas: 1", "replicas: ${REPLICAS}"}) {
    INFO(replicas);
    Manifest manifest = with(kConfluent + "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://a:9092'}]\n");
    manifest.spec = std::string(replicas) + "\nserviceName: s\n";
    CHECK(Planned(manifest, wanted()).after);
  }
  Manifest huge = with(kConfluent + "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://a:9092'}]\n");
  huge.spec = "replicas: 2000000000\nordinals: {start: 3}\nserviceName: s\n";
  const Planned result(huge, wanted());
  REQUIRE(result.after);
  CHECK(result.after->advertised(2000000002) ==
        "PLAINTEXT://a:9092,EXTERNAL://kafka-2000000002.kafka.example.org:9094");
  CHECK_THAT(result.plan.edits.front().reason, Contains("were not looked at one by one"));
}

TEST_CASE("a container without env gets one only when something can be said") {
  CHECK_THAT(refusal(kConfluent), Contains("neither"));
  CHECK_THAT(refusal("name: b\nimage: apache/kafka:3.7.0\n"), Contains("its own default file"));
}

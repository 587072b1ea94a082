// Planning where a script decides: which words are changed, and what is put before the start.
#include "plan_help.h"

using namespace plantest;
using Catch::Matchers::Contains;

TEST_CASE("shell: host and port of the entry are changed in place, the rest of the script stays") {
  const auto result =
      planned(script("export KAFKA_BROKER_ID=${HOSTNAME##*-} && \\\n  export KAFKA_ADVERTISED_LISTENERS="
                     "PLAINTEXT://${POD_IP}:9092,EXTERNAL://k-$((${KAFKA_BROKER_ID})).old.net:$((31090 + "
                     "${KAFKA_BROKER_ID}))") +
                  R"Y(env:
- {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "EXTERNAL://dead:1"}
- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: "PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT"}
ports: [{containerPort: 9092}, {containerPort: 31090}, {containerPort: 31091}, {containerPort: 31092}]
)Y",
              wanted("{pod}.kafka.example.org", 31090, 1));
  REQUIRE(result.after);
  CHECK(result.after->advertised(2) == "PLAINTEXT://<podIP>:9092,EXTERNAL://kafka-2.kafka.example.org:31092");
  CHECK(result.text() ==
        "unset KAFKA_PORT && \\\nexport KAFKA_BROKER_ID=${HOSTNAME##*-} && \\\nexport KAFKA_ADVERTISED_LISTENERS="
        "PLAINTEXT://${POD_IP}:9092,EXTERNAL://${HOSTNAME}.kafka.example.org:$((31090 + ${KAFKA_BROKER_ID})) && \\\n"
        "exec /etc/confluent/docker/run\n");
  CHECK(result.plan.edits.size() == 1);
}

TEST_CASE("shell: an entry is appended, with the variable that the script uses") {
  const auto own =
      planned(script("export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${POD_NAME}.headless:9092") + "env:\n" + kPodName);
  REQUIRE(own.after);
  CHECK_THAT(own.text(),
             Contains("=PLAINTEXT://${POD_NAME}.headless:9092,EXTERNAL://${POD_NAME}.kafka.example.org:9094 && \\\n"));
  const auto host = planned(script("export KAFKA_ADVERTISED_LISTENERS=\"PLAINTEXT://$(hostname -f):9092\""));
  REQUIRE_FALSE(host.before.advertised().empty());
  const auto plain = planned(script("export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://kafka:9092"));
  REQUIRE(plain.after);
  CHECK_THAT(plain.text(), Contains("=PLAINTEXT://kafka:9092,EXTERNAL://${HOSTNAME}.kafka.example.org:9094 && \\\n"));
}

TEST_CASE("shell: text that the kubelet replaces before it does not move the place") {
  const auto result = planned(kConfluent + R"Y(command:
- sh
- -c
- |
  echo "starting $(POD_NAME) in $$HOME"
  export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${POD_NAME}:9092,EXTERNAL://old:9094
  echo "$(POD_NAME) is ready"
  exec /etc/confluent/docker/run
env:
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
)Y");
  REQUIRE(result.after);
  CHECK(result.before.source_text() == "PLAINTEXT://${POD_NAME}:9092,EXTERNAL://old:9094");
  CHECK_THAT(result.text(),
             Contains("echo \"starting $(POD_NAME) in $$HOME\"\nexport KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://"
                      "${POD_NAME}:9092,EXTERNAL://${POD_NAME}.kafka.example.org:9094\necho"));
}

TEST_CASE("shell: $(VAR) of the kubelet inside the word stays as it is written") {
  const auto result = planned(
      kConfluent +
      R"Y(command: [sh, -c, "export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://$(POD_NAME).k:9092; exec /etc/confluent/docker/run"]
env:
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
)Y");
  REQUIRE(result.after);
  CHECK(result.before.advertised(1) == "PLAINTEXT://kafka-1.k:9092");
  CHECK(
      result.text() ==
      "export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://$(POD_NAME).k:9092,EXTERNAL://${POD_NAME}.kafka.example.org:9094; "
      "exec /etc/confluent/docker/run");
}

TEST_CASE("shell: a value that is not spelled out is exported again, right before the start") {
  const auto whole =
      planned(kConfluent +
              R"Y(command: [sh, -c, "export KAFKA_ADVERTISED_LISTENERS=$(LIST); exec /etc/confluent/docker/run"]
env: [{name: LIST, value: "PLAINTEXT://a:9092,EXTERNAL://b:9094"}]
)Y");
  REQUIRE(whole.after);
  CHECK(whole.text() ==
        "export KAFKA_ADVERTISED_LISTENERS=$(LIST); export "
        "KAFKA_ADVERTISED_LISTENERS=\"PLAINTEXT://a:9092,EXTERNAL://${HOSTNAME}.kafka.example.org:9094\" && exec "
        "/etc/confluent/docker/run");
  // What it holds already is not copied when nothing in it has to go.
  const auto added =
      planned(kConfluent +
              R"Y(command: [sh, -c, "export KAFKA_ADVERTISED_LISTENERS=$(LIST); exec /etc/confluent/docker/run"]
env: [{name: LIST, value: "PLAINTEXT://a:9092"}]
)Y");
  REQUIRE(added.after);
  CHECK_THAT(added.text(), Contains("export KAFKA_ADVERTISED_LISTENERS=\"${KAFKA_ADVERTISED_LISTENERS},EXTERNAL://"
                                    "${HOSTNAME}.kafka.example.org:9094\" && exec"));
}

TEST_CASE("a script with loops is followed for the first brokers only") {
  Manifest manifest = with(kConfluent + R"Y(command:
- bash
- -c
- |
  I=0
  while [ $I -lt 2000 ]; do I=$((I+1)); done
  export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${HOSTNAME}:9092
  exec /etc/confluent/docker/run
)Y");
  manifest.spec = "replicas: 1000\nserviceName: s\n";
  const Planned result(manifest, wanted());
  REQUIRE(result.after);
  CHECK_THAT(result.plan.edits.front().reason, Contains("brokers 31 to 998 were not looked at one by one"));
}

TEST_CASE("shell: quotes are respected") {
  const auto in_double = planned(script("export KAFKA_ADVERTISED_LISTENERS=\"PLAINTEXT://${HOSTNAME}:9092\""));
  REQUIRE(in_double.after);
  CHECK_THAT(in_double.text(),
             Contains("=\"PLAINTEXT://${HOSTNAME}:9092,EXTERNAL://${HOSTNAME}.kafka.example.org:9094\" && \\\n"));
  const auto in_single =
      planned(script("export KAFKA_ADVERTISED_LISTENERS='PLAINTEXT://kafka:9092,EXTERNAL://x:9094'"));
  REQUIRE(in_single.after);
  CHECK(in_single.after->advertised(1) == "PLAINTEXT://kafka:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
  const auto appended = planned(script("export KAFKA_ADVERTISED_LISTENERS='PLAINTEXT://kafka:9092'"));
  REQUIRE(appended.after);
  CHECK(appended.after->advertised(1) == "PLAINTEXT://kafka:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
  const auto whole = planned(script("export \"KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://kafka:9092\""));
  // Whether the whole argument is quoted or not, the outcome is proved or refused.
  CHECK((whole.after.has_value() || !whole.plan.refusal.empty()));
}

TEST_CASE("shell: ordinals and ports per broker are computed by the shell") {
  WantedListener wish = wanted("b{ordinal}.kafka.example.org", 31090, 1);
  const auto result =
      planned(script("export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${HOSTNAME}:9092,EXTERNAL://x:9094"), wish);
  REQUIRE(result.after);
  CHECK(result.after->advertised(0) == "PLAINTEXT://kafka-0:9092,EXTERNAL://b0.kafka.example.org:31090");
  CHECK(result.after->advertised(2) == "PLAINTEXT://kafka-2:9092,EXTERNAL://b2.kafka.example.org:31092");
  CHECK_THAT(result.text(), Contains("EXTERNAL://b${HOSTNAME##*-}.kafka.example.org:$((31090 + ${HOSTNAME##*-}))"));
  CHECK(ports(*result.after) == std::vector<int64_t>{31090, 31091, 31092});
}

TEST_CASE("shell: ports per broker that give way to one port keep their container ports") {
  const auto result =
      planned(script("export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${HOSTNAME}:9092,EXTERNAL://x:$((31090 + "
                     "${HOSTNAME##*-}))") +
              "ports: [{containerPort: 9092}, {name: external-0, containerPort: 31090}, {name: external-1, "
              "containerPort: 31091}]\n");
  REQUIRE(result.after);
  CHECK(result.after->advertised(1) == "PLAINTEXT://kafka-1:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
  CHECK(ports(*result.after) == std::vector<int64_t>{9092, 31090, 31091, 9094});
}

TEST_CASE("shell: a bind port of its own is exported before the advertised listeners") {
  WantedListener wish = wanted("{pod}.kafka.example.org", 31090, 1);
  wish.bind_base = 31090;
  wish.bind_slope = 0;
  const auto fixed = planned(script("export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${HOSTNAME}:9092"), wish);
  REQUIRE(fixed.after);
  CHECK(fixed.after->property("listeners", 2) == "PLAINTEXT://0.0.0.0:9092,EXTERNAL://0.0.0.0:31090");
  CHECK(fixed.after->source("listeners") == "env KAFKA_LISTENERS");
  WantedListener moving = wanted("{pod}.kafka.example.org", 9094);
  moving.bind_base = 31090;
  moving.bind_slope = 1;
  const auto computed = planned(script("export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${HOSTNAME}:9092"), moving);
  REQUIRE(computed.after);
  CHECK(computed.after->property("listeners", 2) == "PLAINTEXT://0.0.0.0:9092,EXTERNAL://0.0.0.0:31092");
  CHECK(computed.after->source("listeners") == "export in command[2]");
  CHECK(computed.after->advertised(2) == "PLAINTEXT://kafka-2:9092,EXTERNAL://kafka-2.kafka.example.org:9094");
}

TEST_CASE("shell: without a variable for the pod's name it is refused") {
  Manifest manifest = with(script("export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://kafka:9092"));
  manifest.pod = "hostNetwork: true\n";
  CHECK_THAT(Planned(manifest, wanted()).plan.refusal, Contains("declare POD_NAME in env"));
}

TEST_CASE("shell: what is written by another variable or not exported is refused") {
  CHECK_THAT(refusal(script(
                 "export LIST=PLAINTEXT://a:9092,EXTERNAL://b:9094 && \\\n  export KAFKA_ADVERTISED_LISTENERS=$LIST")),
             Contains("takes its listeners from another variable"));
  CHECK_THAT(
      refusal(kConfluent +
              "command: [sh, -c, \"KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://a:1\\nexec /etc/confluent/docker/run\"]\n"),
      Contains("without export"));
}

TEST_CASE("arguments of the run script are changed where they stand") {
  const auto result = planned(kConfluent + R"Y(command: [/etc/confluent/docker/run]
args: ["KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://kafka:9092"]
env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://dead:9092"}
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
)Y");
  REQUIRE(result.after);
  CHECK(result.text() ==
        "KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://kafka:9092,EXTERNAL://$(POD_NAME).kafka.example.org:9094");
}

TEST_CASE("a file that the script writes itself is beaten by --override") {
  const auto result = planned(
      "name: b\nimage: apache/kafka:3.7.0\ncommand:\n- sh\n- -c\n- |\n  cat > /tmp/s << EOF\n"
      "  listeners=PLAINTEXT://:9092\n  advertised.listeners=PLAINTEXT://a:9092\n  EOF\n"
      "  exec kafka-server-start.sh /tmp/s\n");
  REQUIRE(result.after);
  CHECK(result.after->advertised(1) == "PLAINTEXT://a:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
  CHECK_THAT(result.text(), Contains("exec kafka-server-start.sh /tmp/s --override \"advertised.listeners="));
}

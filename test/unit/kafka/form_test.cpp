// Forms: where advertised.listeners comes from, what it is for each broker, and
// what only seems to set it.
#include "broker_set_support.h"

using namespace brokerset;

namespace {

using Strings = std::vector<std::string>;

const std::string kConfluent = "name: broker\nimage: confluentinc/cp-kafka:7.5.0\n";
const std::string kApache = "name: broker\nimage: apache/kafka:3.7.0\n";
const std::string kBitnami = "name: broker\nimage: bitnami/kafka:3.4.0\n";

std::string unknown(const std::string& reason) { return "<unknown>: " + reason; }

// The founding chart's way, written anew: env says one thing, the command another.
const std::string kExported = kConfluent + R"Y(command:
- sh
- -exc
- |
  unset KAFKA_PORT && \
  export KAFKA_BROKER_ID=${HOSTNAME##*-} && \
  export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${POD_IP}:9092,EXTERNAL://broker-$((${KAFKA_BROKER_ID})).example.net:$((31090 + ${KAFKA_BROKER_ID})) && \
  exec /etc/confluent/docker/run
env:
- {name: POD_IP, valueFrom: {fieldRef: {fieldPath: status.podIP}}}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "EXTERNAL://nobody-reads-this:1"}
- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: "PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT"}
)Y";

}  // namespace

TEST_CASE("env literal") {
  const Broker broker(
      with(kConfluent + "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://kafka:9092'}]\n"));
  CHECK(broker->form_id == "env-literal");
  CHECK(broker->form_reason.empty());
  CHECK(broker.advertised(0) == "PLAINTEXT://kafka:9092");
  CHECK(broker.advertised(2) == "PLAINTEXT://kafka:9092");
  CHECK(broker.source() == "env KAFKA_ADVERTISED_LISTENERS");
  CHECK(broker.source_text() == "PLAINTEXT://kafka:9092");
  CHECK(broker.shadowed().empty());
}

TEST_CASE("env with $(VAR)") {
  const Broker broker(with(kConfluent + R"Y(env:
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://$(POD_NAME).kafka-headless:9092"}
)Y"));
  CHECK(broker->form_id == "env-var");
  CHECK(broker.advertised(0) == "PLAINTEXT://kafka-0.kafka-headless:9092");
  CHECK(broker.advertised(2) == "PLAINTEXT://kafka-2.kafka-headless:9092");
}

TEST_CASE("$(VAR) of a variable that is declared later stays text") {
  const Broker broker(with(kConfluent + R"Y(env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://$(POD_NAME):9092"}
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
)Y"));
  CHECK(broker->form_id == "env-var");
  CHECK(broker.advertised(1) == "PLAINTEXT://$(POD_NAME):9092");
}

TEST_CASE("of two env entries the later decides and the earlier is shadowed") {
  const Broker broker(with(kConfluent + R"Y(env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://first:9092"}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://second:9092"}
)Y"));
  CHECK(broker.advertised() == "PLAINTEXT://second:9092");
  CHECK(broker.shadowed() == Strings{"env KAFKA_ADVERTISED_LISTENERS"});
}

TEST_CASE("listeners are derived from advertised.listeners by the Confluent and Apache images") {
  for (const auto& image : {kConfluent, kApache}) {
    const Broker broker(with(image + R"Y(env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://a.b:9092,EXTERNAL://c:9094"}
)Y"));
    CHECK(broker.property("listeners") == "PLAINTEXT://0.0.0.0:9092,EXTERNAL://0.0.0.0:9094");
    CHECK(broker.source("listeners") == "derived by the image from KAFKA_ADVERTISED_LISTENERS");
  }
  const Broker set(with(kConfluent + R"Y(env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://a.b:9092"}
- {name: KAFKA_LISTENERS, value: "PLAINTEXT://:9093"}
)Y"));
  CHECK(set.property("listeners") == "PLAINTEXT://:9093");
  const Broker empty(with(kConfluent + R"Y(env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://a.b:9092"}
- {name: KAFKA_LISTENERS, value: ""}
)Y"));
  CHECK(empty.property("listeners") == "PLAINTEXT://0.0.0.0:9092");
}

TEST_CASE("shell export: the command decides and the env entry is shadowed") {
  const Broker broker(with(kExported));
  CHECK(broker->form_id == "shell-export");
  CHECK(broker.advertised(0) == "PLAINTEXT://<podIP>:9092,EXTERNAL://broker-0.example.net:31090");
  CHECK(broker.advertised(2) == "PLAINTEXT://<podIP>:9092,EXTERNAL://broker-2.example.net:31092");
  CHECK(broker.property("listeners", 2) == "PLAINTEXT://0.0.0.0:9092,EXTERNAL://0.0.0.0:31092");
  CHECK(broker.property("broker.id", 2) == "2");
  CHECK(broker.source() == "export in command[2]");
  CHECK(broker.source_text() ==
        "PLAINTEXT://${POD_IP}:9092,EXTERNAL://broker-$((${KAFKA_BROKER_ID})).example.net:$((31090 + "
        "${KAFKA_BROKER_ID}))");
  CHECK(broker.shadowed() == Strings{"env KAFKA_ADVERTISED_LISTENERS"});
  CHECK(broker.source("listener.security.protocol.map") == "env KAFKA_LISTENER_SECURITY_PROTOCOL_MAP");
}

TEST_CASE("shell export in args, after an id is computed") {
  const Broker broker(with(kConfluent + R"Y(command: ["/bin/bash", "-c"]
args:
- |
  ORDINAL=${HOSTNAME##*-}
  export KAFKA_NODE_ID=$((ORDINAL + 1))
  export KAFKA_ADVERTISED_LISTENERS="PLAINTEXT://kafka-${ORDINAL}.kafka-headless:29092"
  exec /etc/confluent/docker/run
)Y"));
  CHECK(broker->form_id == "shell-export");
  CHECK(broker.advertised(1) == "PLAINTEXT://kafka-1.kafka-headless:29092");
  CHECK(broker.property("node.id", 1) == "2");
  CHECK(broker.source() == "export in args[0]");
}

TEST_CASE("a script that only computes ids leaves the env entry in charge") {
  const Broker broker(with(
      kConfluent + R"Y(command: [bash, -c, "export KAFKA_NODE_ID=${POD_NAME##*-}\nexec /etc/confluent/docker/run\n"]
env:
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://$(POD_NAME):9092"}
)Y"));
  CHECK(broker->form_id == "env-var");
  CHECK(broker.advertised(2) == "PLAINTEXT://kafka-2:9092");
  CHECK(broker.property("node.id", 2) == "2");
}

TEST_CASE("an earlier export in the same script is shadowed too") {
  const Broker broker(with(kConfluent + R"Y(command:
- sh
- -c
- |
  export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://first:9092
  export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://second:9092
  exec /etc/confluent/docker/run
)Y"));
  CHECK(broker.advertised() == "PLAINTEXT://second:9092");
  CHECK(broker.source_text() == "PLAINTEXT://second:9092");
  CHECK(broker.shadowed() == Strings{"earlier assignment in command[2]"});
}

TEST_CASE("an assignment without export is not seen by the image, unless env has the variable") {
  const std::string script =
      "command: [sh, -c, 'KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://assigned:9092\n\n  exec /etc/confluent/docker/run']\n";
  const Broker lost(with(kConfluent + script));
  CHECK(lost->form_id == "shell-export");
  CHECK(lost.advertised() == "<unset>");
  CHECK_THAT(lost->form_reason, Catch::Matchers::Contains("assigned without export"));
  const Broker kept(
      with(kConfluent + script + "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://env:9092'}]\n"));
  CHECK(kept->form_id == "shell-export");
  CHECK(kept.advertised() == "PLAINTEXT://assigned:9092");
  CHECK(kept.shadowed() == Strings{"env KAFKA_ADVERTISED_LISTENERS"});
}

TEST_CASE("variables that the script does not name reach the image all the same") {
  for (const char* script :
       {"exec /etc/confluent/docker/run", "set -e; exec /etc/confluent/docker/run",
        "X=KAFKA_ADVERTISED_LISTENERS; echo ${!X}; exec /etc/confluent/docker/run",
        "env | sort; exec /etc/confluent/docker/run", "set | sort; exec /etc/confluent/docker/run"}) {
    INFO(script);
    const Broker broker(with(kConfluent + "command: [bash, -c, '" + script + "']\n" +
                             "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://env:9092'}]\n"));
    CHECK(broker->form_id == "env-literal");
    CHECK(broker.advertised() == "PLAINTEXT://env:9092");
    CHECK(broker.shadowed().empty());
  }
}

TEST_CASE("a value that another variable's name leads to") {
  const Broker broker(
      with(kConfluent +
           R"Y(command: [bash, -c, 'X=MY_LIST; export KAFKA_ADVERTISED_LISTENERS=${!X}; exec /etc/confluent/docker/run']
env: [{name: MY_LIST, value: 'PLAINTEXT://indirect:9092'}]
)Y"));
  // Read or unknown, but never taken for empty.
  CHECK((broker.advertised() == "PLAINTEXT://indirect:9092" || broker.advertised().starts_with("<unknown>")));
}

TEST_CASE("unset in the script") {
  const Broker broker(
      with(kConfluent + R"Y(command: [sh, -c, "unset KAFKA_ADVERTISED_LISTENERS; exec /etc/confluent/docker/run"]
env: [{name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://env:9092"}]
)Y"));
  CHECK(broker.advertised() == "<unset>");
  CHECK(broker.source() == "unset in command[2]");
  CHECK(broker.shadowed() == Strings{"env KAFKA_ADVERTISED_LISTENERS"});
}

TEST_CASE("NAME=VALUE arguments of the Confluent run script beat env") {
  const Broker broker(with(kConfluent + R"Y(command: [/etc/confluent/docker/run]
args: ["KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://$(POD_NAME):9092"]
env:
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://env:9092"}
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
)Y"));
  CHECK(broker->form_id == "shell-export");
  CHECK(broker.advertised(1) == "PLAINTEXT://kafka-1:9092");
  CHECK(broker.source() == "argument KAFKA_ADVERTISED_LISTENERS in args[0]");
  CHECK(broker.source_text() == "PLAINTEXT://$(POD_NAME):9092");
  CHECK(broker.shadowed() == Strings{"env KAFKA_ADVERTISED_LISTENERS"});
}

TEST_CASE("arguments without a command replace what the image runs") {
  const Broker broker(with(kConfluent + R"Y(args: ["KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://a:9092"]
env: [{name: KAFKA_BROKER_ID, value: "1"}]
ports: [{containerPort: 9092}]
)Y"));
  CHECK(broker->form_id == "unknown-form");
  CHECK(broker.advertised() ==
        unknown("args without a command replace what the image runs, so that the container cannot start"));
  const Broker started(with(kBitnami + R"Y(args: [/opt/bitnami/scripts/kafka/run.sh]
env: [{name: KAFKA_CFG_ADVERTISED_LISTENERS, value: "PLAINTEXT://a:9092"}]
)Y"));
  CHECK(started.advertised() == "PLAINTEXT://a:9092");
}

TEST_CASE("variables of env(1) before the start script") {
  const Broker broker(
      with(kConfluent + R"Y(command: [env, "KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://a:9092", /etc/confluent/docker/run]
)Y"));
  CHECK(broker.advertised() == "PLAINTEXT://a:9092");
  CHECK(broker.source() == "argument KAFKA_ADVERTISED_LISTENERS in command[1]");
}

TEST_CASE("envFrom and valueFrom: not read, so not claimed") {
  const Broker from(with(kApache + "envFrom: [{configMapRef: {name: kafka-config}}]\n"));
  CHECK(from->form_id == "unknown-form");
  CHECK(
      from.advertised() ==
      unknown("KAFKA_ADVERTISED_LISTENERS may come from ConfigMap kafka-config (envFrom), which is not in the input"));
  const Broker explicit_entry(with(kApache + R"Y(envFrom: [{configMapRef: {name: kafka-config}}]
env: [{name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://a:9092"}]
)Y"));
  CHECK(explicit_entry->form_id == "env-literal");
  CHECK(explicit_entry.advertised() == "PLAINTEXT://a:9092");
  CHECK(explicit_entry.property("listeners").starts_with("<unknown>: KAFKA_LISTENERS may come from"));
  const Broker key(with(kApache + R"Y(env:
- {name: KAFKA_ADVERTISED_LISTENERS, valueFrom: {configMapKeyRef: {name: c, key: k}}}
)Y"));
  CHECK(key->form_id == "unknown-form");
  CHECK(key.advertised() == unknown("it comes from key k of ConfigMap c, which is not in the input"));
}

TEST_CASE("one unknown part makes the whole value unknown") {
  const Broker broker(with(kConfluent + R"Y(env:
- {name: HOST, valueFrom: {secretKeyRef: {name: s, key: host}}}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://$(HOST):9092"}
)Y"));
  CHECK(broker->form_id == "env-var");
  CHECK(broker.advertised() == unknown("it comes from key host of Secret s, which is not read"));
}

TEST_CASE("started with a file or with overrides") {
  Manifest manifest = with(R"Y(name: broker
image: example/kafka:1
command: [./bin/kafka-server-start.sh, /etc/kafka/server.properties]
env: [{name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://dead:9092"}]
volumeMounts: [{name: conf, mountPath: /etc/kafka}]
)Y");
  manifest.pod = "volumes: [{name: conf, configMap: {name: broker-config}}]\n";
  const Broker file(manifest);
  CHECK(file->form_id == "unknown-form");
  CHECK(file.advertised() == unknown("/etc/kafka/server.properties (from ConfigMap broker-config) is not read"));
  CHECK(file.shadowed() == Strings{"env KAFKA_ADVERTISED_LISTENERS"});

  const Broker overrides(with(R"Y(name: broker
image: example/kafka:1
command: [sh, -c, "exec kafka-server-start.sh /f.properties --override broker.id=${HOSTNAME##*-} --override advertised.listeners=PLAINTEXT://${HOSTNAME}.k:9093"]
)Y"));
  CHECK(overrides->form_id == "override");
  CHECK(overrides.advertised(2) == "PLAINTEXT://kafka-2.k:9093");
  CHECK(overrides.property("broker.id", 2) == "2");
  CHECK(overrides.property("listeners") == unknown("/f.properties is not read"));
}

TEST_CASE("a properties file that the script writes itself is read") {
  const Broker broker(with(R"Y(name: broker
image: apache/kafka:3.7.0
command:
- sh
- -c
- |
  NODE_ID=${HOSTNAME##*-}
  cat > /tmp/server.properties << EOF
  # advertised.listeners=PLAINTEXT://commented:1
  process.roles=broker,controller
  node.id=$NODE_ID
  listeners = PLAINTEXT://:9092,CONTROLLER://:9093
  advertised.listeners=PLAINTEXT://kafka-$NODE_ID.k:9092
  EOF
  exec /opt/kafka/bin/kafka-server-start.sh /tmp/server.properties
)Y"));
  CHECK(broker->form_id == "shell-export");
  CHECK(broker->form_reason == "the script writes the properties file itself");
  CHECK(broker.advertised(1) == "PLAINTEXT://kafka-1.k:9092");
  CHECK(broker.property("listeners") == "PLAINTEXT://:9092,CONTROLLER://:9093");
  CHECK(broker.property("node.id", 2) == "2");
  CHECK(broker.source() == "here-document /tmp/server.properties in command[2]");
  CHECK(broker.source_text() == "PLAINTEXT://kafka-$NODE_ID.k:9092");
}

TEST_CASE("a file that is read into the script may change everything") {
  const Broker broker(with(kConfluent + R"Y(command: [bash, -c, ". /config/env.sh; exec /etc/confluent/docker/run"]
env: [{name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://a:9092"}]
)Y"));
  CHECK_THAT(broker.advertised(), Catch::Matchers::Contains("/config/env.sh"));
  CHECK(broker.advertised().starts_with("<unknown>"));
}

TEST_CASE("operator-owned") {
  Manifest manifest =
      with("name: kafka\nimage: quay.io/strimzi/kafka:0.40.0-kafka-3.7.0\ncommand: [/opt/kafka/kafka_run.sh]\n");
  manifest.metadata =
      "ownerReferences: [{apiVersion: kafka.strimzi.io/v1beta2, kind: Kafka, name: prod, uid: x, controller: false}]\n";
  const Broker owned(manifest);
  CHECK(owned->form_id == "operator-owned");
  CHECK(owned->managed_by_operator);
  CHECK_THAT(owned->form_reason, Catch::Matchers::Contains("Kafka prod (kafka.strimzi.io/v1beta2) owns it") &&
                                     Catch::Matchers::Contains("advertisedHost"));
  const Plan plan = plan_external_listener(owned.set(), wanted());
  CHECK(plan.edits.empty());
  CHECK(plan.refusal == owned->form_reason);
  REQUIRE(plan.at);
  CHECK(plan.at->pointer(owned.object().root) == "/metadata/ownerReferences/0");

  Manifest labelled = with(kConfluent + "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'PLAINTEXT://a:9092'}]\n");
  labelled.metadata = "labels: {app.kubernetes.io/managed-by: confluent-operator}\n";
  CHECK(Broker(labelled)->form_id == "operator-owned");
  labelled.metadata = "labels: {app.kubernetes.io/managed-by: Helm}\n";
  CHECK(Broker(labelled)->form_id == "env-literal");
  labelled.metadata = "ownerReferences: [{apiVersion: example.com/v1, kind: App, name: a, uid: x, controller: true}]\n";
  CHECK(Broker(labelled)->form_id == "operator-owned");
}

TEST_CASE("controller-only") {
  const Broker broker(with(kConfluent + R"Y(env:
- {name: KAFKA_PROCESS_ROLES, value: controller}
- {name: KAFKA_LISTENERS, value: "CONTROLLER://:9093"}
)Y"));
  CHECK(broker->form_id == "controller-only");
  const Plan plan = plan_external_listener(broker.set(), wanted());
  CHECK(plan.edits.empty());
  CHECK_THAT(plan.refusal, Catch::Matchers::Contains("serve no clients"));
  const Broker combined(with(kConfluent + R"Y(env:
- {name: KAFKA_PROCESS_ROLES, value: "broker,controller"}
- {name: KAFKA_ADVERTISED_LISTENERS, value: "PLAINTEXT://a:9092"}
)Y"));
  CHECK(combined->form_id == "env-literal");
}

TEST_CASE("HOSTNAME is the pod's name whatever spec.hostname says, but not on the host's network") {
  const std::string container = kConfluent +
                                "command: [sh, -c, 'export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://$HOSTNAME:9092; exec "
                                "/etc/confluent/docker/run']\n";
  Manifest manifest = with(container);
  CHECK(Broker(manifest).advertised(1) == "PLAINTEXT://kafka-1:9092");
  manifest.pod = "hostname: other\n";
  CHECK(Broker(manifest).advertised(1) == "PLAINTEXT://kafka-1:9092");
  manifest.pod = "hostNetwork: true\n";
  CHECK(Broker(manifest).advertised(1) == "PLAINTEXT://<nodeName>:9092");
  manifest.pod = "setHostnameAsFQDN: true\n";
  CHECK(Broker(manifest).advertised(1).starts_with("<unknown>"));
}

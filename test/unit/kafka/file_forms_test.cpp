// How sets that read files, overrides or commands are changed.
#include "installation.h"

using namespace brokerset;
using Catch::Matchers::Contains;

namespace {

const std::string kMap = config_map("settings",
                                    "server.properties: |\n"
                                    "  listeners=IN://:9092\n"
                                    "  advertised.listeners=IN://in:9092\n"
                                    "  listener.security.protocol.map=IN:PLAINTEXT\n"
                                    "  inter.broker.listener.name=IN\n");

Manifest mounted(const std::string& container, const std::string& path) {
  Manifest manifest = with(container + "volumeMounts: [{name: conf, mountPath: " + path + "}]\n");
  manifest.pod = "volumes: [{name: conf, configMap: {name: settings, defaultMode: 0755}}]\n";
  return manifest;
}

void check_changed(Installation& one) {
  CHECK(one.plan().refusal == "");
  CHECK(one.advertised(2) == "IN://in:9092,EXTERNAL://kafka-2.kafka.example.org:9094");
  CHECK(one.property("listeners") == "IN://:9092,EXTERNAL://:9094");
  CHECK(one.property("listener.security.protocol.map") == "IN:PLAINTEXT,EXTERNAL:PLAINTEXT");
}

}  // namespace

TEST_CASE("a properties file is beaten by --override: words of an array") {
  Installation one(mounted("name: broker\nimage: example/kafka:1\ncommand: [bin/kafka-server-start.sh, "
                           "/conf/server.properties]\n",
                           "/conf"),
                   kMap);
  check_changed(one);
  CHECK_THAT(one.text(), Contains("--override=listeners=IN://:9092,EXTERNAL://:9094"));
}

TEST_CASE("a properties file is beaten by --override: in a script") {
  Installation one(mounted("name: broker\nimage: example/kafka:1\ncommand: [sh, -c, \"ulimit -n 100; exec "
                           "kafka-server-start.sh /conf/server.properties; echo done\"]\n",
                           "/conf"),
                   kMap);
  check_changed(one);
  CHECK_THAT(one.text(), Contains("EXTERNAL://${HOSTNAME}.kafka.example.org:9094\\\" --override"));
  CHECK_THAT(one.text(), Contains("; echo done"));
}

TEST_CASE("an --override is changed where it stands") {
  Installation array(
      with("name: broker\nimage: gcr.io/google_containers/kubernetes-kafka:1.0-10.2.1\ncommand: "
           "[kafka-server-start.sh, /opt/kafka/config/server.properties, --override, "
           "'listeners=IN://:9092', --override, 'advertised.listeners=IN://in:9092', --override, "
           "'listener.security.protocol.map=IN:PLAINTEXT', --override, inter.broker.listener.name=IN]\n"),
      "");
  CHECK(array->form_id == "override");
  check_changed(array);
  Installation script(
      with(
          "name: broker\nimage: gcr.io/google_containers/kubernetes-kafka:1.0-10.2.1\ncommand:\n- sh\n- -c\n- |\n"
          "  exec kafka-server-start.sh /opt/kafka/config/server.properties --override listeners=IN://:9092 \\\n"
          "    --override advertised.listeners=IN://in:9092 --override=listener.security.protocol.map=IN:PLAINTEXT \\\n"
          "    --override inter.broker.listener.name=IN\n"),
      "");
  check_changed(script);
  CHECK_THAT(script.text(), Contains("--override=listener.security.protocol.map=IN:PLAINTEXT,EXTERNAL:PLAINTEXT"));
}

TEST_CASE("a file of the image that is not known stays in the way of what no override says") {
  Installation one(with("name: broker\nimage: example/kafka:1\ncommand: [kafka-server-start.sh, /opt/x.properties, "
                        "--override, 'listeners=IN://:9092', --override, 'advertised.listeners=IN://in:9092']\n"),
                   "");
  CHECK(one->form_id == "override");
  CHECK_THAT(one.plan().refusal, Contains("listener.security.protocol.map cannot be known"));
}

TEST_CASE("bitnami: a mounted file is beaten by arguments of run.sh, from Kafka 3.2 on") {
  const auto container = [](const std::string& tag) {
    return mounted("name: broker\nimage: bitnami/kafka:" + tag +
                       "\nenv: [{name: KAFKA_CFG_ADVERTISED_LISTENERS, value: 'IN://dead:1'}]\n",
                   "/bitnami/kafka/config");
  };
  Installation one(container("3.6.1"), kMap);
  CHECK(one->form_id == "bitnami-file");
  CHECK(one.advertised() == "IN://in:9092");
  check_changed(one);
  CHECK_THAT(one.text(), Contains(R"("args":["/opt/bitnami/scripts/kafka/run.sh")"));
  Installation old(container("2.8.1"), kMap);
  CHECK_THAT(old.plan().refusal, Contains("run.sh of this image takes no --override"));
}

TEST_CASE("bitnami: the alias beats what a script of a ConfigMap exports") {
  Manifest manifest = mounted(
      "name: broker\nimage: bitnami/kafka:3.1.0\ncommand: [/conf/setup.sh]\nenv:\n- {name: KAFKA_CFG_LISTENERS, value: "
      "'IN://:9092,EXTERNAL://:9094'}\n- {name: KAFKA_CFG_LISTENER_SECURITY_PROTOCOL_MAP, value: "
      "'IN:PLAINTEXT,EXTERNAL:PLAINTEXT'}\n- {name: KAFKA_CFG_INTER_BROKER_LISTENER_NAME, value: IN}\n",
      "/conf");
  Installation one(manifest, config_map("settings",
                                        "setup.sh: |\n  #!/bin/bash\n  export "
                                        "KAFKA_CFG_ADVERTISED_LISTENERS=IN://in:9092,EXTERNAL://1.2.3.4:9094\n"
                                        "  exec /entrypoint.sh /run.sh\n"));
  check_changed(one);
  CHECK_THAT(one.text(), Contains(R"("name":"KAFKA_ADVERTISED_LISTENERS","value")"));
}

TEST_CASE("apache: the mounted file, then variables") {
  Manifest manifest =
      mounted("name: broker\nimage: apache/kafka:3.9.1\nenv: [{name: KAFKA_NUM_PARTITIONS, value: '3'}]\n",
              "/mnt/shared/config");
  Installation one(manifest, kMap);
  CHECK(one.advertised() == "IN://in:9092");
  CHECK(one->form_id == "properties-file");
  CHECK(one.plan().refusal == "");
  CHECK(one.advertised(1) == "IN://in:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
  CHECK_THAT(one.text(), Contains(R"("name":"KAFKA_ADVERTISED_LISTENERS","value")"));
}

TEST_CASE("wurstmeister runs commands and puts their output in") {
  const std::string base =
      "name: broker\nimage: wurstmeister/kafka:2.13-2.8.1\nenv:\n"
      "- {name: HOSTNAME_COMMAND, value: 'echo $HOSTNAME.svc'}\n"
      "- {name: BROKER_ID_COMMAND, value: \"hostname | awk -F'-' '{print $NF}'\"}\n"
      "- {name: KAFKA_LISTENERS, value: 'IN://:9092'}\n"
      "- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: 'IN:PLAINTEXT'}\n"
      "- {name: KAFKA_INTER_BROKER_LISTENER_NAME, value: IN}\n";
  Installation one(with(base + "- {name: KAFKA_ADVERTISED_LISTENERS, value: 'IN://_{HOSTNAME_COMMAND}:9092'}\n"), "");
  CHECK(one->form_id == "env-command");
  CHECK(one.advertised(1) == "IN://kafka-1.svc:9092");
  CHECK(one.property("broker.id", 2) == "2");
  CHECK(one.plan().refusal == "");
  CHECK(one.advertised(1) == "IN://kafka-1.svc:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
  CHECK_THAT(one.text(), Contains("IN://_{HOSTNAME_COMMAND}:9092,EXTERNAL://$(POD_NAME)"));
  const Installation unknown(
      with("name: broker\nimage: wurstmeister/kafka\nenv:\n- {name: HOSTNAME_COMMAND, value: 'curl -s meta'}\n- {name: "
           "KAFKA_ADVERTISED_LISTENERS, value: 'IN://_{HOSTNAME_COMMAND}:9092'}\n"),
      "");
  CHECK_THAT(unknown.advertised(), Contains("the output of `curl -s meta`"));
}

TEST_CASE("wurstmeister up to 1.0.0 writes the address itself; medinvention's command gives the list") {
  const Installation old(with("name: broker\nimage: wurstmeister/kafka:1.0.0\nenv: [{name: KAFKA_ADVERTISED_LISTENERS, "
                              "value: 'A://x:1'}]\n"),
                         "");
  CHECK_THAT(old.advertised(), Contains("<unknown>: start-kafka.sh of images up to 1.0.0"));
  Installation list(
      with("name: broker\nimage: medinvention/kafka:2.13-2.7.0\nenv:\n- {name: KAFKA_LISTENERS_COMMAND, "
           "value: 'echo \"IN://${HOSTNAME}.svc:9092\"'}\n- {name: KAFKA_LISTENERS, value: 'IN://lost:1'}\n"),
      "");
  CHECK(list->form_id == "env-command");
  CHECK(list.property("listeners", 1) == "IN://kafka-1.svc:9092");
  CHECK_FALSE(list.plan().refusal.empty());
}

TEST_CASE("medinvention: a command that prints the list gives way to the list") {
  const std::string command = "- {name: KAFKA_LISTENERS_COMMAND, value: 'echo \"IN://${HOSTNAME}.svc:9092\"'}\n";
  const std::string rest =
      "- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: 'IN:PLAINTEXT'}\n"
      "- {name: KAFKA_INTER_BROKER_LISTENER_NAME, value: IN}\n";
  for (const char* lost : {"", "- {name: KAFKA_LISTENERS, value: 'IN://lost:1'}\n"}) {
    Installation one(with("name: broker\nimage: medinvention/kafka:2.13-2.7.0\nenv:\n" + (lost + command) + rest), "");
    CHECK(one->form_id == "env-command");
    CHECK(one.property("listeners", 1) == "IN://kafka-1.svc:9092");
    CHECK(one.plan().refusal == "");
    CHECK(one.property("listeners", 1) == "IN://kafka-1.svc:9092,EXTERNAL://0.0.0.0:9094");
    CHECK(one.advertised(1) == "IN://kafka-1.svc:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
    CHECK(one.text().find("COMMAND") == std::string::npos);
    CHECK(one.text().find("lost") == std::string::npos);
  }
  // What a ConfigMap gives cannot be taken away in the StatefulSet.
  Installation map(with("name: broker\nimage: medinvention/kafka:2.13-2.7.0\n"
                        "envFrom: [{configMapRef: {name: settings}}]\nenv:\n" +
                        rest),
                   config_map("settings", "KAFKA_LISTENERS_COMMAND: 'echo IN://${HOSTNAME}.svc:9092'\n"));
  CHECK(map.property("listeners", 1) == "IN://kafka-1.svc:9092");
  CHECK_THAT(map.plan().refusal, Contains("its output is the value; set the variable itself and remove the command"));
}

TEST_CASE("engapa reads SERVER_ variables only") {
  const Installation one(with("name: broker\nimage: engapa/kafka:2.12-2.2.0\nports: [{containerPort: 9092}]\nenv:\n"
                              "- {name: SERVER_advertised_listeners, value: 'A://x:1'}\n"
                              "- {name: KAFKA_ADVERTISED_LISTENERS, value: 'A://dead:1'}\n"),
                         "");
  CHECK(one.advertised() == "A://x:1");
  CHECK_THAT(one.property("broker.id"), Contains("<unknown>"));
}

TEST_CASE("a file of the image is no matter where --override states what counts") {
  const std::string start =
      "name: broker\nimage: example/kafka:1\nports: [{containerPort: 9092}]\ncommand: [sh, -c, \"exec "
      "kafka-server-start.sh /opt/kafka/config/server.properties --override "
      "broker.id=${HOSTNAME##*-} --override listeners=PLAINTEXT://:9092";
  const std::string advertised = " --override advertised.listeners=PLAINTEXT://${HOSTNAME}.k:9092";
  Installation all(with(start + advertised + " --override listener.security.protocol.map=PLAINTEXT:PLAINTEXT\"]\n"),
                   "");
  CHECK(all->form_id == "override");
  CHECK(all.plan().refusal.empty());
  CHECK(all.advertised(1) == "PLAINTEXT://kafka-1.k:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
  CHECK(all.property("listeners") == "PLAINTEXT://:9092,EXTERNAL://:9094");
  CHECK(all.property("listener.security.protocol.map") == "PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT");

  // What the file maps is not known, so that it cannot be kept.
  Installation unmapped(with(start + advertised + "\"]\n"), "");
  CHECK_THAT(unmapped.plan().refusal, Contains("state it: --override listener.security.protocol.map=… beats the file"));

  Installation one(with(start + "\"]\n"), "");
  CHECK(one->form_id == "unknown-form");
  CHECK_THAT(one.plan().refusal, Contains("--override listeners=PLAINTEXT://:9092,EXTERNAL://:9094 --override "
                                          "advertised.listeners=<advertised.listeners as the file has it "
                                          "now>,EXTERNAL://{pod}.kafka.example.org:9094"));
}

// Scripts that start the broker and lie in a ConfigMap: changed where nobody else uses it.
#include "installation.h"

using namespace brokerset;
using Catch::Matchers::Contains;

namespace {

const std::string kProperties =
    "server.properties: |\n  listeners=IN://:9092\n  advertised.listeners=IN://in:9092\n"
    "  listener.security.protocol.map=IN:PLAINTEXT\n  inter.broker.listener.name=IN\n";

Manifest mounted(const std::string& container) {
  Manifest manifest = with("name: broker\n" + container + "volumeMounts: [{name: conf, mountPath: /conf}]\n");
  manifest.pod = "volumes: [{name: conf, configMap: {name: settings, defaultMode: 0755}}]\n";
  return manifest;
}

const char* const kOwnImage = "image: example/kafka:1\ncommand: [sh, /conf/start.sh]\n";
const char* const kConfluent = "image: confluentinc/cp-kafka:7.4.1\ncommand: [bash, /conf/start.sh]\n";

std::string script(const std::string& lines) { return "start.sh: |\n" + indent(lines, 2); }

void check_changed(Installation& one) {
  CHECK(one.plan().refusal == "");
  CHECK(one.advertised(2) == "IN://in:9092,EXTERNAL://kafka-2.kafka.example.org:9094");
  CHECK(one.property("listeners", 1) == "IN://:9092,EXTERNAL://:9094");
  CHECK(one.property("listener.security.protocol.map") == "IN:PLAINTEXT,EXTERNAL:PLAINTEXT");
  CHECK(one.map_text() != "");
}

// What the plan says when the manifests beside the set are these.
std::string refusal(const std::string& beside) {
  Installation one(
      mounted(kOwnImage),
      config_map("settings", kProperties + script("exec kafka-server-start.sh /conf/server.properties\n")) + beside);
  CHECK(one->form_id == "properties-file");
  const Plan plan = one.plan();
  CHECK(plan.changes_nothing() == !plan.refusal.empty());
  return plan.refusal;
}

}  // namespace

TEST_CASE("a ConfigMap's script that starts kafka-server-start.sh gets --override") {
  Installation one(
      mounted(kOwnImage),
      config_map(
          "settings",
          kProperties + script("#!/bin/sh\nulimit -n 100\nexec kafka-server-start.sh /conf/server.properties\n")));
  check_changed(one);
  CHECK_THAT(one.map_text(),
             Contains("ulimit -n 100\\nexec kafka-server-start.sh /conf/server.properties --override "));
  CHECK_THAT(one.map_text(), Contains("EXTERNAL://${HOSTNAME}.kafka.example.org:9094"));
  CHECK(one.text().find("--override") == std::string::npos);
}

TEST_CASE("a ConfigMap's script that exports the list is changed in place, or exports it again") {
  const std::string rest =
      "export KAFKA_LISTENERS=IN://:9092\nexport KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=IN:PLAINTEXT\n"
      "export KAFKA_INTER_BROKER_LISTENER_NAME=IN\nexec /etc/confluent/docker/run\n";
  Installation literal(mounted(kConfluent),
                       config_map("settings", script("export KAFKA_ADVERTISED_LISTENERS=IN://in:9092\n" + rest)));
  CHECK(literal->form_id == "shell-export");
  check_changed(literal);
  CHECK_THAT(literal.map_text(),
             Contains("KAFKA_ADVERTISED_LISTENERS=IN://in:9092,EXTERNAL://${HOSTNAME}.kafka.example.org:9094\\n"));

  // What variables of another ConfigMap give is beaten by an export right before the start.
  Installation computed(
      mounted(std::string(kConfluent) + "envFrom: [{configMapRef: {name: variables}}]\n"),
      config_map("settings", script(rest)) + config_map("variables", "KAFKA_ADVERTISED_LISTENERS: IN://in:9092\n"));
  check_changed(computed);
  CHECK_THAT(computed.map_text(), Contains("&& exec /etc/confluent/docker/run"));
}

TEST_CASE("a ConfigMap's script is left alone where others would get the change, too") {
  const std::string line = "start.sh of ConfigMap settings starts kafka-server-start.sh; add --override";
  CHECK(refusal("") == "");
  const std::string deployment =
      "---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: tool, namespace: data}\nspec:\n  template:\n"
      "    spec:\n      containers: [{name: tool, image: x}]\n"
      "      volumes: [{name: v, projected: {sources: [{configMap: {name: settings}}]}}]\n";
  CHECK_THAT(refusal(deployment),
             Contains(line) && Contains("(Deployment data/tool uses ConfigMap data/settings as well)"));
  const std::string job =
      "---\napiVersion: batch/v1\nkind: CronJob\nmetadata: {name: tool, namespace: data}\nspec:\n  jobTemplate:\n"
      "    spec:\n      template:\n        spec:\n          containers:\n"
      "          - {name: tool, image: x, envFrom: [{configMapRef: {name: settings}}]}\n";
  CHECK_THAT(refusal(job), Contains("(CronJob data/tool uses ConfigMap data/settings as well)"));
  const std::string stranger =
      "---\napiVersion: v1\nkind: Pod\nmetadata: {name: tool, namespace: other}\nspec:\n"
      "  containers: [{name: tool, image: x}]\n  volumes: [{name: v, configMap: {name: settings}}]\n";
  CHECK(refusal(stranger) == "");
}

TEST_CASE("a ConfigMap that cannot be changed, or not for long, is left alone") {
  const std::string data =
      "data:\n" + indent(kProperties + script("exec kafka-server-start.sh /conf/server.properties\n"), 2);
  const auto told = [&](const std::string& head) {
    Installation one(mounted(kOwnImage), "---\napiVersion: v1\nkind: ConfigMap\n" + head + data);
    return one.plan().refusal;
  };
  CHECK_THAT(told("metadata: {name: settings, namespace: data}\nimmutable: true\n"),
             Contains("(ConfigMap data/settings is immutable)"));
  CHECK_THAT(told("metadata: {name: settings, namespace: data, ownerReferences: [{kind: X, name: y}]}\n"),
             Contains("(ConfigMap data/settings has an owner, which would undo the change)"));
}

// Variables that ConfigMaps give: which ConfigMap is meant, what beats what, how
// such a set is changed.
#include "installation.h"

using namespace brokerset;
using Catch::Matchers::Contains;

namespace {

const std::string kImage = "name: broker\nimage: confluentinc/cp-kafka:7.5.0\n";
const std::string kFrom = kImage + "envFrom: [{configMapRef: {name: settings}}]\n";
const std::string kListeners =
    "KAFKA_LISTENERS: 'INSIDE://:9092'\nKAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'INSIDE:PLAINTEXT'\n"
    "KAFKA_INTER_BROKER_LISTENER_NAME: INSIDE\n";

std::string advertised(const std::string& value) { return "KAFKA_ADVERTISED_LISTENERS: '" + value + "'\n"; }

}  // namespace

TEST_CASE("envFrom takes a ConfigMap's keys, which nothing expands") {
  const Installation one(with(kFrom), config_map("settings", advertised("INSIDE://$(POD):9092") + kListeners));
  CHECK(one->form_id == "env-config-map");
  CHECK(one.advertised() == "INSIDE://$(POD):9092");
  CHECK(one.source_text() == "ConfigMap data/settings: INSIDE://$(POD):9092");
  CHECK(one.property("listeners") == "INSIDE://:9092");
}

TEST_CASE("env beats envFrom, a later ConfigMap an earlier one, a prefix is put before the key") {
  const std::string maps =
      config_map("settings", advertised("A://first:1")) + config_map("more", "ADVERTISED_LISTENERS: 'A://second:1'\n");
  const std::string both =
      kImage + "envFrom: [{configMapRef: {name: settings}}, {prefix: KAFKA_, configMapRef: {name: more}}]\n";
  CHECK(Installation(with(both), maps).advertised() == "A://second:1");
  const Installation env(with(both + "env: [{name: KAFKA_ADVERTISED_LISTENERS, value: 'A://own:1'}]\n"), maps);
  CHECK(env.advertised() == "A://own:1");
  CHECK(env->form_id == "env-literal");
}

TEST_CASE("a source that is not in the input may hide what stands before it") {
  const std::string later = kImage + "envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: hidden}}]\n";
  CHECK(Installation(with(later), config_map("settings", advertised("A://x:1"))).advertised() ==
        "<unknown>: KAFKA_ADVERTISED_LISTENERS may come from Secret hidden (envFrom), which is not read");
  const std::string earlier = kImage + "envFrom: [{secretRef: {name: hidden}}, {configMapRef: {name: settings}}]\n";
  CHECK(Installation(with(earlier), config_map("settings", advertised("A://x:1"))).advertised() == "A://x:1");
}

TEST_CASE("configMapKeyRef") {
  const std::string container =
      kImage +
      "env: [{name: KAFKA_ADVERTISED_LISTENERS, valueFrom: {configMapKeyRef: {name: settings, key: address}}}]\n";
  const Installation known(with(container), config_map("settings", "address: 'A://x:1'\n"));
  CHECK(known.advertised() == "A://x:1");
  CHECK(known->form_id == "env-config-map");
  CHECK(Installation(with(container), config_map("settings", "other: x\n")).advertised() ==
        "<unknown>: it comes from key address of ConfigMap settings, which has no such key");
  // A key that may be missing leaves the variable unset.
  std::string optional = container;
  optional.replace(optional.find("key: address"), 12, "optional: true, key: address");
  CHECK(Installation(with(optional), config_map("settings", "other: x\n")).advertised() == "<unset>");
  CHECK_THAT(Installation(with(optional), "").advertised(), Contains("which is not in the input"));
}

TEST_CASE("the ConfigMap of the pod's namespace is meant, the nearest one where none is named") {
  const auto value = [](const std::string& maps, const std::string& file) {
    return Installation(with(kFrom), maps, file).advertised();
  };
  const std::string other = config_map("settings", advertised("A://other:1"), "elsewhere");
  CHECK_THAT(value(other, "test.yaml"), Contains("which is not in the input"));
  CHECK(value(other + config_map("settings", advertised("A://mine:1")), "test.yaml") == "A://mine:1");
  CHECK(value(config_map("settings", advertised("A://unnamed:1"), ""), "test.yaml") == "A://unnamed:1");
  CHECK(value(config_map("settings", advertised("A://a:1")) + config_map("settings", advertised("A://b:1")),
              "test.yaml") ==
        "<unknown>: KAFKA_ADVERTISED_LISTENERS may come from ConfigMap settings (envFrom), which stands in the input "
        "more than once");
  // Another folder's, without a namespace, is somebody else's.
  CHECK_THAT(value(config_map("settings", advertised("A://far:1"), ""), "far/maps.yaml"),
             Contains("which is not in the input"));
}

TEST_CASE("what a ConfigMap gives is beaten by an env entry with the whole value") {
  Installation one(with(kFrom + "env: [{name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]\n"),
                   config_map("settings", advertised("INSIDE://:9092,EXTERNAL://wrong:1") + kListeners));
  const Plan plan = one.plan();
  CHECK(plan.refusal == "");
  CHECK(one.advertised(2) == "INSIDE://:9092,EXTERNAL://kafka-2.kafka.example.org:9094");
  CHECK(one.property("listeners") == "INSIDE://:9092,EXTERNAL://:9094");
  CHECK(one.property("listener.security.protocol.map") == "INSIDE:PLAINTEXT,EXTERNAL:PLAINTEXT");
  CHECK_THAT(one.text(), Contains(R"("value":"INSIDE://:9092,EXTERNAL://$(POD_NAME).kafka.example.org:9094")"));
}

TEST_CASE("an entry with configMapKeyRef becomes one with the value") {
  Installation one(
      with(kFrom +
           "env: [{name: KAFKA_ADVERTISED_LISTENERS, valueFrom: {configMapKeyRef: {name: settings, key: inner}}}]\n"),
      config_map("settings", "inner: 'INSIDE://in:9092'\n" + kListeners));
  CHECK(one.plan().refusal == "");
  CHECK(one.advertised(1) == "INSIDE://in:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
  CHECK(one.text().find("configMapKeyRef") == std::string::npos);
}

TEST_CASE("a script exports again what a ConfigMap gives") {
  Installation one(
      with(kFrom + "command: [sh, -c, \"export KAFKA_BROKER_ID=${HOSTNAME##*-} && exec /etc/confluent/docker/run\"]\n"),
      config_map("settings", advertised("INSIDE://in:9092") + kListeners));
  CHECK(one.plan().refusal == "");
  CHECK(one.advertised(1) == "INSIDE://in:9092,EXTERNAL://kafka-1.kafka.example.org:9094");
  CHECK_THAT(one.text(), Contains("export KAFKA_ADVERTISED_LISTENERS=\\\"${KAFKA_ADVERTISED_LISTENERS},EXTERNAL://"));
}

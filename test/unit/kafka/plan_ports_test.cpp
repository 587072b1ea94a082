// Container ports of a planned listener: names, and ports that something else has.
#include "broker_set_support.h"

using namespace brokerset;
using Catch::Matchers::Contains;

namespace {

const std::string kHead = "name: broker\nimage: confluentinc/cp-kafka:7.5.0\n";
const std::string kEnv =
    "env:\n- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n"
    "- {name: KAFKA_LISTENERS, value: \"PLAINTEXT://:9092\"}\n"
    "- {name: KAFKA_ADVERTISED_LISTENERS, value: \"PLAINTEXT://$(POD_NAME).kafka-headless:9092\"}\n";

std::vector<std::string> names(const Broker& broker) {
  std::vector<std::string> out;
  for (const Node& node : broker.set().container["ports"].children()) out.emplace_back(Value(&node)["name"].str());
  return out;
}

// The names of the broker's ports after the plan; the refusal when there is none.
std::vector<std::string> planned_names(const Manifest& manifest, const WantedListener& wish) {
  const Broker before(manifest);
  const Plan plan = plan_external_listener(before.set(), wish);
  if (!plan.refusal.empty()) return {plan.refusal};
  return names(before.after(plan));
}

std::string refusal(const Manifest& manifest) {
  const Broker broker(manifest);
  return plan_external_listener(broker.set(), wanted()).refusal;
}

}  // namespace

TEST_CASE("a new container port gets a name that nothing in the pod has and that no Service asks for") {
  using Names = std::vector<std::string>;
  CHECK(planned_names(with(kHead + "ports: [{name: client, containerPort: 9092}]\n" + kEnv), wanted()) ==
        Names{"client", "external"});
  CHECK(planned_names(with(kHead + "ports: [{name: external, containerPort: 9092}]\n" + kEnv), wanted()) ==
        Names{"external", "external-9094"});
  CHECK(planned_names(with(kHead +
                           "ports: [{name: external, containerPort: 9092}, {name: external-9094, containerPort: 7000}, "
                           "{name: kafka-9094, containerPort: 7001}, {name: kafka-ext-9094, containerPort: 7002}]\n" +
                           kEnv),
                      wanted())
            .back() == "kafka-x4");
  WantedListener asked = wanted();
  asked.names_asked_for = {"external", "broker"};
  CHECK(planned_names(with(kHead + kEnv), asked) == Names{"external-9094"});
  Manifest beside = with(kHead + kEnv);
  beside.containers.push_back("name: proxy\nimage: acme/proxy:1\nports: [{name: external, containerPort: 7000}]\n");
  CHECK(planned_names(beside, wanted()) == Names{"external-9094"});
  for (const std::string& name : planned_names(with(kHead + kEnv), asked)) CHECK(name.size() <= 15);
}

TEST_CASE("a port that something else in the pod has is not bound") {
  const auto own = [](const std::string& port) { return with(kHead + "ports: [" + port + "]\n" + kEnv); };
  CHECK_THAT(refusal(own("{name: jmx, containerPort: 9094}")), Contains("used by the broker's own port jmx"));
  CHECK_THAT(refusal(own("{name: http-metrics, containerPort: 9094}")), Contains("own port http-metrics"));
  CHECK(refusal(own("{name: ext, containerPort: 9094}")).empty());
  CHECK(refusal(own("{containerPort: 9094}")).empty());
  CHECK(refusal(own("{name: jmx, containerPort: 9094, protocol: UDP}")).empty());

  const auto beside = [](const std::string& container) {
    Manifest manifest = with(kHead + kEnv);
    manifest.containers.push_back(container);
    return manifest;
  };
  CHECK_THAT(refusal(beside("name: proxy\nimage: acme/p:1\nports: [{name: in, containerPort: 9094}]\n")),
             Contains("used by container proxy (port in) of the same pod"));
  CHECK(refusal(beside("name: proxy\nimage: acme/p:1\nports: [{containerPort: 9095}]\n")).empty());

  const auto init = [](const std::string& more) {
    Manifest manifest = with(kHead + kEnv);
    manifest.pod = "initContainers:\n- name: side\n  image: acme/s:1\n  ports: [{containerPort: 9094}]\n" + more;
    return manifest;
  };
  CHECK_THAT(refusal(init("  restartPolicy: Always\n")), Contains("container side"));
  CHECK(refusal(init("")).empty());

  const auto env = [](const std::string& name, const std::string& value) {
    return with(kHead + kEnv + "- {name: " + name + ", value: \"" + value + "\"}\n");
  };
  CHECK_THAT(refusal(env("KAFKA_JMX_PORT", "9094")), Contains("used by KAFKA_JMX_PORT"));
  CHECK_THAT(refusal(env("KAFKA_OPTS", "-javaagent:/opt/jmx.jar=9094:/etc/jmx.yml")), Contains("used by KAFKA_OPTS"));
  CHECK_THAT(refusal(env("KAFKA_JMX_OPTS", "-Dcom.sun.management.jmxremote.port=9094")), Contains("KAFKA_JMX_OPTS"));
  CHECK(refusal(env("KAFKA_JMX_PORT", "90940")).empty());
  CHECK(refusal(env("KAFKA_OPTS", "-javaagent:/opt/jmx.jar=19094:/etc/jmx.yml")).empty());
}

TEST_CASE("a port that the listener binds already stays, whatever else declares it") {
  Manifest manifest = with(kHead +
                           "env:\n- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}\n"
                           "- {name: KAFKA_LISTENERS, value: \"PLAINTEXT://:9092,EXTERNAL://:9094\"}\n"
                           "- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: "
                           "\"PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT\"}\n"
                           "- {name: KAFKA_ADVERTISED_LISTENERS, value: "
                           "\"PLAINTEXT://$(POD_NAME).kafka-headless:9092,EXTERNAL://old:9094\"}\n");
  manifest.containers.push_back("name: proxy\nimage: acme/p:1\nports: [{containerPort: 9094}]\n");
  const Broker broker(manifest);
  const Plan plan = plan_external_listener(broker.set(), wanted());
  CHECK(plan.refusal.empty());
  REQUIRE_FALSE(plan.edits.empty());
  CHECK(broker.after(plan).set().container["ports"].size() == 0);
}

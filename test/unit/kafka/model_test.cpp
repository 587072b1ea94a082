#include <functional>

#include "brokergate/kafka.h"
#include "catch.h"
#include "unit/kafka/model_help.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

const std::string kLabels = "{app: kafka}";

std::string pod_service(int ordinal, const std::string& type, const std::string& ports) {
  return service("kafka-" + std::to_string(ordinal) + "-external", type,
                 "{statefulset.kubernetes.io/pod-name: kafka-" + std::to_string(ordinal) + "}", ports);
}

// Three brokers with a listener for clients inside and, when given, one for those outside.
World world_of(const std::string& advertised, const std::string& listeners, const std::string& services,
               const std::string& more = "", int replicas = 3) {
  World world;
  std::string text =
      broker_set("kafka", replicas, kLabels,
                 env("KAFKA_ADVERTISED_LISTENERS", advertised) + env("KAFKA_LISTENERS", listeners) + more);
  world.policy.domain = "kafka.example.com";
  world.file("a.yaml", text + services).build();
  REQUIRE(world.model->sets.size() == 1);
  return world;
}

// "NAME PROTOCOL base+slope bind base+slope", or what is wrong.
std::string wanted(const World& world) {
  std::string why;
  const auto listener = wanted_listener(*world.model, world.set("kafka"), world.policy, &why);
  if (!listener) return "none: " + why;
  std::string out = listener->name + " " + listener->protocol + " " + std::to_string(listener->port_base) + "+" +
                    std::to_string(listener->port_slope);
  if (listener->bind_base) {
    out += " bind " + std::to_string(*listener->bind_base) + "+" + std::to_string(listener->bind_slope);
  }
  return out;
}

const std::string kInside = "PLAINTEXT://$(POD_NAME).kafka-headless:9092";
const std::string kMap =
    env("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", "PLAINTEXT:PLAINTEXT,EXTERNAL:SASL_SSL,OUTSIDE:SSL");

}  // namespace

TEST_CASE("a model lists sets, Services and what is unknown") {
  World world = world_of(kInside, "PLAINTEXT://:9092", pod_service(0, "LoadBalancer", "[{port: 9094}]"));
  CHECK(world.model->services.size() == 1);
  CHECK(world.model->services[0].set == &world.model->sets[0]);
  CHECK(world.model->unknown.empty());
}

TEST_CASE("the external listener as it stands") {
  const std::string both = kInside + ",EXTERNAL://kafka-0.example.com:9094";
  const auto name = [](const World& world) {
    return external_listener_name(*world.model, world.set("kafka"), world.policy);
  };
  CHECK(name(world_of(both, "PLAINTEXT://:9092,EXTERNAL://:9094", "", kMap)) == "EXTERNAL");
  CHECK(name(world_of(kInside, "PLAINTEXT://:9092", "")).empty());
  CHECK(name(world_of(kInside, "PLAINTEXT://:9092", pod_service(0, "LoadBalancer", "[{port: 9092}]"))) == "PLAINTEXT");
  CHECK(name(world_of(kInside + ",OUTSIDE://h:9094", "PLAINTEXT://:9092,OUTSIDE://:9094",
                      pod_service(0, "LoadBalancer", "[{port: 9094, targetPort: kafka-external}]"), kMap)) ==
        "OUTSIDE");
  CHECK(name(world_of(kInside + ",OUTSIDE://h:9094", "PLAINTEXT://:9092,OUTSIDE://:9094",
                      service("kafka", "", kLabels, "[{port: 9094}]"), kMap))
            .empty());
}

TEST_CASE("no domain, no wish") {
  World world = world_of(kInside, "PLAINTEXT://:9092", "");
  world.policy.domain.clear();
  CHECK(wanted(world) == "none: ");
}

TEST_CASE("port auto without Services") {
  CHECK(wanted(world_of(kInside, "PLAINTEXT://:9092", "")) == "EXTERNAL PLAINTEXT 9094+0");
  CHECK(wanted(world_of(kInside + ",EXTERNAL://h:9099", "PLAINTEXT://:9092,EXTERNAL://:9099", "", kMap)) ==
        "EXTERNAL SASL_SSL 9099+0");
  // The default port is another listener's: bound elsewhere.
  CHECK(wanted(world_of("PLAINTEXT://$(POD_NAME):9094", "PLAINTEXT://:9094", "")) ==
        "EXTERNAL PLAINTEXT 9094+0 bind 9095+0");
}

TEST_CASE("port auto takes what the Services publish") {
  const auto services = [](const std::string& type, const std::function<std::string(int)>& ports) {
    std::string out;
    for (int n = 0; n < 3; ++n) out += pod_service(n, type, ports(n));
    return out;
  };
  const auto with = [](const std::string& text) { return wanted(world_of(kInside, "PLAINTEXT://:9092", text)); };
  CHECK(with(services("LoadBalancer", [](int) { return "[{port: 19092, targetPort: 9094}]"; })) ==
        "EXTERNAL PLAINTEXT 19092+0 bind 9094+0");
  CHECK(with(services("LoadBalancer", [](int n) {
          const std::string port = std::to_string(31090 + n);
          return "[{port: " + port + ", targetPort: " + port + "}]";
        })) == "EXTERNAL PLAINTEXT 31090+1");
  CHECK(with(services("NodePort", [](int n) {
          return "[{port: 19092, targetPort: 9094, nodePort: " + std::to_string(31090 + n) + "}]";
        })) == "EXTERNAL PLAINTEXT 31090+1 bind 9094+0");
  CHECK(with(services("LoadBalancer", [](int n) { return "[{port: " + std::to_string(30000 + 7 * n) + "}]"; })) ==
        "none: its Services publish 30000 for broker 0, 30007 for broker 1, 30014 for broker 2: neither one port for "
        "all nor a base plus the ordinal");
  CHECK(with(services("NodePort", [](int) { return "[{port: 9094}]"; })).find("names no nodePort") !=
        std::string::npos);
  // A target that is the listener between brokers is the Service's fault: the new listener binds elsewhere.
  CHECK(with(services("LoadBalancer", [](int) { return "[{port: 9092}]"; })) ==
        "EXTERNAL PLAINTEXT 9092+0 bind 9094+0");
  CHECK(with(services("LoadBalancer", [](int) { return "[{port: 9094, targetPort: kafka-external}]"; })) ==
        "EXTERNAL PLAINTEXT 9094+0");
  CHECK(with(services("LoadBalancer", [](int) { return "[{port: 9094, targetPort: nowhere}]"; })) ==
        "EXTERNAL PLAINTEXT 9094+0");
  CHECK(with(services("LoadBalancer", [](int) {
          return "[{name: jmx, port: 7071}, {name: k, port: 9094, targetPort: 9094}]";
        })) == "EXTERNAL PLAINTEXT 9094+0");
  CHECK(with(services("LoadBalancer", [](int) {
          return "[{port: 9094}, {port: 9095}]";
        })).find("has 2 ports, and none is recognised as that of listener EXTERNAL") != std::string::npos);
  CHECK(with(pod_service(1, "NodePort", "[{port: 9094, nodePort: 31091}]")) ==
        "EXTERNAL PLAINTEXT 31090+1 bind 9094+0");
}

TEST_CASE("what is advertised stands where the Services agree") {
  const std::string outside = ",EXTERNAL://h:9094", bound = "PLAINTEXT://:9092,EXTERNAL://:9095";
  CHECK(wanted(world_of(kInside + outside, bound, pod_service(0, "LoadBalancer", "[{port: 9094, targetPort: 9095}]"),
                        kMap)) == "EXTERNAL SASL_SSL 9094+0 bind 9095+0");
  CHECK(wanted(world_of(kInside + outside, bound, pod_service(0, "LoadBalancer", "[{port: 9000, targetPort: 9095}]"),
                        kMap)) == "EXTERNAL SASL_SSL 9000+0 bind 9095+0");
}

TEST_CASE("an external listener of another name is kept") {
  CHECK(wanted(world_of(kInside + ",OUTSIDE://h:9094", "PLAINTEXT://:9092,OUTSIDE://:9094",
                        pod_service(0, "LoadBalancer", "[{port: 9094}]"), kMap)) == "OUTSIDE SSL 9094+0");
}

TEST_CASE("a listener that has the policy's address is the external one, whatever it is called") {
  const World world = world_of(kInside + ",OUTSIDE://$(POD_NAME).kafka.example.com:9094",
                               "PLAINTEXT://:9092,OUTSIDE://:9094", "", kMap);
  CHECK(external_listener_name(*world.model, world.set("kafka"), world.policy) == "OUTSIDE");
  CHECK(wanted(world) == "OUTSIDE SSL 9094+0");
  // The listener between brokers stays theirs.
  const World inside = world_of("PLAINTEXT://$(POD_NAME).kafka.example.com:9092", "PLAINTEXT://:9092", "");
  CHECK(external_listener_name(*inside.model, inside.set("kafka"), inside.policy).empty());
}

TEST_CASE("of several ports the one meant for clients outside counts") {
  const auto with = [](const std::string& ports) {
    return wanted(world_of(kInside, "PLAINTEXT://:9092", pod_service(0, "LoadBalancer", ports), "", 1));
  };
  CHECK(with("[{name: internal, port: 9092}, {name: external, port: 9094}]") == "EXTERNAL PLAINTEXT 9094+0");
  CHECK(with("[{name: int, port: 9999, targetPort: 9092}, {name: k, port: 9095, targetPort: nowhere}]") ==
        "EXTERNAL PLAINTEXT 9095+0");
  CHECK(with("[{name: k, port: 9094, targetPort: 9092}, {name: jmx, port: 5555}]") == "EXTERNAL PLAINTEXT 9094+0");
}

TEST_CASE("protocols are never weakened and the policy's own wish counts") {
  World world = world_of(kInside + ",EXTERNAL://h:9094", "PLAINTEXT://:9092,EXTERNAL://:9094", "", kMap);
  CHECK(wanted(world) == "EXTERNAL SASL_SSL 9094+0");
  world.policy.listener_protocol = "SSL";
  CHECK(wanted(world) == "EXTERNAL SSL 9094+0");
}

TEST_CASE("ports that the policy fixes") {
  World world = world_of(kInside, "PLAINTEXT://:9092", pod_service(0, "LoadBalancer", "[{port: 9094}]"));
  world.policy.listener_port = {PortRule::Kind::kFixed, 9200};
  CHECK(wanted(world) == "EXTERNAL PLAINTEXT 9200+0 bind 9094+0");
  world.policy.listener_port = {PortRule::Kind::kPerOrdinal, 31090};
  CHECK(wanted(world) == "EXTERNAL PLAINTEXT 31090+1 bind 9094+0");
  world.policy.listener_port = {PortRule::Kind::kPerOrdinal, 65534};
  CHECK(wanted(world) == "none: port 65536 of the last broker is no port");
}

TEST_CASE("hosts of the wish") {
  World world = world_of(kInside, "PLAINTEXT://:9092", "");
  world.policy.hostname = "{pod}.{statefulset}.{domain}";
  std::string why;
  const auto listener = wanted_listener(*world.model, world.set("kafka"), world.policy, &why);
  REQUIRE(listener.has_value());
  CHECK(listener->host_template == "{pod}.kafka.kafka.example.com");
  world.policy.hostname = "{pod}.{namespace}.{domain}";
  CHECK(wanted(world) == "none: the policy's hostname has {namespace}, and StatefulSet kafka names none");
  world.policy.hostname = std::string(70, 'x') + "{pod}.{domain}";
  CHECK(wanted(world).find("none: the policy's hostname gives no DNS name here") == 0);
}

TEST_CASE("Services that select nothing or are only named do not count") {
  CHECK(wanted(world_of(kInside, "PLAINTEXT://:9092",
                        service("kafka-0-external", "LoadBalancer", "{app: kafka}", "[{port: 9000}]") +
                            service("kafka-1-external", "LoadBalancer",
                                    "{app: other, statefulset.kubernetes.io/pod-name: kafka-1}", "[{port: 9001}]") +
                            service("kafka-9-external", "LoadBalancer", "{statefulset.kubernetes.io/pod-name: kafka-9}",
                                    "[{port: 9009}]"))) == "EXTERNAL PLAINTEXT 9094+0");
}

TEST_CASE("sets of absurd size are sampled") {
  World world = world_of(kInside, "PLAINTEXT://:9092", "", "", 2'000'000'000);
  CHECK(wanted(world) == "EXTERNAL PLAINTEXT 9094+0");
  world.policy.listener_port = {PortRule::Kind::kPerOrdinal, 31090};
  CHECK(wanted(world).find("is no port") != std::string::npos);
}

TEST_CASE("a set scaled to nothing keeps the ports of its Services") {
  CHECK(wanted(world_of(kInside, "PLAINTEXT://:9092",
                        pod_service(1, "LoadBalancer", "[{port: 9099, targetPort: 9094}]"), "", 0)) ==
        "EXTERNAL PLAINTEXT 9099+0 bind 9094+0");
}

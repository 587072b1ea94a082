// Objects that were made to be slow (checklist S21): legal in size, odd in content.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "catch.h"
#include "hardening/client.h"
#include "hardening/server_process.h"

using namespace brokergate::hardening;

namespace {

// Milliseconds of the server's own time, which others on the machine do not change much. An API
// server waits three seconds by our own registration; the aim is printed beside what was measured.
constexpr long kGivenUp = 1000, kAim = 100;
constexpr size_t kMost = size_t{3} << 20;  // what an API server takes

std::string repeat(std::string_view text, size_t bytes) {
  std::string out;
  while (out.size() < bytes) out += text;
  return out;
}

// `count` elements, each with its number for #.
std::string list(const std::string& element, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) {
    std::string one = element;
    for (size_t at = 0; (at = one.find('#', at)) != std::string::npos;) one.replace(at, 1, std::to_string(i));
    out += (i ? "," : "") + one;
  }
  return out;
}

std::string review(const std::string& group, const std::string& kind, const std::string& object) {
  return R"({"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1","request":{"uid":"u","kind":{"group":")" +
         group + R"(","version":"v1","kind":")" + kind +
         R"("},"name":"kafka","namespace":"n","operation":"CREATE","object":)" + object + R"(,"oldObject":null}})";
}

std::string service(const std::string& annotations, const std::string& ports) {
  return review("", "Service",
                R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"kafka-0-external","annotations":{)" +
                    annotations +
                    R"(}},"spec":{"type":"LoadBalancer","selector":{"app":"kafka",)"
                    R"("statefulset.kubernetes.io/pod-name":"kafka-0"},"ports":[)" +
                    ports + "]}}");
}

// `pod`: further entries of the pod's spec; `container`: of the broker's container; `env`: of its environment.
std::string brokers(const std::string& pod, const std::string& container, const std::string& env,
                    const std::string& more_containers = {}) {
  return review(
      "apps", "StatefulSet",
      R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"kafka"},"spec":{"serviceName":"k",)"
      R"("replicas":3,"selector":{"matchLabels":{"app":"kafka"}},"template":{"metadata":{"labels":{"app":"kafka"}},)"
      R"("spec":{)" +
          pod + R"("containers":[{"name":"kafka","image":"confluentinc/cp-kafka:7.4.0",)" + container +
          R"("env":[{"name":"KAFKA_ZOOKEEPER_CONNECT","value":"z:2181"})" + env + "]}" + more_containers + "]}}}}");
}

std::string variable(const std::string& name, const std::string& value) {
  return R"(,{"name":")" + name + R"(","value":")" + value + "\"}";
}

std::string command(const std::string& script) { return R"("command":["bash","-c",")" + script + "\"],"; }

}  // namespace

TEST_CASE("three megabytes that were made to be slow are answered in time", "[release]") {
  struct Case {
    const char* what;
    std::string review;
  };
  const size_t quarter = size_t{256} << 10;
  const std::vector<Case> cases = {
      {"an annotation of 256 KiB", service(R"("a":")" + repeat("x", quarter) + "\"", R"({"port":9094})")},
      {"a host name of 256 KiB",
       service(R"("external-dns.alpha.kubernetes.io/hostname":")" + repeat("a,b.", quarter) + "\"",
               R"({"port":9094})")},
      {"20,000 annotations", service(list(R"("dns.alpha.kubernetes.io/a#":"x")", 20000), R"({"port":9094})")},
      {"one key 50,000 times", service(list(R"("a":"#")", 50000), R"({"port":9094})")},
      {"30,000 ports", service("", list(R"({"name":"p#","port":1,"nodePort":30000})", 30000))},
      {"an environment of 3 MiB", brokers("", "", variable("X", repeat("x", kMost)))},
      {"3 MiB of $( in a variable", brokers("", "", variable("KAFKA_LISTENERS", repeat("$(", kMost)))},
      {"20,000 variables that lead on", brokers("", "", "," + list(R"({"name":"V#","value":"$(V1)$(V#)x"})", 20000))},
      {"20,000 variables of Kafka",
       brokers("", "", "," + list(R"_({"name":"KAFKA_A#","value":"$(KAFKA_A9)"})_", 20000))},
      {"100,000 listeners", brokers("", "", variable("KAFKA_ADVERTISED_LISTENERS", list("A#://b:1", 100000)))},
      {"100,000 protocols", brokers("", "", variable("KAFKA_LISTENER_SECURITY_PROTOCOL_MAP", list("A#:SSL", 100000)))},
      {"10,000 containers",
       brokers("", "", "", "," + list(R"({"name":"c#","image":"confluentinc/cp-kafka:7.4.0"})", 10000))},
      {"10,000 init containers",
       brokers(R"("initContainers":[)" + list(R"({"name":"c#","image":"busybox","command":["sh","-c","A=1"]})", 10000) +
                   "],",
               "", "")},
      {"10,000 volumes, all mounted",
       brokers(R"("volumes":[)" + list(R"({"name":"v#","configMap":{"name":"m#"}})", 10000) + "],",
               R"("volumeMounts":[)" + list(R"({"name":"v#","mountPath":"/a/b#"})", 10000) + "],", "")},
      {"20,000 container ports",
       brokers("", R"("ports":[)" + list(R"({"name":"p","containerPort":9092})", 20000) + "],", "")},
      {"10,000 tolerations and terms",
       brokers(
           R"("tolerations":[)" + list(R"({"key":"k#","operator":"Exists"})", 10000) +
               R"(],"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[)" +
               list(R"({"matchExpressions":[{"key":"k","operator":"In","values":["#"]}]})", 10000) + "]}}},",
           "", "")},
      {"a script of 3 MiB", brokers("", command(repeat("export A=1; ", kMost)), "")},
      {"a script that doubles",
       brokers("", command("A=xxxxxxxxxxxxxxxx; " + repeat("A=$A$A$A$A; ", 2000) + "run"), "")},
      {"a script that never ends", brokers("", command("while true; do A=$A$(echo $A | tr a b); done; run"), "")},
      {"a pattern that backtracks",
       brokers("", command("A=" + repeat("a", 60000) + "; B=${A##*a*a*a*a*a*a*a*b}; [[ $A =~ (a*)*b ]]; run"), "")},
      {"300,000 words", brokers("", R"("command":["bash","-c","run"],"args":[)" + list("\"a#\"", 300000) + "],", "")},
  };
  long worst = 0;
  for (const Case& one : cases) {
    // One of its own, so that one that is slow holds up no other.
    const ServerProcess server({"--domain", "kafka.example.com"});
    for (const char* path : {"/mutate", "/validate"}) {
      INFO(one.what << " at " << path << ", " << one.review.size() << " bytes");
      Client client(server.port());
      REQUIRE(client.handshake());
      const long begin = server.cpu_millis();
      REQUIRE(client.send(post(path, one.review)));
      CHECK(status_of(client.answer(milliseconds(30000))) == 200);
      const long took = server.cpu_millis() - begin;
      CHECK(took < kGivenUp);
      if (took > kAim) std::printf("%58s %5ld ms, aim %ld\n", one.what, took, kAim);
      worst = std::max(worst, took);
    }
  }
  std::printf("%58s %5ld ms, aim %ld\n", "the slowest of these:", worst, kAim);
}

#include "review.h"

#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "brokergate/policy.h"
#include "brokergate/source.h"
#include "webhook/admission.h"

namespace bench {
namespace {

using brokergate::Policy;
using brokergate::Source;
using brokergate::SourcePtr;
using brokergate::webhook::Endpoint;
using nlohmann::json;

constexpr size_t kRequestBytes = 15 * 1024;
constexpr size_t kUpdateBytes = 82 * 1000;

// A StatefulSet as the API server sends it on CREATE: defaulted, with managed fields.
json stateful_set(const std::string& image, const std::string& command, const std::string& name = "kafka") {
  json env = json::array();
  env.push_back(
      {{"name", "POD_IP"}, {"valueFrom", {{"fieldRef", {{"apiVersion", "v1"}, {"fieldPath", "status.podIP"}}}}}});
  for (int i = 0; i < 20; ++i) {
    env.push_back({{"name", "OPTION_" + std::to_string(i)}, {"value", std::to_string(i * 1000)}});
  }
  json container = {{"name", "main"},
                    {"image", image},
                    {"command", {"sh", "-exc", command}},
                    {"env", env},
                    {"ports",
                     {{{"name", name == "kafka" ? "broker" : "web"},
                       {"containerPort", name == "kafka" ? 9092 : 8080},
                       {"protocol", "TCP"}}}},
                    {"resources", {{"requests", {{"cpu", "1"}, {"memory", "4Gi"}}}}},
                    {"imagePullPolicy", "IfNotPresent"},
                    {"terminationMessagePath", "/dev/termination-log"},
                    {"terminationMessagePolicy", "File"}};
  json object = {
      {"apiVersion", "apps/v1"},
      {"kind", "StatefulSet"},
      {"metadata", {{"name", name}, {"namespace", "streaming"}, {"labels", {{"app", name}}}}},
      {"spec",
       {{"replicas", 3},
        {"serviceName", name + "-headless"},
        {"podManagementPolicy", "OrderedReady"},
        {"selector", {{"matchLabels", {{"app", name}}}}},
        {"template",
         {{"metadata", {{"labels", {{"app", name}}}}},
          {"spec", {{"containers", {container}}, {"restartPolicy", "Always"}, {"dnsPolicy", "ClusterFirst"}}}}}}},
      {"status", {{"replicas", 0}}}};
  return object;
}

// The rest of the size is what the API server adds most of: managed fields.
std::string filled(json review, json object, size_t bytes, bool update) {
  json fields = json::object();
  for (int i = 0;; ++i) {
    object["metadata"]["managedFields"] = {
        {{"manager", "kubectl"}, {"operation", "Apply"}, {"apiVersion", "apps/v1"}, {"fieldsV1", fields}}};
    review["request"]["object"] = object;
    if (update) review["request"]["oldObject"] = object;
    std::string text = review.dump();
    if (text.size() >= bytes) return text;
    fields["f:part" + std::to_string(i)] = {{"f:name", json::object()}, {"f:value", {{".", json::object()}}}};
  }
}

// The review of an object, before it has its size.
json envelope(const char* uid, const char* group, const char* kind, const char* resource, const char* name,
              bool update) {
  return {{"apiVersion", "admission.k8s.io/v1"},
          {"kind", "AdmissionReview"},
          {"request",
           {{"uid", uid},
            {"kind", {{"group", group}, {"version", "v1"}, {"kind", kind}}},
            {"resource", {{"group", group}, {"version", "v1"}, {"resource", resource}}},
            {"name", name},
            {"namespace", "streaming"},
            {"operation", update ? "UPDATE" : "CREATE"},
            {"userInfo", {{"username", "ci@example.com"}, {"groups", {"system:authenticated"}}}},
            {"oldObject", nullptr},
            {"dryRun", false}}}};
}

std::string review_of(json object, size_t bytes = kRequestBytes, bool update = false) {
  const auto name = object["metadata"]["name"].get<std::string>();
  return filled(
      envelope("5b0e1d5e-2c43-4d5c-9d0c-6c7f3f0a9b11", "apps", "StatefulSet", "statefulsets", name.c_str(), update),
      std::move(object), bytes, update);
}

json broker_set() {
  return stateful_set("confluentinc/cp-kafka:5.5.15",
                      "export KAFKA_BROKER_ID=${HOSTNAME##*-} && \\\n"
                      "export KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${POD_IP}:9092 && \\\n"
                      "exec /etc/confluent/docker/run\n");
}

const std::string& broker_review() {
  static const std::string text = review_of(broker_set());
  return text;
}

// A Service of one broker, of about two kilobytes.
std::string service_review() {
  json object = {
      {"apiVersion", "v1"},
      {"kind", "Service"},
      {"metadata", {{"name", "kafka-0-external"}, {"namespace", "streaming"}, {"labels", {{"app", "kafka"}}}}},
      {"spec",
       {{"type", "LoadBalancer"},
        {"selector", {{"app", "kafka"}, {"statefulset.kubernetes.io/pod-name", "kafka-0"}}},
        {"ports", {{{"name", "external"}, {"port", 9094}, {"targetPort", 9094}, {"protocol", "TCP"}}}},
        {"sessionAffinity", "None"},
        {"externalTrafficPolicy", "Cluster"},
        {"allocateLoadBalancerNodePorts", true}}},
      {"status", {{"loadBalancer", json::object()}}}};
  return filled(envelope("5b0e1d5e-2c43-4d5c-9d0c-6c7f3f0a9b12", "", "Service", "services", "kafka-0-external", false),
                std::move(object), 2000, false);
}

const std::string& other_review() {
  static const std::string text =
      review_of(stateful_set("registry.example.com/shop/ledger:1.4", "exec /bin/ledger", "ledger"));
  return text;
}

// The server owns the body it received, so making the Source (one copy) is part of the cost.
void review(benchmark::State& state, const std::string& text, Endpoint endpoint, bool patched) {
  Policy policy = Policy::defaults();
  policy.domain = "kafka.example.com";
  for (auto _ : state) {
    const auto answer =
        brokergate::webhook::answer(std::make_shared<const Source>("<request>", text), endpoint, policy, "2026-01-01");
    if (answer.status != 200 || answer.decision.patched != patched) {
      state.SkipWithError("the answer is not what this benchmark is about");
      break;
    }
    benchmark::DoNotOptimize(answer.body.data());
  }
}

void scan(benchmark::State& state, const std::string& text) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded(text);
  for (auto _ : state) {
    simdjson::dom::element root;
    if (parser.parse(padded).get(root) != simdjson::SUCCESS) {
      state.SkipWithError("not JSON");
      break;
    }
    benchmark::DoNotOptimize(root);
  }
}

void parse(benchmark::State& state, const std::string& text) {
  for (auto _ : state) {
    json root = json::parse(text, nullptr, false);
    if (root.is_discarded()) {
      state.SkipWithError("not JSON");
      break;
    }
    benchmark::DoNotOptimize(root);
  }
}

class Capture : public benchmark::ConsoleReporter {
 public:
  Capture() : ConsoleReporter(OO_None) {}
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.error_occurred || run.run_type != Run::RT_Iteration) continue;
      figures.push_back({run.run_name.function_name, run.GetAdjustedCPUTime(), broker_review().size()});
    }
  }
  std::vector<ReviewFigure> figures;
};

}  // namespace

void write_reviews(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const auto write = [&](const char* name, const std::string& text) {
    std::ofstream file(folder / name, std::ios::binary);
    file << text;
    if (!file.flush()) throw std::runtime_error("cannot write " + (folder / name).string());
  };
  write("service.json", service_review());
  write("brokers.json", review_of(broker_set(), 17000));
  write("update.json", review_of(broker_set(), kUpdateBytes, true));
  write("other.json", other_review());
  // Called kafka, and no broker by what it runs: looked at longer.
  write("namesake.json", review_of(stateful_set("registry.example.com/shop/ledger:1.4", "exec /bin/ledger")));
}

std::vector<ReviewFigure> review_figures(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const auto add = [](const char* name, auto function) {
    benchmark::RegisterBenchmark(name, function)->Unit(benchmark::kMicrosecond);
  };
  add("empty simdjson scan", [](benchmark::State& s) { scan(s, broker_review()); });
  add("nlohmann parse", [](benchmark::State& s) { parse(s, broker_review()); });
  add("review, other StatefulSet", [](benchmark::State& s) { review(s, other_review(), Endpoint::kMutate, false); });
  add("review, brokers, /mutate", [](benchmark::State& s) { review(s, broker_review(), Endpoint::kMutate, true); });
  add("review, brokers, /validate",
      [](benchmark::State& s) { review(s, broker_review(), Endpoint::kValidate, false); });
  Capture reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  return reporter.figures;
}

}  // namespace bench

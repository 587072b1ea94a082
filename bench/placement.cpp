// usage: brokergate_bench_placement [NODES]
//
// What it costs to ask where pods may land among 5,000 nodes, each with a host name of its own. Prints figures
// as ratios to a scan of the same nodes measured in the same run, with the aim beside them. Nothing fails on
// time: only an answer that is wrong makes the exit code 1.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "brokergate/kafka.h"
#include "brokergate/nodes.h"
#include "brokergate/source.h"

namespace {

using namespace brokergate;

constexpr size_t kPools = 20;
constexpr int kRounds = 5;

bool sound = true;

void row(const std::string& what, const std::string& figure, const std::string& ratio, const std::string& aim) {
  std::printf("%-44s %14s   %-28s %s\n", what.c_str(), figure.c_str(), ratio.c_str(), aim.c_str());
}

std::string number(double value, const char* unit, int digits = 2) {
  char text[64];
  std::snprintf(text, sizeof text, "%.*f %s", digits, value, unit);
  return text;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double resident_mebibytes() {
  std::ifstream statm("/proc/self/statm");
  size_t total = 0, resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * 4096 / (1 << 20);
}

using Labels = std::map<std::string, std::string>;

Labels labels_of(size_t i) {
  const std::string n = std::to_string(i), pool = std::to_string(i % kPools);
  return {{"kubernetes.io/hostname", "node-" + n},
          {"kubernetes.io/os", "linux"},
          {"kubernetes.io/arch", i % 5 == 0 ? "arm64" : "amd64"},
          {"node.kubernetes.io/instance-type", "type-" + std::to_string(i % 7)},
          {"topology.kubernetes.io/zone", "zone-" + std::to_string(i % 3)},
          {"topology.kubernetes.io/region", "region"},
          {"cloud.google.com/gke-nodepool", "pool-" + pool},
          {i % kPools < 5 ? "cloud.google.com/gke-spot" : "example.com/stays", "true"},
          {"example.com/rack", "rack-" + std::to_string(i / 40)},
          {"example.com/serial", n},
          {"example.com/owner", "team-" + std::to_string(i % 50)}};
}

// `apart`: each node with a taint of its own value, as nodes that are dedicated to one pod have.
std::string nodes_json(size_t count, bool apart) {
  std::string out = R"({"apiVersion":"v1","kind":"List","items":[)";
  for (size_t i = 0; i < count; ++i) {
    std::string labels;
    for (const auto& [key, value] : labels_of(i)) {
      labels.append(labels.empty() ? "\"" : ",\"").append(key).append("\":\"").append(value).append("\"");
    }
    out.append(i ? "," : "").append(R"({"apiVersion":"v1","kind":"Node","metadata":{"name":"node-)");
    out.append(std::to_string(i)).append(R"(","labels":{)").append(labels).append("}},\"spec\":{\"taints\":[");
    if (apart) {
      out.append(R"({"key":"dedicated","value":")").append(std::to_string(i)).append(R"(","effect":"NoSchedule"})");
    } else if (i % kPools == 19) {
      out.append(R"({"key":"dedicated","value":"search","effect":"NoSchedule"})");
    }
    out += "]}}";
  }
  return out + "]}";
}

std::vector<Object> objects_in(const std::string& text) {
  ReadResult result = read(std::make_shared<const Source>("nodes", text));
  std::vector<Object> out;
  for (Document& document : result.documents) {
    for (Object& object : objects_of(std::make_shared<const Document>(std::move(document)))) out.push_back(object);
  }
  return out;
}

struct Question {
  const char* name;
  std::string pod;
  Placement::Kind wanted;
};

std::string affinity(const std::string& expression) {
  return R"({"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":[)"
         R"({"matchExpressions":[)" +
         expression + "]}]}}}}";
}

std::vector<Question> questions(size_t nodes) {
  std::string hosts;
  for (size_t i = 0; i < 20; ++i) hosts += (i ? ",\"node-" : "\"node-") + std::to_string(i * 20 + 7) + "\"";
  const std::string half = std::to_string(nodes / 2);
  constexpr auto kStable = Placement::Kind::kStable, kSome = Placement::Kind::kUndecided,
                 kAll = Placement::Kind::kPreemptible;
  return {
      {"nothing asked", "{}", kSome},
      {"nodeSelector of three labels",
       R"({"nodeSelector":{"kubernetes.io/os":"linux","topology.kubernetes.io/zone":"zone-1","cloud.google.com/gke-nodepool":"pool-9"}})",
       kStable},
      {"affinity DoesNotExist", affinity(R"({"key":"cloud.google.com/gke-spot","operator":"DoesNotExist"})"), kStable},
      {"affinity In 20 host names",
       affinity(R"({"key":"kubernetes.io/hostname","operator":"In","values":[)" + hosts + "]}"), kStable},
      {"affinity NotIn, NotIn, Exists",
       affinity(R"({"key":"cloud.google.com/gke-nodepool","operator":"NotIn","values":["pool-1","pool-2"]},)"
                R"({"key":"topology.kubernetes.io/zone","operator":"NotIn","values":["zone-2"]},)"
                R"({"key":"cloud.google.com/gke-spot","operator":"Exists"})"),
       kAll},
      {"affinity Gt over a number of each node's own",
       affinity(R"({"key":"example.com/serial","operator":"Gt","values":[")" + half + R"("]})"), kSome},
      {"tolerations",
       R"({"tolerations":[{"key":"dedicated","operator":"Equal","value":"search","effect":"NoSchedule"},)"
       R"({"key":"cloud.google.com/gke-spot","operator":"Exists"}]})",
       kSome},
  };
}

// The floor: one label of every node looked at, and nothing else.
double scan_microseconds(const std::vector<Labels>& nodes) {
  double best = 1e9;
  size_t found = 0;
  for (int round = 0; round < kRounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 20; ++i) {
      for (const Labels& labels : nodes) {
        const auto zone = labels.find("topology.kubernetes.io/zone");
        found += zone != labels.end() && zone->second == "zone-1" ? 1 : 0;
      }
    }
    best = std::min(best, seconds_since(start) / 20);
  }
  if (found == 0) sound = false;
  return best * 1e6;
}

void measure(const std::string& nodes, const Policy& policy, size_t count, const std::string& what, bool apart,
             double scan) {
  const std::vector<Object> objects = objects_in(nodes);
  const double before = resident_mebibytes();
  const auto start = std::chrono::steady_clock::now();
  const NodeIndex index(objects, policy);
  const double build = seconds_since(start);
  row("index of " + what, number(build * 1e3, "ms", 1), number(resident_mebibytes() - before, "MiB", 1), "");
  for (const Question& question : questions(count)) {
    // Only a toleration of everything leads onto nodes that are set apart one by one.
    if (apart && std::string_view(question.name) != "tolerations") continue;
    const std::string pod = apart ? R"({"tolerations":[{"key":"dedicated","operator":"Equal","value":"4"},)"
                                    R"({"key":"dedicated","operator":"Equal","value":"17"}]})"
                                  : question.pod;
    const ReadResult read_pod = read(std::make_shared<const Source>("pod", pod));
    const Value spec = read_pod.documents.at(0).root();
    double best = 1e9;
    for (int round = 0; round < kRounds; ++round) {
      constexpr int kTimes = 2000;
      const auto asked = std::chrono::steady_clock::now();
      for (int i = 0; i < kTimes; ++i) {
        if (placement_of(spec, policy, &index).kind != question.wanted) sound = false;
      }
      best = std::min(best, seconds_since(asked) / kTimes);
    }
    row(question.name, number(best * 1e6, "us"), number(best * 1e6 / scan, "x a scan", 3), "aim <= 20 us");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const size_t count = argc > 1 ? static_cast<size_t>(std::atol(argv[1])) : 5'000;
  if (count < 1'000) {
    std::fprintf(stderr, "usage: %s [NODES], 1000 at least\n", argv[0]);
    return 2;
  }
  const Policy policy = Policy::defaults();
  std::vector<Labels> plain;
  for (size_t i = 0; i < count; ++i) plain.push_back(labels_of(i));
  const double scan = scan_microseconds(plain);
  std::printf("where pods may land among %zu nodes (best of %d)\n", count, kRounds);
  row("scan of one label of each", number(scan, "us"), "1", "");
  measure(nodes_json(count, false), policy, count, "nodes of 20 pools", false, scan);
  measure(nodes_json(count, true), policy, count, "nodes with a taint value each", true, scan);
  if (!sound) std::printf("an answer was wrong\n");
  return sound ? 0 : 1;
}

// usage: brokergate_bench_cluster
//
// The store of the cluster view with a large cluster in it: memory, time to take in a list, time of a question and
// of one beside a stream of events. Figures only; the exit code is 1 when an answer is not what it must be.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "webhook/cluster/store.h"

#ifdef BROKERGATE_COUNTED_NEW
#include "counted_new.h"
#endif

// Gives back what is free, so that only what is held is counted; null with another allocator than the program's.
extern "C" void mi_collect(bool force) __attribute__((weak));

namespace {

using namespace brokergate;
using webhook::cluster::Peers;
using webhook::cluster::Store;
using webhook::watch::Item;
using webhook::watch::Resource;
using Time = std::chrono::steady_clock;

constexpr int kNodes = 5'000, kServices = 20'000, kSets = 2'000, kKafka = 500, kBrokers = 3;
bool sound = true;

double since(Time::time_point start, double unit) {
  return std::chrono::duration<double>(Time::now() - start).count() * unit;
}

double resident_mb() {
  if (mi_collect) mi_collect(true);
  std::ifstream file("/proc/self/statm");
  long pages = 0, resident = 0;
  file >> pages >> resident;
  return static_cast<double>(resident) * 4096 / 1e6;
}

// 0 where it is not counted.
double in_use_mb() {
#ifdef BROKERGATE_COUNTED_NEW
  return static_cast<double>(bench::bytes_in_use()) / 1e6;
#else
  return 0;
#endif
}

void row(const std::string& what, double figure, const char* unit, const std::string& more = {}) {
  std::printf("  %-46s %10.1f %-3s %s\n", what.c_str(), figure, unit, more.c_str());
}

// ---- the cluster. Sets 0 … kKafka-1 run Kafka; each has a headless Service, a bootstrap and one per broker.

struct Shape {
  int namespaces;
  std::string ns(int set) const { return "team-" + std::to_string(set % namespaces); }
};

std::string set_name(int set) { return (set < kKafka ? "kafka-" : "app-") + std::to_string(set); }

std::string helm_labels(const std::string& name) {
  return "\"app.kubernetes.io/name\":\"kafka\",\"app.kubernetes.io/instance\":\"" + name +
         "\",\"app.kubernetes.io/managed-by\":\"Helm\",\"helm.sh/chart\":\"kafka-26.4.2\",\"team\":\"streaming\"";
}

std::string pod_labels(const std::string& name) {
  return "\"app.kubernetes.io/name\":\"kafka\",\"app.kubernetes.io/instance\":\"" + name + "\"";
}

std::string meta(const std::string& ns, const std::string& name, const std::string& labels,
                 const std::string& annotations = {}) {
  return "\"metadata\":{\"name\":\"" + name + "\",\"namespace\":\"" + ns +
         "\",\"uid\":\"0f4d2b1e-7c55-4d0a-9a53-1f0a4b6c7d8e\",\"labels\":{" + labels + "},\"annotations\":{" +
         annotations + "}}";
}

Item set_item(const Shape& shape, int set, int replicas = kBrokers) {
  const std::string name = set_name(set), ns = shape.ns(set);
  std::string env;
  if (set < kKafka) {
    env =
        "{\"name\":\"POD_NAME\",\"valueFrom\":{\"fieldRef\":{\"apiVersion\":\"v1\",\"fieldPath\":\"metadata.name\"}}},"
        "{\"name\":\"KAFKA_ZOOKEEPER_CONNECT\",\"value\":\"zookeeper:2181\"},"
        "{\"name\":\"KAFKA_LISTENERS\",\"value\":\"PLAINTEXT://:9092,EXTERNAL://:9094\"},"
        "{\"name\":\"KAFKA_LISTENER_SECURITY_PROTOCOL_MAP\",\"value\":\"PLAINTEXT:PLAINTEXT,EXTERNAL:PLAINTEXT\"},"
        "{\"name\":\"KAFKA_ADVERTISED_LISTENERS\",\"value\":\"PLAINTEXT://$(POD_NAME)." +
        name + "-headless:9092,EXTERNAL://$(POD_NAME).kafka.example.com:9094\"}";
  }
  for (int i = 0; i < 25; ++i)
    env += (env.empty() ? "" : ",") + std::string("{\"name\":\"SETTING_") + std::to_string(i) +
           "\",\"value\":\"some value of the length that such values have\"}";
  const std::string probe =
      "{\"tcpSocket\":{\"port\":9092},\"initialDelaySeconds\":10,\"periodSeconds\":10,\"timeoutSeconds\":5,"
      "\"failureThreshold\":3,\"successThreshold\":1}";
  return {ns, name, "1",
          "{\"apiVersion\":\"apps/v1\",\"kind\":\"StatefulSet\"," + meta(ns, name, helm_labels(name)) +
              ",\"spec\":{\"replicas\":" + std::to_string(replicas) + ",\"serviceName\":\"" + name +
              "-headless\",\"podManagementPolicy\":\"Parallel\",\"selector\":{\"matchLabels\":{" + pod_labels(name) +
              "}},\"template\":{\"metadata\":{\"labels\":{" + pod_labels(name) +
              "}},\"spec\":{\"containers\":[{\"name\":\"main\",\"image\":\"" +
              (set < kKafka ? "confluentinc/cp-kafka:7.4.1" : "corp/app:1.0") + "\",\"env\":[" + env +
              "],\"ports\":[{\"name\":\"client\",\"containerPort\":" + (set < kKafka ? "9092" : "8080") +
              ",\"protocol\":\"TCP\"}],\"livenessProbe\":" + probe + ",\"readinessProbe\":" + probe +
              ",\"resources\":{\"limits\":{\"memory\":\"4Gi\"},\"requests\":{\"cpu\":\"1\",\"memory\":\"4Gi\"}},"
              "\"volumeMounts\":[{\"name\":\"data\",\"mountPath\":\"/var/lib/kafka\"},{\"name\":\"settings\","
              "\"mountPath\":\"/settings\"}],\"terminationMessagePolicy\":\"File\"}],\"volumes\":[{\"name\":"
              "\"settings\",\"configMap\":{\"name\":\"" +
              name +
              "-settings\",\"defaultMode\":420}}],\"restartPolicy\":\"Always\",\"dnsPolicy\":\"ClusterFirst\","
              "\"schedulerName\":\"default-scheduler\",\"terminationGracePeriodSeconds\":30}},\"updateStrategy\":{"
              "\"type\":\"RollingUpdate\"},\"volumeClaimTemplates\":[{\"metadata\":{\"name\":\"data\"},\"spec\":{"
              "\"accessModes\":[\"ReadWriteOnce\"],\"resources\":{\"requests\":{\"storage\":\"100Gi\"}}}}]}}"};
}

Item service_item(const Shape& shape, int set, const std::string& suffix, const std::string& more_selector,
                  const std::string& annotations, int node_port = 0) {
  const std::string name = set_name(set) + suffix, ns = shape.ns(set);
  const std::string port = node_port ? ",\"nodePort\":" + std::to_string(node_port) : "";
  return {ns, name, "1",
          "{\"apiVersion\":\"v1\",\"kind\":\"Service\"," + meta(ns, name, helm_labels(set_name(set)), annotations) +
              ",\"spec\":{\"type\":\"" + (node_port ? "NodePort" : "ClusterIP") +
              "\",\"clusterIP\":\"10.11.12.13\",\"clusterIPs\":[\"10.11.12.13\"],\"ipFamilies\":[\"IPv4\"],"
              "\"ipFamilyPolicy\":\"SingleStack\",\"internalTrafficPolicy\":\"Cluster\",\"sessionAffinity\":\"None\","
              "\"ports\":[{\"name\":\"kafka\",\"port\":9094,\"protocol\":\"TCP\",\"targetPort\":9094" +
              port + "}],\"selector\":{" + pod_labels(set_name(set)) + more_selector +
              "}},\"status\":{\"loadBalancer\":{}}}"};
}

std::string one_pod(int set, int broker) {
  return ",\"statefulset.kubernetes.io/pod-name\":\"" + set_name(set) + "-" + std::to_string(broker) + "\"";
}

Item broker_service(const Shape& shape, int set, int broker, int node_port) {
  const std::string pod = set_name(set) + "-" + std::to_string(broker);
  return service_item(shape, set, "-" + std::to_string(broker) + "-external", one_pod(set, broker),
                      "\"external-dns.alpha.kubernetes.io/hostname\":\"" + pod +
                          ".kafka.example.com\",\"external-dns.kubernetes.io/hostname\":\"" + pod +
                          ".kafka.example.com\",\"cloud.google.com/load-balancer-type\":\"Internal\"",
                      node_port);
}

std::vector<Item> services(const Shape& shape) {
  std::vector<Item> out;
  int node_port = 30'000;
  for (int set = 0; set < kKafka; ++set) {
    out.push_back(service_item(shape, set, "-headless", "", ""));
    out.push_back(service_item(shape, set, "-bootstrap", "", ""));
    for (int broker = 0; broker < kBrokers; ++broker) out.push_back(broker_service(shape, set, broker, node_port++));
  }
  for (int i = 0; static_cast<int>(out.size()) < kServices; ++i) {
    const int set = kKafka + i % (kSets - kKafka);
    out.push_back(
        service_item(shape, set, "-s" + std::to_string(i), ",\"component\":\"c" + std::to_string(i % 40) + "\"", ""));
  }
  return out;
}

std::vector<Item> sets(const Shape& shape) {
  std::vector<Item> out;
  for (int set = 0; set < kSets; ++set) out.push_back(set_item(shape, set));
  return out;
}

std::vector<Item> config_maps(const Shape& shape) {
  std::vector<Item> out;
  for (int set = 0; set < kKafka; ++set)
    out.push_back({shape.ns(set), set_name(set) + "-settings", "1",
                   "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"," +
                       meta(shape.ns(set), set_name(set) + "-settings", helm_labels(set_name(set))) +
                       ",\"data\":{\"log4j.properties\":\"" + std::string(2'000, 'x') + "\"}}"});
  return out;
}

Item node_item(int node, bool spot) {
  const std::string name = "gke-prod-pool-" + std::to_string(node % 12) + "-" + std::to_string(node);
  std::string labels = "\"kubernetes.io/hostname\":\"" + name + "\",\"cloud.google.com/gke-nodepool\":\"pool-" +
                       std::to_string(node % 12) + "\",\"cloud.google.com/gke-preemptible\":\"" +
                       (spot ? "true" : "false") + "\"";
  for (int i = 0; i < 18; ++i)
    labels +=
        ",\"topology.example.com/some-label-" + std::to_string(i) + "\":\"value-" + std::to_string(node % 7) + "\"";
  return {"", name, "1",
          "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"" + name + "\",\"labels\":{" + labels +
              "}},\"spec\":{\"taints\":[{\"key\":\"dedicated\",\"value\":\"kafka\",\"effect\":\"NoSchedule\"}]},"
              "\"status\":{\"addresses\":[{\"type\":\"InternalIP\",\"address\":\"10.0.0.1\"},{\"type\":\"Hostname\","
              "\"address\":\"" +
              name + "\"}]}}"};
}

std::vector<Item> nodes() {
  std::vector<Item> out;
  for (int node = 0; node < kNodes; ++node) out.push_back(node_item(node, node % 3 == 0));
  return out;
}

size_t text_of(const std::vector<Item>& items) {
  size_t bytes = 0;
  for (const Item& item : items) bytes += item.json.size();
  return bytes;
}

// ---- what is measured

void fill(Store& store, Resource resource, const std::function<std::vector<Item>()>& make) {
  const std::string name(webhook::cluster::plural_of(resource));
  const double before = in_use_mb();
  size_t count = 0;
  double text = 0, first = 0;
  {
    std::vector<Item> items = make();
    count = items.size();
    text = static_cast<double>(text_of(items)) / 1e6;
    const Time::time_point start = Time::now();
    store.replace(resource, std::move(items));
    first = since(start, 1e3);
  }
  const double memory = in_use_mb() - before;
  std::vector<Item> again = make();
  const Time::time_point later = Time::now();
  store.replace(resource, std::move(again));
  row("list of " + std::to_string(count) + " " + name, first, "ms",
      "the same again " + std::to_string(static_cast<int>(since(later, 1e3))) + " ms");
  row("in use for them", memory, "MB",
      std::to_string(static_cast<int>(memory * 1e6 / static_cast<double>(count))) + " B each; text " +
          std::to_string(text).substr(0, 4) + " MB");
}

Object object_of(Resource resource, const Item& item) {
  const webhook::cluster::Record record(resource, item.ns, item.name,
                                        std::make_shared<const Source>("<request>", item.json));
  return *webhook::cluster::read_object(record);
}

struct Asked {
  std::string what;
  std::vector<Object> objects;
  size_t peers;  // each must have so many
};

std::vector<Asked> questions(const Shape& shape) {
  Asked kafka{"StatefulSet of three brokers", {}, 6}, service{"Service of one broker", {}, 6};
  Asked app{"StatefulSet of others", {}, 0}, other{"Service of others", {}, 0};
  for (int set = 0; set < 200; ++set) {
    kafka.objects.push_back(object_of(Resource::kStatefulSets, set_item(shape, set, 4)));
    service.objects.push_back(object_of(Resource::kServices, broker_service(shape, set, 0, 0)));
    app.objects.push_back(object_of(Resource::kStatefulSets, set_item(shape, kKafka + set, 4)));
    other.objects.push_back(object_of(Resource::kServices, service_item(shape, kKafka + set, "-new", "", "")));
  }
  return {std::move(kafka), std::move(service), std::move(app), std::move(other)};
}

void ask(const Store& store, const Asked& asked) {
  const auto round = [&] {
    std::vector<double> took;
    for (const Object& object : asked.objects) {
      const Time::time_point start = Time::now();
      const Peers peers = store.peers_of(object);
      took.push_back(since(start, 1e6));
      if (peers.objects.size() == asked.peers) continue;
      std::printf("%s: %zu peers, want %zu\n", describe(object).c_str(), peers.objects.size(), asked.peers);
      sound = false;
    }
    std::sort(took.begin(), took.end());
    return took;
  };
  const double cold = round()[asked.objects.size() / 2];
  round();
  const std::vector<double> warm = round();
  row("peers of a " + asked.what, warm[warm.size() / 2], "us",
      "p99 " + std::to_string(warm[warm.size() * 99 / 100]).substr(0, 5) + " us, asked first " +
          std::to_string(cold).substr(0, 5) + " us" + (asked.peers ? "   aim <= 50 us" : ""));
}

// A thousand events a second, as a busy cluster has them, while one thread asks.
void stream(Store& store, const Shape& shape, const Asked& asked) {
  constexpr int kSeconds = 5, kPerSecond = 1'000;
  std::atomic<bool> stop = false;
  double writing = 0, worst_lag = 0;
  std::thread writer([&] {
    const Time::time_point start = Time::now();
    for (int i = 0; i < kSeconds * kPerSecond; ++i) {
      std::this_thread::sleep_until(start + std::chrono::microseconds(1'000'000 / kPerSecond * i));
      worst_lag = std::max(worst_lag, since(start, 1e3) - i * 1e3 / kPerSecond);
      const int set = i * 7 % kKafka;
      Item service = broker_service(shape, set, i % kBrokers, 30'000 + set * kBrokers + i % kBrokers);
      service.json.insert(service.json.rfind('}'), ",\"round\":" + std::to_string(i));
      Item changed = set_item(shape, i * 11 % kSets);
      changed.json.insert(changed.json.rfind('}'), ",\"round\":" + std::to_string(i));
      Item node = node_item(i % kNodes, i % 200 == 5);
      const Time::time_point event = Time::now();
      if (i % 10 < 5) {
        store.put(Resource::kServices, std::move(service));
      } else if (i % 10 < 8) {
        store.put(Resource::kStatefulSets, std::move(changed));
      } else {
        store.put(Resource::kNodes, std::move(node));
      }
      writing += since(event, 1);
    }
    stop = true;
  });
  std::vector<double> took;
  for (size_t i = 0; !stop; ++i) {
    const Time::time_point start = Time::now();
    const Peers peers = store.peers_of(asked.objects[i % asked.objects.size()]);
    took.push_back(since(start, 1e6));
    sound = sound && peers.objects.size() == asked.peers;
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  }
  writer.join();
  std::sort(took.begin(), took.end());
  row("peers beside 1,000 events/s, median", took[took.size() / 2], "us",
      "p99 " + std::to_string(static_cast<int>(took[took.size() * 99 / 100])) + " us, worst " +
          std::to_string(static_cast<int>(took.back())) + " us of " + std::to_string(took.size()));
  row("one event", writing * 1e6 / (kSeconds * kPerSecond), "us",
      "worst lag of the stream " + std::to_string(worst_lag).substr(0, 4) + " ms");
}

void tell_memory(const std::string& when, double before, const std::string& more) {
  row(when, resident_mb() - before, "MB", "in use " + std::to_string(in_use_mb()).substr(0, 5) + " MB" + more);
}

void measure(const Shape& shape) {
  std::printf("%d nodes, %d Services, %d StatefulSets (%d of them Kafka) in %d namespaces\n", kNodes, kServices, kSets,
              kKafka, shape.namespaces);
  auto policy = std::make_shared<Policy>(Policy::defaults());
  policy->domain = "kafka.example.com";
  const double before = resident_mb();
  Store store(policy);
  fill(store, Resource::kStatefulSets, [&] { return sets(shape); });
  fill(store, Resource::kServices, [&] { return services(shape); });
  fill(store, Resource::kConfigMaps, [&] { return config_maps(shape); });
  fill(store, Resource::kNodes, nodes);
  tell_memory("memory, whole", before, "   aim <= 100 MB");
  const std::vector<Asked> all = questions(shape);
  for (const Asked& asked : all) ask(store, asked);
  stream(store, shape, all[0]);
  tell_memory("memory, whole, after the stream", before, ", what the questions hold is in it");
  const auto state = store.state(webhook::cluster::Clock::now());
  sound = sound && state.synced && state.of[2].objects == kServices && store.unreadable() == 0;
}

}  // namespace

// Each in a process of its own, or the second would live in what the first has left.
int main() {
  for (const int namespaces : {5, 2'000}) {
    std::fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
      measure({namespaces});
      std::printf("\n");
      std::fflush(stdout);
      _exit(sound ? 0 : 1);
    }
    int status = 1;
    if (child < 0 || waitpid(child, &status, 0) != child || status != 0) return 1;
  }
  return 0;
}

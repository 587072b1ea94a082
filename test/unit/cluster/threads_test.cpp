// Writers and readers at once: what ThreadSanitizer is for. The figures that are checked hold whatever the order.
#include <atomic>
#include <thread>

#include "catch.h"
#include "unit/cluster/cluster_help.h"

using namespace brokergate;
using namespace brokergate::test;
using namespace std::chrono_literals;
using webhook::cluster::Clock;
using webhook::cluster::StoreOptions;

TEST_CASE("four writers and many readers do not get into one another's way") {
  StoreOptions options;
  options.node_pace = 1ms;
  options.tree_text = 20'000;  // trees are let go all the time
  Store store(policy_with("example.com"), options);
  store.fetch_with([&](std::string_view ns, std::string_view name) { CHECK(store.wanted(ns, name)); });
  std::atomic<bool> stop = false;
  std::atomic<int> wrong = 0, asked = 0;
  const auto name = [](const char* what, int i) { return what + std::to_string(i % 7); };

  const auto write = [&](const auto& step) {
    return [&, step] {
      for (int i = 0; !stop; ++i) step(i);
    };
  };
  std::vector<std::thread> threads;
  threads.emplace_back(write([&](int i) {
    const Pairs spot = {{"cloud.google.com/gke-spot", i % 2 ? "true" : "false"}};
    store.put(Resource::kNodes, node(name("n", i), spot));
    if (i % 50 == 0) store.replace(Resource::kNodes, {node("n0", spot), node("n1", {})});
    if (i % 3 == 0) store.remove(Resource::kNodes, "", name("n", i / 2));
    store.heard(Resource::kNodes);
  }));
  threads.emplace_back(write([&](int i) {
    SetText set = {i % 2 ? "a" : "b", name("kafka", i), {{"app", "kafka"}, {"v", std::to_string(i % 5)}}};
    set.replicas = 1;
    set.config_map = i % 3 ? "" : "settings";
    set.advertised = "EXTERNAL://$(POD_NAME).example.com:9094";
    store.put(Resource::kStatefulSets, set.item());
    if (i % 5 == 0) store.remove(Resource::kStatefulSets, set.ns, name("kafka", i / 3));
    if (i % 97 == 0) store.replace(Resource::kStatefulSets, {set.item()});
  }));
  threads.emplace_back(write([&](int i) {
    const ServiceText service = {i % 2 ? "a" : "b", name("s", i), {{"app", "kafka"}}, {}, {31000 + i % 9}};
    store.put(Resource::kServices, service.item());
    if (i % 4 == 0) store.remove(Resource::kServices, service.ns, name("s", i / 2));
    if (i % 101 == 0) store.replace(Resource::kServices, {service.item()});
  }));
  threads.emplace_back(write([&](int i) {
    const std::string ns = i % 2 ? "a" : "b";
    store.put(
        Resource::kConfigMaps,
        config_map(ns, "settings", {{"listeners", "EXTERNAL://x" + std::to_string(i % 3) + ".example.com:9094"}}));
    if (i % 4 == 0) store.remove(Resource::kConfigMaps, ns, "settings");
    if (i % 64 == 0) store.set_policy(policy_with(i % 128 ? "example.com" : "example.org"));
  }));

  const Object service =
      object_of(Resource::kServices, ServiceText{"a", "mine", {{"app", "kafka"}}, {}, {31004}}.item());
  SetText text = {"a", "mine", {{"app", "kafka"}}};
  text.advertised = "EXTERNAL://$(POD_NAME).example.com:9094";
  const Object set = object_of(Resource::kStatefulSets, text.item());
  for (int reader = 0; reader < 3; ++reader) {
    threads.emplace_back([&, reader] {
      for (int i = 0; !stop; ++i) {
        const Peers found = store.peers_of((i + reader) % 2 ? service : set);
        for (const Object& object : found.objects) {
          const bool near = object.ns == "a" || object.kind == "StatefulSet" || object.ns == "b";
          if (!near || object.metadata()["name"].str() != object.name) ++wrong;
        }
        if (found.nodes && found.nodes->preemptible() > found.nodes->nodes()) ++wrong;
        if (i % 16 == 0 && store.all().objects.size() > 100) ++wrong;
        if (i % 8 == 0) (void)store.state(Clock::now());
        if (const auto one = store.stateful_set("a", "kafka1"); one && one->name != "kafka1") ++wrong;
        ++asked;
      }
    });
  }
  std::this_thread::sleep_for(2s);
  stop = true;
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(asked > 30);
  CHECK(store.unreadable() == 0);
  // Nothing of the storm is left once the lists are empty.
  for (const Resource resource : webhook::cluster::kResources) store.replace(resource, {});
  CHECK(store.all().objects.empty());
  CHECK(store.peers_of(service).objects.empty());
  CHECK(store.peers_of(set).objects.empty());
}

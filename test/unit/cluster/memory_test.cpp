// Whatever a store is being told when memory ends, and at whichever allocation: it stays whole, says that it is not to
// be relied on, and is right again once it is told everything anew.
#include <atomic>
#include <functional>
#include <new>
#include <thread>

#include "catch.h"
#include "unit/cluster/cluster_help.h"
#include "unit/cluster/failing_new.h"

using namespace brokergate;
using namespace brokergate::test;
using namespace std::chrono_literals;
using webhook::cluster::Clock;
using webhook::cluster::kResources;
using webhook::cluster::StoreOptions;

namespace {

constexpr Resource kNodes = Resource::kNodes, kSets = Resource::kStatefulSets, kServices = Resource::kServices,
                   kMaps = Resource::kConfigMaps;
const Pairs kSpot = {{"cloud.google.com/gke-spot", "true"}};

SetText kafka(const std::string& name, const std::string& map, const std::string& label = "kafka") {
  SetText set = {"a", name, {{"app", label}, {"role", "broker"}}};
  set.config_map = map;
  return set;
}

ServiceText service(const std::string& name, const std::string& pod, int port) {
  return {"a", name, {{"statefulset.kubernetes.io/pod-name", pod}}, {{"dns/hostname", pod + ".example.com"}}, {port}};
}

using Lists = std::map<Resource, std::vector<Item>>;

// What is there before.
Lists before() {
  return {{kNodes, {node("n1", {}), node("n2", kSpot)}},
          {kSets, {kafka("one", "settings").item(), kafka("two", "").item()}},
          {kServices,
           {service("one-0", "one-0", 31000).item(), service("two-0", "two-0", 31001).item(),
            ServiceText{"a", "all", {{"app", "kafka"}}}.item()}},
          {kMaps, {config_map("a", "settings", {{"listeners", "EXTERNAL://x.example.com:9094"}})}}};
}

// One thing that happens, and what there is of its resource afterwards.
struct Happening {
  std::string what;
  Resource resource;
  std::vector<Item> after;
  std::function<void(Store&)> tell;
};

std::vector<Happening> happenings() {
  const Lists old = before();
  std::vector<Happening> out;
  const auto put = [&](const std::string& what, Resource resource, const Item& item) {
    std::vector<Item> after = old.at(resource);
    std::erase_if(after, [&](const Item& one) { return one.name == item.name; });
    after.push_back(item);
    out.push_back({what, resource, after,
                   [resource, item = Item(item)](Store& store) mutable { store.put(resource, std::move(item)); }});
  };
  put("a node that is preemptible", kNodes, node("n3", kSpot));
  put("a node that turns preemptible", kNodes, node("n1", kSpot));
  put("a new set", kSets, kafka("three", "").item());
  put("a set with other labels", kSets, kafka("two", "", "other").item());
  put("a set that mounts a ConfigMap", kSets, kafka("two", "settings").item());
  put("a set that mounts none any more", kSets, kafka("one", "").item());
  put("a set that mounts another", kSets, kafka("one", "unknown").item());
  put("a new Service", kServices, service("one-1", "one-1", 31002).item());
  put("a Service that takes others", kServices, service("two-0", "one-0", 31001).item());
  put("a Service with another port", kServices, service("two-0", "two-0", 31005).item());
  put("a Service without a selector", kServices, ServiceText{"a", "two-0", {}}.item());
  put("another ConfigMap", kMaps, config_map("a", "settings", {{"listeners", "EXTERNAL://y.example.com:9095"}}));
  for (const Resource resource : kResources) {
    std::vector<Item> after = old.at(resource);
    const Item gone = after.front();
    after.erase(after.begin());
    out.push_back({"one of them is gone", resource, after,
                   [resource, gone](Store& store) { store.remove(resource, gone.ns, gone.name); }});
    out.push_back({"a list without it", resource, after,
                   [resource, after](Store& store) mutable { store.replace(resource, std::move(after)); }});
  }
  std::vector<Item> others = {service("one-1", "one-1", 31000).item()};
  out.push_back({"a list with others", kServices, others,
                 [others](Store& store) mutable { store.replace(kServices, std::move(others)); }});
  return out;
}

// All that a store says of the world.
std::string told_by(const Store& store) {
  std::string out;
  const auto add = [&](Resource resource, const Item& item) {
    for (const std::string& name : peers(store, resource, item)) out += name + ", ";
    out += "\n";
  };
  for (const char* name : {"one", "two", "three", "new"}) {
    add(kSets, kafka(name, "settings").item());
    add(kServices, service("asked", std::string(name) + "-0", 31000).item());
  }
  add(kServices, ServiceText{"a", "asked", {{"role", "broker"}}, {}, {31001}}.item());
  add(kMaps, config_map("a", "settings", {}));
  for (const Object& object : store.all().objects) out += std::string(object.name) + " ";
  for (const char* map : {"settings", "unknown"}) out += store.wanted("a", map) ? "wanted " : "not wanted ";
  return out;
}

std::string nodes_of(const Store& store) {
  const auto nodes = store.nodes();
  return nodes ? std::to_string(nodes->nodes()) + " of them preemptible " + std::to_string(nodes->preemptible())
               : "none";
}

// The index is built beside those who tell.
bool nodes_come_to(const Store& store, const std::string& wanted) {
  for (int i = 0; i < 10'000; ++i) {
    if (nodes_of(store) == wanted) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

void tell(Store& store, const Lists& lists) {
  for (const auto& [resource, items] : lists) store.replace(resource, items);
  // ConfigMaps are told after the sets that want them.
  store.replace(kMaps, lists.at(kMaps));
}

}  // namespace

TEST_CASE("a store whose memory ends is whole, in doubt, and right again once it is told everything") {
  const auto policy = policy_with("example.com");
  StoreOptions options;
  options.node_pace = 1ms;
  size_t failures = 0;
  for (const Happening& one : happenings()) {
    Lists after = before();
    after[one.resource] = one.after;
    Store right(policy, options);
    tell(right, after);
    const std::string wanted = told_by(right), nodes = nodes_of(right);
    bool struck = true;
    for (long at = 0; struck; at += 1 + at / 60) {
      INFO(one.what << " of resource " << static_cast<int>(one.resource) << ", allocation " << at);
      Store store(policy, options);
      tell(store, before());
      REQUIRE(store.state(Clock::now()).doubt.empty());
      bool thrown = false;
      // Its own copy, made while there is memory.
      std::function<void(Store&)> tell_it = one.tell;
      {
        const NoMemory none(at);
        try {
          tell_it(store);
        } catch (const std::bad_alloc&) {
          thrown = true;
        }
        struck = none.struck();
      }
      if (!struck) break;
      ++failures;
      told_by(store);
      if (thrown) {
        CHECK(store.state(Clock::now()).doubt.find("there was no memory for all ") != std::string::npos);
        store.replace(one.resource, one.after);
        // What is fetched when a set turns up.
        store.replace(kMaps, after.at(kMaps));
      }
      CHECK(store.state(Clock::now()).doubt.empty());
      REQUIRE(told_by(store) == wanted);
      REQUIRE(nodes_come_to(store, nodes));
    }
  }
  CHECK(failures > 500);
}

TEST_CASE("whoever asks where memory ends leaves the store as it was") {
  StoreOptions options;
  options.tree_text = 600;  // trees come and go
  Store store(policy_with("example.com"), options);
  tell(store, before());
  const std::string wanted = told_by(store);
  const Object asked = object_of(kServices, service("asked", "one-0", 31001).item());
  bool struck = true;
  for (long at = 0; struck; ++at) {
    {
      const NoMemory none(at);
      try {
        store.peers_of(asked);
      } catch (const std::bad_alloc&) {
        CHECK(none.struck());
      }
      struck = none.struck();
    }
    REQUIRE(told_by(store) == wanted);
  }
}

TEST_CASE("an index of nodes that there is no memory for is tried again, and the view is in doubt until then") {
  std::atomic<int> left{2};
  webhook::cluster::NodeBoard board(
      [&]() -> std::shared_ptr<const NodeIndex> {
        if (left-- > 0) throw std::bad_alloc();
        return std::make_shared<const NodeIndex>(std::vector<Object>(), *policy_with(""));
      },
      1ms);
  CHECK_THROWS_AS(board.rebuild(), std::bad_alloc);
  for (int i = 0; i < 10'000 && (board.behind() || !board.index()); ++i) std::this_thread::sleep_for(1ms);
  CHECK(board.index());
  CHECK_FALSE(board.behind());
  CHECK(board.builds() == 1);
}

#include <thread>

#include "catch.h"
#include "unit/cluster/cluster_help.h"

using namespace brokergate;
using namespace brokergate::test;
using namespace std::chrono_literals;
using webhook::cluster::Clock;
using webhook::cluster::kResources;
using webhook::cluster::State;
using webhook::cluster::StoreOptions;

namespace {

using Names = std::vector<std::string>;
constexpr Resource kNodes = Resource::kNodes, kSets = Resource::kStatefulSets, kServices = Resource::kServices,
                   kMaps = Resource::kConfigMaps;

// A clock that a test moves.
struct Hands {
  std::shared_ptr<Clock::time_point> now = std::make_shared<Clock::time_point>(Clock::time_point(1h));
  StoreOptions options() const {
    StoreOptions out;
    out.now = [now = now] { return *now; };
    out.node_pace = 1ms;
    return out;
  }
};

void list_nothing(Store& store) {
  for (const Resource resource : kResources) store.replace(resource, {});
}

// Waits until the node index has `nodes` nodes, of them `preemptible`; false after ten seconds.
bool comes_to(const Store& store, size_t nodes, size_t preemptible) {
  for (int i = 0; i < 10'000; ++i) {
    const auto index = store.nodes();
    if (index && index->nodes() == nodes && index->preemptible() == preemptible) return true;
    std::this_thread::sleep_for(1ms);
  }
  return false;
}

}  // namespace

TEST_CASE("the view is in doubt until every resource was listed") {
  const Hands hands;
  Store store(policy_with(""), hands.options());
  State state = store.state(*hands.now);
  CHECK_FALSE(state.synced);
  CHECK(
      state.doubt ==
      "Nodes are not read yet; StatefulSets are not read yet; Services are not read yet; ConfigMaps are not read yet");
  CHECK_FALSE(state.of[0].age);
  store.put(kServices, ServiceText{"a", "one", {}}.item());
  for (const Resource resource : {kNodes, kSets, kMaps}) store.replace(resource, {});
  state = store.state(*hands.now);
  CHECK(state.doubt == "Services are not read yet");
  CHECK(state.of[2].objects == 1);
  store.replace(kServices, {ServiceText{"a", "two", {}}.item(), ServiceText{"b", "two", {}}.item()});
  state = store.state(*hands.now);
  CHECK(state.synced);
  CHECK(state.doubt.empty());
  CHECK(state.of[2].objects == 2);
}

TEST_CASE("the view is as old as what was heard of longest ago") {
  const Hands hands;
  Store store(policy_with(""), hands.options());
  list_nothing(store);
  *hands.now += 59s;
  for (const Resource resource : {kSets, kServices, kMaps}) store.heard(resource);
  State state = store.state(*hands.now);
  CHECK(state.age == 59s);
  CHECK(state.of[0].age == 59s);
  CHECK(state.of[1].age == 0s);
  CHECK(state.doubt.empty());
  *hands.now += 36s;
  state = store.state(*hands.now);
  CHECK(state.age == 95s);
  CHECK(state.synced);
  CHECK(state.doubt == "nothing heard of Nodes for 95 s");
  store.heard(kNodes);
  CHECK(store.state(*hands.now).doubt.empty());
  // Taken before the last was heard.
  CHECK(store.state(*hands.now - 1s).age == 35s);
  auto policy = std::make_shared<Policy>(Policy::defaults());
  policy->stale_after = 10;
  store.set_policy(policy);
  state = store.state(*hands.now);
  CHECK(state.doubt ==
        "nothing heard of StatefulSets for 36 s; nothing heard of Services for 36 s; "
        "nothing heard of ConfigMaps for 36 s");
  CHECK(state.brief_doubt == "nothing heard of StatefulSets for 36 s, nor of 2 more");
}

TEST_CASE("where there is room for one line a doubt is told by its first part") {
  const Hands hands;
  Store store(policy_with(""), hands.options());
  CHECK(store.state(*hands.now).brief_doubt == "Nodes are not read yet, and 3 more reasons");
  for (const Resource resource : {kNodes, kSets, kServices}) store.replace(resource, {});
  CHECK(store.state(*hands.now).brief_doubt == "ConfigMaps are not read yet");
  *hands.now += 95s;
  store.replace(kMaps, {});
  for (const Resource resource : {kSets, kServices}) store.heard(resource);
  CHECK(store.state(*hands.now).brief_doubt == "nothing heard of Nodes for 95 s");
  store.heard(kNodes);
  CHECK(store.state(*hands.now).brief_doubt.empty());
  // Silence of one, and something else of another.
  store.give_up(kServices);
  *hands.now += 95s;
  for (const Resource resource : {kSets, kMaps}) store.heard(resource);
  const State state = store.state(*hands.now);
  CHECK(state.doubt == "nothing heard of Nodes for 95 s; nothing heard of Services for 95 s, which may not be read");
  CHECK(state.brief_doubt == "nothing heard of Nodes for 95 s, nor of 1 more");
}

TEST_CASE("nobody waits for a resource that is given up") {
  const Hands hands;
  Store store(policy_with(""), hands.options());
  for (const Resource resource : {kSets, kServices}) store.replace(resource, {});
  CHECK(store.state(*hands.now).doubt == "Nodes are not read yet; ConfigMaps are not read yet");
  store.give_up(kMaps);
  store.give_up(kNodes);
  State state = store.state(*hands.now);
  CHECK(state.synced);
  // The engine says itself that it knows nothing of them.
  CHECK(state.doubt.empty());
  CHECK(state.of[3].given_up);
  CHECK(state.given_up == "Nodes, ConfigMaps");
  // Given the right, they count again.
  store.replace(kMaps, {});
  store.replace(kNodes, {});
  state = store.state(*hands.now);
  CHECK(state.given_up.empty());
  CHECK_FALSE(state.of[3].given_up);
  *hands.now += 1h;
  store.heard(kSets);
  store.heard(kServices);
  CHECK(store.state(*hands.now).doubt == "nothing heard of Nodes for 3600 s; nothing heard of ConfigMaps for 3600 s");
}

TEST_CASE("what is given up and would be taken for none is a doubt; what was known once grows old") {
  const Hands hands;
  Store store(policy_with(""), hands.options());
  for (const Resource resource : {kNodes, kSets, kMaps}) store.replace(resource, {});
  store.give_up(kServices);
  State state = store.state(*hands.now);
  CHECK(state.synced);
  CHECK(state.doubt == "Services may not be read");
  // Told once.
  CHECK(state.given_up.empty());
  CHECK(state.of[2].given_up);
  store.replace(kServices, {});
  CHECK(store.state(*hands.now).doubt.empty());
  // A right that is taken away: what was read is as old as it is, and is relied on as long as after any failure.
  *hands.now += 20s;
  store.give_up(kNodes);
  for (const Resource resource : {kSets, kServices, kMaps}) store.heard(resource);
  state = store.state(*hands.now);
  CHECK(state.age == 20s);
  CHECK(state.doubt.empty());
  CHECK(state.given_up == "Nodes");
  *hands.now += 75s;
  for (const Resource resource : {kSets, kServices, kMaps}) store.heard(resource);
  state = store.state(*hands.now);
  CHECK(state.synced);
  CHECK(state.age == 95s);
  CHECK(state.doubt == "nothing heard of Nodes for 95 s, which may not be read");
  CHECK(state.brief_doubt == state.doubt);
  CHECK(state.given_up.empty());
  CHECK(state.of[0].given_up);
  // Services as well, which were told of later.
  store.give_up(kServices);
  state = store.state(*hands.now);
  CHECK(state.doubt == "nothing heard of Nodes for 95 s, which may not be read");
  CHECK(state.given_up == "Services");
  *hands.now += 1h;
  for (const Resource resource : {kSets, kMaps}) store.heard(resource);
  state = store.state(*hands.now);
  CHECK(state.age == 3695s);
  CHECK(state.doubt ==
        "nothing heard of Nodes for 3695 s, which may not be read; nothing heard of Services for 3600 s, which may "
        "not be read");
  CHECK(state.given_up.empty());
  // A watch that goes on from where it was is enough.
  store.heard(kNodes);
  store.heard(kServices);
  state = store.state(*hands.now);
  CHECK(state.doubt.empty());
  CHECK(state.given_up.empty());
}

TEST_CASE("the nodes are known from the first list on, and what changes of them soon after") {
  const Hands hands;
  Store store(policy_with(""), hands.options());
  const Pairs spot = {{"cloud.google.com/gke-preemptible", "true"}};
  store.put(kNodes, node("n1", {}));
  std::this_thread::sleep_for(20ms);
  CHECK_FALSE(store.nodes());
  store.replace(kNodes, {node("n1", {}), node("n2", spot)});
  const auto first = store.nodes();
  REQUIRE(first);
  CHECK(first->nodes() == 2);
  CHECK(first->preemptible() == 1);
  store.put(kNodes, node("n1", spot));
  CHECK(comes_to(store, 2, 2));
  store.put(kNodes, node("n3", {}));
  CHECK(comes_to(store, 3, 2));
  store.remove(kNodes, "", "n2");
  CHECK(comes_to(store, 2, 1));
  CHECK(first->nodes() == 2);
  CHECK(store.peers_of(object_of(kServices, ServiceText{"a", "x", {}}.item())).nodes == store.nodes());
}

TEST_CASE("what does not matter of a node does not build the index again") {
  const Hands hands;
  Store store(policy_with(""), hands.options());
  store.replace(kNodes, {node("n1", {})});
  const auto first = store.nodes();
  store.put(kNodes, node("n1", {}, "\"podCIDR\":\"10.0.0.0/24\""));
  store.remove(kNodes, "", "n9");
  store.replace(kNodes, {node("n1", {}, "\"podCIDR\":\"10.0.0.0/24\"")});
  std::this_thread::sleep_for(30ms);
  CHECK(store.nodes() == first);
  store.put(kNodes, node("n1", {}, "\"unschedulable\":true"));
  for (int i = 0; i < 10'000 && store.nodes() == first; ++i) std::this_thread::sleep_for(1ms);
  CHECK(store.nodes() != first);
}

TEST_CASE("another policy is asked which nodes are preemptible") {
  const Hands hands;
  Store store(policy_with(""), hands.options());
  store.replace(kNodes, {node("n1", {{"lane", "cheap"}})});
  CHECK(store.nodes()->preemptible() == 0);
  auto policy = std::make_shared<Policy>(Policy::defaults());
  policy->preemptible_labels.emplace_back("lane", "cheap");
  store.set_policy(policy);
  CHECK(store.nodes()->preemptible() == 1);
}

TEST_CASE("A list is taken up as it comes, and what it leaves out goes at its end") {
  Store store(policy_with(""));
  store.replace(kServices, {ServiceText{"a", "one", {}}.item(), ServiceText{"a", "two", {}}.item()});
  store.list_begins(kServices);
  store.put(kServices, ServiceText{"a", "two", {}}.item());
  store.put(kServices, ServiceText{"a", "three", {}}.item());
  CHECK(names_of(store.all().objects) == Names{"Service a/one", "Service a/three", "Service a/two"});
  // It is begun again: what was put before counts no more, as it may have gone in between.
  store.list_begins(kServices);
  store.put(kServices, ServiceText{"a", "two", {{"app", "kafka"}}}.item());
  store.list_ends(kServices);
  CHECK(names_of(store.all().objects) == Names{"Service a/two"});
  // Nodes of a list that has not ended yet are in no index.
  store.list_begins(kNodes);
  store.put(kNodes, node("n1", {}));
  CHECK_FALSE(store.nodes());
  store.list_ends(kNodes);
  REQUIRE(store.nodes());
  CHECK(store.nodes()->nodes() == 1);
}

TEST_CASE("ConfigMaps are wanted while a StatefulSet mounts them, and kept while that runs brokers") {
  Store store(policy_with(""));
  std::vector<std::string> fetched;
  store.fetch_with([&](std::string_view ns, std::string_view name) {
    fetched.push_back(std::string(ns) + "/" + std::string(name));
    CHECK(store.wanted(ns, name));  // no lock is held
  });
  const Item map = config_map("a", "settings", {{"x", "y"}});
  SetText set = {"a", "kafka", {{"app", "kafka"}}};
  set.mounts = {"settings", "scripts"};
  SetText web = {"a", "web", {{"app", "web"}}};
  web.kafka = false;
  web.mounts = {"pages"};
  store.put(kMaps, map);
  CHECK_FALSE(store.wanted("a", "settings"));
  CHECK(store.all().objects.empty());
  store.put(kSets, set.item());
  store.put(kSets, web.item());
  CHECK(fetched == Names{"a/scripts", "a/settings", "a/pages"});
  CHECK(store.wanted("a", "settings"));
  CHECK_FALSE(store.wanted("b", "settings"));
  store.put(kMaps, map);
  store.put(kMaps, config_map("a", "pages", {}));
  store.put(kMaps, config_map("b", "settings", {}));
  CHECK(names_of(store.all().objects) == Names{"StatefulSet a/kafka", "StatefulSet a/web", "ConfigMap a/settings"});
  // Told again, or with other things than its pods changed, it asks for nothing; else for what is still missing.
  fetched.clear();
  store.put(kSets, set.item());
  CHECK(fetched.empty());
  set.replicas = 3;
  store.put(kSets, set.item());
  CHECK(fetched.empty());
  set.labels["tier"] = "data";
  store.put(kSets, set.item());
  CHECK(fetched == Names{"a/scripts"});
  store.remove(kSets, "a", "kafka");
  CHECK_FALSE(store.wanted("a", "settings"));
  CHECK(names_of(store.all().objects) == Names{"StatefulSet a/web"});
}

TEST_CASE("a StatefulSet may show only by its ConfigMap that it runs brokers") {
  SetText set = {"a", "bus", {{"app", "bus"}}};
  set.kafka = false;
  Item item = set.item();
  const std::string container = "\"image\":\"nginx:1.25\"}]", volumes = "\"volumes\":[]";
  REQUIRE(item.json.find(container) != std::string::npos);
  item.json.replace(item.json.find(container), container.size(),
                    R"("image":"corp/bus:1","ports":[{"containerPort":9092}],"command":["sh","/scripts/run.sh"],)"
                    R"("volumeMounts":[{"name":"scripts","mountPath":"/scripts"}]}])");
  item.json.replace(item.json.find(volumes), volumes.size(),
                    R"("volumes":[{"name":"scripts","configMap":{"name":"settings"}}])");
  const Item asked = ServiceText{"a", "outside", {{"app", "bus"}}}.item();
  Store store(policy_with(""));
  store.put(kSets, item);
  CHECK(peers(store, kServices, asked).empty());
  store.put(kMaps,
            config_map("a", "settings",
                       {{"run.sh",
                         "exec /opt/kafka/bin/kafka-server-start.sh /opt/kafka/config/server.properties --override "
                         "advertised.listeners=PLAINTEXT://kafka.example.com:9092\n"}}));
  CHECK(peers(store, kServices, asked) == Names{"StatefulSet a/bus", "ConfigMap a/settings"});
  store.put(kMaps, config_map("a", "settings", {{"run.sh", "exec nginx\n"}}));
  CHECK(peers(store, kServices, asked).empty());
}

TEST_CASE("everything is told in order, each object as the API server names it") {
  Store store(policy_with(""));
  list_nothing(store);
  Item bare = ServiceText{"b", "one", {{"app", "kafka"}}}.item();
  // Items of a list come without kind and version.
  bare.json = bare.json.substr(0, 1) + bare.json.substr(bare.json.find("\"metadata\""));
  store.put(kServices, bare);
  store.put(kServices, ServiceText{"a", "two", {}}.item());
  store.put(kNodes, node("n", {}));
  store.put(kSets, SetText{"a", "kafka", {{"app", "kafka"}}}.item());
  const Bundle all = store.all();
  CHECK(names_of(all.objects) == Names{"Node n", "StatefulSet a/kafka", "Service a/two", "Service b/one"});
  CHECK(all.objects[3].api_version == "v1");
  CHECK(all.objects[1].group() == "apps");
  const auto set = store.stateful_set("a", "kafka");
  REQUIRE(set);
  CHECK(set->spec()["replicas"].as_int() == 2);
  CHECK_FALSE(store.stateful_set("b", "kafka"));
}

TEST_CASE("what cannot be read is counted and takes the old one away") {
  Store store(policy_with(""));
  store.put(kServices, ServiceText{"a", "one", {{"app", "kafka"}}}.item());
  const SetText set = {"a", "kafka", {{"app", "kafka"}}};
  CHECK(peers(store, kSets, set.item()) == Names{"Service a/one"});
  for (const char* text : {"", "null", "[]", "{\"a\":", "\xff", "7"}) {
    for (const Resource resource : kResources) store.put(resource, {"a", "one", "1", text});
  }
  // ConfigMaps that nobody mounts are not read at all.
  CHECK(store.unreadable() == 18);
  CHECK(peers(store, kSets, set.item()).empty());
  CHECK(store.all().objects.empty());
}

TEST_CASE("objects that have no sensible shape do no harm") {
  Store store(policy_with("example.com"));
  for (const char* spec :
       {"null", "[]", "{\"selector\":[1]}", "{\"selector\":{\"a\":{}},\"ports\":{\"b\":1}}",
        "{\"template\":[],\"replicas\":-1,\"serviceName\":{}}", "{\"ports\":[null,{\"nodePort\":{}}]}"}) {
    for (const Resource resource : kResources) {
      const Item item = {"a", "odd", "1",
                         "{\"metadata\":{\"labels\":[],\"annotations\":7},\"spec\":" + std::string(spec) + "}"};
      store.put(resource, item);
      CHECK(peers(store, resource, item).empty());
    }
  }
  CHECK(store.unreadable() == 0);
}

TEST_CASE("trees are kept for what is asked for, within their limit") {
  StoreOptions options;
  const Item one = ServiceText{"a", "s000", {{"app", "kafka"}}}.item();
  options.tree_text = 10 * one.json.size();
  webhook::cluster::Trees trees(options.tree_text);
  std::vector<webhook::cluster::RecordPtr> records;
  for (int i = 100; i < 200; ++i) {
    const Item item = ServiceText{"a", "s" + std::to_string(i), {{"app", "kafka"}}}.item();
    records.push_back(std::make_shared<const webhook::cluster::Record>(
        kServices, item.ns, item.name, std::make_shared<const Source>("<cluster>", item.json)));
  }
  const auto first = trees.object(records[0]);
  REQUIRE(first);
  CHECK(trees.object(records[0])->root == first->root);
  for (const auto& record : records) {
    const auto object = trees.object(record);
    REQUIRE(object);
    CHECK(object->name == record->name);
    // Asked for each time, it stays.
    CHECK(trees.object(records[0])->root == first->root);
    CHECK(trees.kept() <= options.tree_text);
  }
  CHECK(trees.kept() > options.tree_text / 2);
  CHECK(trees.objects(records).size() == 100);
  CHECK(trees.kept() <= options.tree_text);
  CHECK(first->name == "s100");
}

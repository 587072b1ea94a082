#include <nlohmann/json.hpp>

#include "catch.h"
#include "unit/cluster/cluster_help.h"

using namespace brokergate;
using namespace brokergate::test;
using nlohmann::json;

namespace {

using Names = std::vector<std::string>;
constexpr Resource kSets = Resource::kStatefulSets, kServices = Resource::kServices, kMaps = Resource::kConfigMaps;
const char* const kPodName = "statefulset.kubernetes.io/pod-name";
const char* const kPodIndex = "apps.kubernetes.io/pod-index";
const char* const kDns = "external-dns.alpha.kubernetes.io/hostname";

const SetText kKafka = {"a", "kafka", {{"app", "kafka"}, {"tier", "data"}}};

struct Cluster {
  Store store{policy_with("")};
  explicit Cluster(const std::vector<SetText>& sets, const std::vector<ServiceText>& services = {}) {
    for (const SetText& set : sets) store.put(kSets, set.item());
    for (const ServiceText& service : services) store.put(kServices, service.item());
  }
};

}  // namespace

TEST_CASE("a StatefulSet's peers are the Services that take its pods, in its namespace") {
  const Cluster cluster({}, {{"a", "all", {{"app", "kafka"}}},
                             {"a", "by-name", {{"app", "kafka"}, {kPodName, "kafka-0"}}},
                             {"a", "beyond", {{kPodName, "kafka-7"}}},
                             {"a", "by-index", {{"tier", "data"}, {kPodIndex, "1"}}},
                             {"a", "any-index", {{kPodIndex, "0"}}},
                             {"a", "old-chart", {{"pod", "kafka-1"}}},
                             {"a", "other-app", {{"app", "web"}}},
                             {"a", "more-labels", {{"app", "kafka"}, {"zone", "1"}}},
                             {"a", "other-set", {{"app", "kafka"}, {kPodName, "kafka2-0"}}},
                             {"a", "no-selector", {}},
                             {"b", "all", {{"app", "kafka"}}}});
  CHECK(peers(cluster.store, kSets, kKafka.item()) == Names{"Service a/all", "Service a/any-index", "Service a/beyond",
                                                            "Service a/by-index", "Service a/by-name",
                                                            "Service a/old-chart"});
}

TEST_CASE("Services that mean a StatefulSet without taking its pods are its peers") {
  const Cluster cluster({}, {{"a", "kafka-headless", {{"app", "elsewhere"}}},
                             {"a", "kafka", {}},
                             {"a", "misses", {{"app", "web"}, {kPodName, "kafka-0"}}},
                             {"b", "kafka-headless", {}},
                             {"a", "kafka-0", {}}});
  CHECK(peers(cluster.store, kSets, kKafka.item()) ==
        Names{"Service a/kafka", "Service a/kafka-headless", "Service a/misses"});
}

TEST_CASE("Services that took the pods before an update are peers of the update") {
  const Cluster cluster({kKafka}, {{"a", "old", {{"tier", "data"}}}, {"a", "new", {{"tier", "log"}}}});
  SetText after = kKafka;
  after.labels["tier"] = "log";
  const Item before = kKafka.item();
  CHECK(peers(cluster.store, kSets, after.item()) == Names{"Service a/new"});
  CHECK(peers(cluster.store, kSets, after.item(), &before) == Names{"Service a/new", "Service a/old"});
}

TEST_CASE("a StatefulSet that runs no brokers has no peers, unless it ran them before") {
  const Cluster cluster({kKafka}, {{"a", "all", {{"app", "kafka"}}}});
  SetText web = kKafka;
  web.kafka = false;
  const Item before = kKafka.item();
  CHECK(peers(cluster.store, kSets, web.item()).empty());
  CHECK(peers(cluster.store, kSets, web.item(), &before) == Names{"Service a/all"});
}

TEST_CASE("a Service's peers are the broker sets it takes with their Services and ConfigMaps") {
  Cluster cluster(
      {kKafka, {"a", "web", {{"app", "kafka"}}, "web", 2, "", "", false}, {"b", "kafka", {{"app", "kafka"}}}},
      {{"a", "kafka-headless", {{"app", "kafka"}}},
       {"a", "kafka-1", {{kPodName, "kafka-1"}}},
       {"a", "web", {{"app", "web"}}}});
  const ServiceText asked = {"a", "kafka-0", {{kPodName, "kafka-0"}}};
  const Names want = {"StatefulSet a/kafka", "Service a/kafka-1", "Service a/kafka-headless"};
  CHECK(peers(cluster.store, kServices, asked.item()) == want);
  // Once it is there itself it is still none of its peers.
  cluster.store.put(kServices, asked.item());
  CHECK(peers(cluster.store, kServices, asked.item()) == want);
}

TEST_CASE("a Service that took other brokers before an update has them as peers, too") {
  const Cluster cluster({kKafka, {"a", "events", {{"app", "events"}}}});
  const Item before = ServiceText{"a", "outside", {{"app", "kafka"}}}.item();
  const Item after = ServiceText{"a", "outside", {{"app", "events"}}}.item();
  CHECK(peers(cluster.store, kServices, after) == Names{"StatefulSet a/events"});
  CHECK(peers(cluster.store, kServices, after, &before) == Names{"StatefulSet a/events", "StatefulSet a/kafka"});
}

TEST_CASE("where one Service takes two broker sets, both are peers with all their Services") {
  const Cluster cluster({kKafka, {"a", "events", {{"app", "events"}, {"tier", "data"}}, "events-headless"}},
                        {{"a", "both", {{"tier", "data"}}},
                         {"a", "events-0", {{kPodName, "events-0"}}},
                         {"a", "events-headless", {{"app", "events"}}},
                         {"a", "kafka-0", {{kPodName, "kafka-0"}}}});
  CHECK(peers(cluster.store, kSets, kKafka.item()) == Names{"StatefulSet a/events", "Service a/both",
                                                            "Service a/events-0", "Service a/events-headless",
                                                            "Service a/kafka-0"});
  CHECK(peers(cluster.store, kServices, ServiceText{"a", "kafka-1", {{kPodName, "kafka-1"}}}.item()) ==
        Names{"StatefulSet a/events", "StatefulSet a/kafka", "Service a/both", "Service a/events-0",
              "Service a/events-headless", "Service a/kafka-0"});
}

TEST_CASE("node ports are found in the whole cluster, whatever the protocol") {
  const Cluster cluster({}, {{"a", "one", {{"app", "x"}}, {}, {31000, 31001}},
                             {"b", "two", {}, {}, {31001, 31002}},
                             {"b", "udp", {}, {}, {31000}, "UDP"},
                             {"c", "three", {}, {}, {31003}}});
  CHECK(peers(cluster.store, kServices, ServiceText{"z", "new", {}, {}, {31001}}.item()) ==
        Names{"Service a/one", "Service b/two"});
  CHECK(peers(cluster.store, kServices, ServiceText{"z", "new", {}, {}, {31000, 31003}}.item()) ==
        Names{"Service a/one", "Service b/udp", "Service c/three"});
  CHECK(peers(cluster.store, kServices, ServiceText{"c", "three", {}, {}, {31003}}.item()).empty());
  CHECK(peers(cluster.store, kServices, ServiceText{"z", "new", {}, {}, {31009}}.item()).empty());
}

TEST_CASE("a DNS name that another Service asks for is found, however it is written") {
  const Cluster cluster({},
                        {{"a", "one", {}, {{kDns, "a.example.com, Kafka-0.Example.com."}}},
                         {"b", "two", {}, {{"dns.corp.example/hostname", "kafka-0.example.com"}}},
                         {"b", "inside", {}, {{"external-dns.kubernetes.io/internal-hostname", "kafka-1.example.com"}}},
                         {"c", "note", {}, {{"hostname", "kafka-0.example.com"}}}});
  CHECK(peers(cluster.store, kServices, ServiceText{"z", "n", {}, {{kDns, "kafka-0.example.com"}}}.item()) ==
        Names{"Service a/one", "Service b/two"});
  CHECK(peers(cluster.store, kServices, ServiceText{"z", "n", {}, {{kDns, "x.org,kafka-1.example.com"}}}.item()) ==
        Names{"Service b/inside"});
}

TEST_CASE("broker sets that advertise one address are rivals wherever they are") {
  const std::string named = "EXTERNAL://$(POD_NAME).kafka.example.com:9094";
  SetText mine = kKafka;
  mine.advertised = named;
  const Cluster cluster({{"b", "kafka", {{"app", "x"}}, "h", 1, named},
                         {"c", "kafka", {{"app", "x"}}, "h", 1, "EXTERNAL://$(POD_NAME).kafka.example.com:9095"},
                         {"d", "kafka", {{"app", "x"}}, "h", 0, named},
                         {"e", "stream", {{"app", "x"}}, "h", 1, named},
                         {"f", "stream", {{"app", "x"}}, "h", 1, "EXTERNAL://kafka-1.kafka.example.com:9094"}},
                        {{"b", "h", {{"app", "x"}}}});
  CHECK(peers(cluster.store, kSets, mine.item()) ==
        Names{"StatefulSet b/kafka", "StatefulSet f/stream", "Service b/h"});
  // A name of the cluster means another broker in each namespace.
  mine.advertised = "EXTERNAL://$(POD_NAME).kafka-headless.a.svc.cluster.local:9094";
  CHECK(peers(cluster.store, kSets, mine.item()).empty());
}

TEST_CASE("a host that the policy would give is held against those advertised and those it would give others") {
  const std::string other = "EXTERNAL://kafka-0.kafka.example.com:7000";
  Cluster cluster({{"b", "gateway", {{"app", "x"}}, "h", 1, other}, {"c", "kafka", {{"app", "x"}}, "h", 1}});
  CHECK(peers(cluster.store, kSets, kKafka.item()).empty());
  cluster.store.set_policy(policy_with("kafka.example.com"));
  CHECK(peers(cluster.store, kSets, kKafka.item()) == Names{"StatefulSet b/gateway", "StatefulSet c/kafka"});
  cluster.store.set_policy(policy_with("kafka.example.com", "{pod}.{namespace}.{domain}"));
  CHECK(peers(cluster.store, kSets, kKafka.item()).empty());
}

TEST_CASE("a set that would be given a host which another one advertises is found from there") {
  SetText mine = kKafka;
  mine.advertised = "EXTERNAL://events-0.kafka.example.com:7000";
  Cluster cluster({{"b", "events", {{"app", "x"}}, "h", 1}});
  cluster.store.set_policy(policy_with("kafka.example.com"));
  CHECK(peers(cluster.store, kSets, mine.item()) == Names{"StatefulSet b/events"});
}

TEST_CASE("what a ConfigMap says is heeded when it comes, changes and goes") {
  const std::string listeners = "PLAINTEXT://:9092,EXTERNAL://one.example.com:9094";
  SetText set = {"b", "events", {{"app", "x"}}, "h", 1, "", "settings"};
  SetText mine = kKafka;
  mine.advertised = "EXTERNAL://one.example.com:9094";
  Cluster cluster({set});
  CHECK(peers(cluster.store, kSets, mine.item()).empty());
  cluster.store.put(kMaps, config_map("b", "settings", {{"listeners", listeners}}));
  CHECK(peers(cluster.store, kSets, mine.item()) == Names{"StatefulSet b/events", "ConfigMap b/settings"});
  cluster.store.put(kMaps, config_map("b", "settings", {{"listeners", "EXTERNAL://two.example.com:9094"}}));
  CHECK(peers(cluster.store, kSets, mine.item()).empty());
  cluster.store.put(kMaps, config_map("b", "settings", {{"listeners", listeners}}));
  CHECK(peers(cluster.store, kSets, mine.item()).size() == 2);
  cluster.store.remove(kMaps, "b", "settings");
  CHECK(peers(cluster.store, kSets, mine.item()).empty());
  // The request's own settings come from one that is there as well.
  cluster.store.put(kMaps, config_map("b", "settings", {{"listeners", listeners}}));
  set.ns = "c";
  CHECK(peers(cluster.store, kSets, set.item()).empty());
  cluster.store.put(kSets, set.item());
  cluster.store.put(kMaps, config_map("c", "settings", {{"listeners", listeners}}));
  CHECK(peers(cluster.store, kSets, set.item()) ==
        Names{"StatefulSet b/events", "ConfigMap b/settings", "ConfigMap c/settings"});
}

TEST_CASE("peers of a ConfigMap are the broker sets that mount it, with their Services") {
  SetText set = kKafka;
  set.mounts = {"scripts"};
  Cluster cluster({set, {"a", "web", {{"app", "web"}}, "web", 1, "", "", false, {"scripts"}}},
                  {{"a", "kafka-0", {{kPodName, "kafka-0"}}}, {"a", "web", {{"app", "web"}}}});
  const Item map = config_map("a", "scripts", {{"start.sh", "exec true"}});
  cluster.store.put(kMaps, map);
  CHECK(peers(cluster.store, kMaps, map) == Names{"StatefulSet a/kafka", "Service a/kafka-0"});
  CHECK(peers(cluster.store, kSets, set.item()) == Names{"Service a/kafka-0", "ConfigMap a/scripts"});
}

TEST_CASE("what is gone or another one is found no more") {
  Cluster cluster({kKafka}, {{"a", "one", {{"app", "kafka"}}, {}, {31000}}});
  Store& store = cluster.store;
  const Item asked = ServiceText{"b", "new", {}, {}, {31000}}.item();
  CHECK(peers(store, kServices, asked) == Names{"Service a/one"});
  store.put(kServices, ServiceText{"a", "one", {{"app", "web"}}, {}, {31001}}.item());
  CHECK(peers(store, kServices, asked).empty());
  CHECK(peers(store, kSets, kKafka.item()).empty());
  store.put(kServices, ServiceText{"a", "one", {{"app", "kafka"}}, {}, {31000}}.item());
  CHECK(peers(store, kSets, kKafka.item()) == Names{"Service a/one"});
  store.remove(kServices, "a", "one");
  store.remove(kServices, "a", "never-there");
  CHECK(peers(store, kServices, asked).empty());
  CHECK(peers(store, kSets, kKafka.item()).empty());
  store.remove(kSets, "a", "kafka");
  CHECK(peers(store, kServices, ServiceText{"a", "x", {{"app", "kafka"}}}.item()).empty());
}

TEST_CASE("a list takes the place of all that was known of its resource") {
  Cluster cluster({kKafka}, {{"a", "one", {{"app", "kafka"}}}, {"a", "two", {{"app", "kafka"}}}});
  cluster.store.replace(kServices, {ServiceText{"a", "two", {{"app", "kafka"}}}.item(),
                                    ServiceText{"a", "three", {{"app", "kafka"}}}.item()});
  CHECK(peers(cluster.store, kSets, kKafka.item()) == Names{"Service a/three", "Service a/two"});
  CHECK(cluster.store.stateful_set("a", "kafka"));
  cluster.store.replace(kSets, {});
  CHECK_FALSE(cluster.store.stateful_set("a", "kafka"));
  CHECK(names_of(cluster.store.all().objects) == Names{"Service a/three", "Service a/two"});
}

TEST_CASE("more peers than can be judged are cut, and that is told") {
  Cluster cluster({});
  for (int i = 0; i < 700; ++i)
    cluster.store.put(kServices, ServiceText{"a", "s" + std::to_string(i), {{"app", "kafka"}}}.item());
  const Peers found = cluster.store.peers_of(object_of(kSets, kKafka.item()));
  CHECK(found.objects.size() == webhook::cluster::Neighbours::kMost);
  CHECK_FALSE(found.complete);
  cluster.store.replace(kServices, {});
  CHECK(cluster.store.peers_of(object_of(kSets, kKafka.item())).complete);
  const std::string named = "EXTERNAL://kafka.example.com:9094";
  SetText mine = kKafka;
  mine.advertised = named;
  for (int i = 0; i < 30; ++i)
    cluster.store.put(kSets, SetText{"n" + std::to_string(i), "kafka", {{"app", "x"}}, "h", 1, named}.item());
  const Peers rivals = cluster.store.peers_of(object_of(kSets, mine.item()));
  CHECK(rivals.objects.size() == webhook::cluster::Neighbours::kMostRivals);
  CHECK_FALSE(rivals.complete);
}

TEST_CASE("sets that take long to judge are peers until a request has enough of them") {
  // 100 brokers, each of which follows the loop.
  const auto heavy = [](const std::string& name) {
    Item item = SetText{"a", name, {{"app", "kafka"}}, "kafka-headless", 100}.item();
    json set = json::parse(item.json);
    set["spec"]["template"]["spec"]["containers"][0]["command"] = {
        "sh", "-c",
        "for a in 1 2 3 4 5 6 7 8 9; do for b in 1 2 3 4 5 6 7 8 9; do x=$(echo $a$b | cut -c 1); done; done\n"
        "exec /etc/confluent/docker/run"};
    item.json = set.dump();
    return item;
  };
  Cluster cluster({});
  const Item asked = ServiceText{"a", "all", {{"app", "kafka"}}}.item();
  for (int i = 0; i < 40; ++i) cluster.store.put(kSets, heavy("heavy" + std::to_string(i)));
  const Peers found = cluster.store.peers_of(object_of(kServices, asked));
  CHECK(found.objects.size() > 1);
  CHECK(found.objects.size() < 30);
  CHECK_FALSE(found.complete);
  cluster.store.replace(kSets, {heavy("heavy1"), heavy("heavy2")});
  CHECK(cluster.store.peers_of(object_of(kServices, asked)).complete);
}

TEST_CASE("of a Service's names only so many are looked up") {
  std::string names;
  for (int i = 0; i < 700; ++i) names += "n" + std::to_string(i) + ".x,";
  const Cluster cluster({}, {{"a", "many", {}, {{kDns, names}}}});
  const auto claims = [&](const std::string& name) {
    return peers(cluster.store, kServices, ServiceText{"b", "x", {}, {{kDns, name}}}.item());
  };
  CHECK(claims("n255.x") == Names{"Service a/many"});
  CHECK(claims("n256.x").empty());
}

TEST_CASE("peers outlive what the store forgets") {
  Cluster cluster({kKafka});
  const Peers found = cluster.store.peers_of(object_of(kServices, ServiceText{"a", "x", {{"app", "kafka"}}}.item()));
  cluster.store.replace(kSets, {});
  REQUIRE(found.objects.size() == 1);
  CHECK(found.objects[0].ns == "a");
  CHECK(found.objects[0].spec()["replicas"].as_int() == 2);
  CHECK(found.objects[0].source()->name() == webhook::cluster::kSourceName);
  CHECK(found.objects[0].source()->folder().empty());
}

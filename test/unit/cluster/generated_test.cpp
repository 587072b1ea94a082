// A cluster that changes at random, and after each change a request: the peers that the store finds by its lookups
// against those that a scan over all objects finds. The scan knows the objects as they were made up, not their
// JSON, and shares no code with the store.
#include <algorithm>
#include <random>
#include <set>

#include "catch.h"
#include "unit/cluster/cluster_help.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

using Names = std::set<std::string>;

const std::vector<std::string> kNamespaces = {"a", "b", "c"};
const std::vector<std::string> kSetNames = {"kafka", "events", "bus"};
const std::vector<std::string> kServiceNames = {"kafka", "events", "h1", "h2", "s1", "s2",
                                                "s3",    "s4",     "s5", "s6", "s7"};
const char* const kPodName = "statefulset.kubernetes.io/pod-name";
const char* const kPodIndex = "apps.kubernetes.io/pod-index";

class Generator {
 public:
  explicit Generator(uint32_t seed) : random_(seed) {}

  size_t below(size_t limit) { return random_() % limit; }
  bool one_in(size_t n) { return below(n) == 0; }
  const std::string& any(const std::vector<std::string>& of) { return of[below(of.size())]; }

  Pairs some_labels() {
    Pairs labels = {{"app", any({"kafka", "events", "web"})}};
    if (one_in(2)) labels["tier"] = any({"data", "log"});
    if (one_in(20)) labels["pod"] = any({"kafka-0", "events-1"});
    return labels;
  }

  SetText set() {
    SetText out = {any(kNamespaces), any(kSetNames), some_labels(), any({"h1", "h2", ""}), static_cast<int>(below(3))};
    out.kafka = !one_in(5);
    if (one_in(3)) out.config_map = any({"m1", "m2"});
    if (one_in(4)) out.mounts = {any({"m1", "m2", "m3"})};
    out.advertised = advertised();
    return out;
  }

  std::string advertised() {
    if (one_in(3)) return {};
    const std::string host = any({"$(POD_NAME).example.com", "kafka-0.example.com", "gate.example.org", "localhost",
                                  "$(POD_NAME).h1", "$(POD_NAME).x.svc.cluster.local"});
    return "EXTERNAL://" + host + ":" + any({"9094", "9095"});
  }

  ServiceText service() {
    ServiceText out = {any(kNamespaces), any(kServiceNames), {}};
    if (!one_in(8)) {
      if (!one_in(3)) out.selector = some_labels();
      if (one_in(2)) out.selector[kPodName] = any(kSetNames) + "-" + std::to_string(below(4));
      if (one_in(6)) out.selector[kPodIndex] = std::to_string(below(3));
    }
    if (one_in(3)) out.node_ports = {static_cast<int>(31000 + below(6)), static_cast<int>(31010 + below(3))};
    if (one_in(8)) out.protocol = "UDP";
    if (one_in(3)) out.annotations["external-dns.kubernetes.io/hostname"] = any({"x.org", "y.org,z.org", "Z.org.", ""});
    return out;
  }

 private:
  std::mt19937 random_;
};

struct MapText {
  std::string ns, name, listeners;
};

// ---- the scan

bool picks(const std::string& key, const std::string& value, const std::string& set) {
  if (key == kPodIndex) return true;
  const size_t dash = value.rfind('-');
  return (key == kPodName || key == "pod") && dash != std::string::npos && value.substr(0, dash) == set;
}

bool takes(const Pairs& selector, const SetText& set) {
  for (const auto& [key, value] : selector) {
    const auto label = set.labels.find(key);
    const bool written = label != set.labels.end() && label->second == value;
    if (!written && !picks(key, value, set.name)) return false;
  }
  return !selector.empty();
}

bool names_pod(const Pairs& selector, const SetText& set) {
  return std::any_of(selector.begin(), selector.end(), [&](const auto& pair) {
    return pair.first != kPodIndex && picks(pair.first, pair.second, set.name);
  });
}

bool relates(const ServiceText& service, const SetText& set) {
  return service.ns == set.ns && (takes(service.selector, set) || names_pod(service.selector, set) ||
                                  service.name == set.governing || service.name == set.name);
}

class Scan {
 public:
  std::map<std::string, SetText> sets;
  std::map<std::string, ServiceText> services;
  std::map<std::string, MapText> maps;
  bool policy_names = false;  // the policy gives <pod>.example.com

  Names of_set(const SetText& now, const SetText* before) {
    Names out;
    const std::string self = now.ns + "/" + now.name;
    if (!now.kafka && !(before && before->kafka)) return out;
    std::set<std::string> others;
    for (const auto& [name, service] : services) {
      if (!relates(service, now) && !(before && relates(*before, service))) continue;
      out.insert("Service " + name);
      for (const auto& [other, set] : sets)
        if (set.kafka && set.ns == service.ns && takes(service.selector, set)) others.insert(other);
    }
    for (const auto& [other, set] : sets)
      if (set.kafka && now.kafka && rival(now, set)) others.insert(other);
    others.erase(self);
    for (const std::string& other : others) add(sets.at(other), out);
    add_maps(now, out);
    if (before) add_maps(*before, out);
    return out;
  }

  Names of_service(const ServiceText& now, const ServiceText* before) {
    Names out;
    const std::string self = now.ns + "/" + now.name;
    std::set<std::string> near;
    for (const auto& [name, set] : sets)
      if (set.kafka && (relates(now, set) || (before && relates(*before, set)))) near.insert(name);
    std::set<std::string> all = near;
    for (const auto& [name, service] : services) {
      if (name == self) continue;
      const bool companion =
          std::any_of(near.begin(), near.end(), [&](const auto& one) { return relates(service, sets.at(one)); });
      if (!companion) continue;
      for (const auto& [other, set] : sets)
        if (set.kafka && set.ns == service.ns && takes(service.selector, set)) all.insert(other);
    }
    for (const std::string& name : all) add(sets.at(name), out);
    for (const auto& [name, service] : services)
      if (claims_the_same(now, service)) out.insert("Service " + name);
    out.erase("Service " + self);
    return out;
  }

  Names of_map(const MapText& map) {
    Names out;
    std::set<std::string> near;
    for (const auto& [name, set] : sets)
      if (set.kafka && set.ns == map.ns && mounts(set, map.name)) near.insert(name);
    std::set<std::string> all = near;
    for (const auto& [service_name, service] : services) {
      if (std::none_of(near.begin(), near.end(), [&](const auto& one) { return relates(service, sets.at(one)); }))
        continue;
      for (const auto& [other, set] : sets)
        if (set.kafka && set.ns == service.ns && takes(service.selector, set)) all.insert(other);
    }
    for (const std::string& name : all) add(sets.at(name), out);
    out.erase("ConfigMap " + map.ns + "/" + map.name);
    return out;
  }

  bool wanted(const std::string& ns, const std::string& name, bool by_brokers) const {
    return std::any_of(sets.begin(), sets.end(), [&](const auto& entry) {
      const SetText& set = entry.second;
      return set.ns == ns && (set.kafka || !by_brokers) && mounts(set, name);
    });
  }

 private:
  static bool relates(const SetText& set, const ServiceText& service) { return ::relates(service, set); }
  static bool relates(const ServiceText& service, const SetText& set) { return ::relates(service, set); }

  static bool mounts(const SetText& set, const std::string& map) {
    return (set.kafka && set.config_map == map) ||
           std::find(set.mounts.begin(), set.mounts.end(), map) != set.mounts.end();
  }

  void add(const SetText& set, Names& out) {
    out.insert("StatefulSet " + set.ns + "/" + set.name);
    for (const auto& [name, service] : services)
      if (relates(service, set)) out.insert("Service " + name);
    add_maps(set, out);
  }

  void add_maps(const SetText& set, Names& out) {
    for (const auto& [name, map] : maps)
      if (map.ns == set.ns && mounts(set, map.name)) out.insert("ConfigMap " + name);
  }

  // Addresses of the brokers as host:port, without those that are the cluster's own.
  std::set<std::string> addresses(const SetText& set) const {
    std::set<std::string> out;
    std::string text = set.advertised;
    if (!set.config_map.empty()) {
      const auto map = maps.find(set.ns + "/" + set.config_map);
      text = map == maps.end() ? "" : map->second.listeners;
    }
    if (text.empty()) return out;
    for (int i = 0; i < set.replicas; ++i) {
      std::string address = text.substr(text.find("://") + 3);
      const std::string variable = "$(POD_NAME)";
      if (address.starts_with(variable)) address = set.name + "-" + std::to_string(i) + address.substr(variable.size());
      const std::string host = address.substr(0, address.find(':'));
      if (host == "localhost" || host.find(".svc.") != std::string::npos) continue;
      if (host == set.name + "-" + std::to_string(i) + ".h1" && set.governing == "h1") continue;
      out.insert(address);
    }
    return out;
  }

  // Where the listeners are not known, nothing is planned.
  bool readable(const SetText& set) const {
    if (set.config_map.empty()) return true;
    const auto map = maps.find(set.ns + "/" + set.config_map);
    return map != maps.end() && !map->second.listeners.empty();
  }

  std::set<std::string> given(const SetText& set) const {
    std::set<std::string> out;
    for (int i = 0; policy_names && readable(set) && i < set.replicas; ++i)
      out.insert(set.name + "-" + std::to_string(i) + ".example.com");
    return out;
  }

  bool rival(const SetText& a, const SetText& b) const {
    const auto hosts = [](const std::set<std::string>& addresses) {
      std::set<std::string> out;
      for (const std::string& address : addresses) out.insert(address.substr(0, address.find(':')));
      return out;
    };
    const auto meet = [](const std::set<std::string>& one, const std::set<std::string>& other) {
      return std::any_of(one.begin(), one.end(), [&](const auto& each) { return other.contains(each); });
    };
    const auto mine = addresses(a), theirs = addresses(b);
    return meet(mine, theirs) || meet(given(a), given(b)) || meet(hosts(mine), given(b)) ||
           meet(given(a), hosts(theirs));
  }

  static std::set<std::string> dns_names(const ServiceText& service) {
    std::set<std::string> out;
    for (const auto& [key, value] : service.annotations) {
      if (value == "x.org") out.insert("x");
      if (value == "y.org,z.org") out.insert({"y", "z"});
      if (value == "Z.org.") out.insert("z");
    }
    return out;
  }

  static bool claims_the_same(const ServiceText& a, const ServiceText& b) {
    for (const int port : a.node_ports)
      if (std::find(b.node_ports.begin(), b.node_ports.end(), port) != b.node_ports.end()) return true;
    const auto theirs = dns_names(b);
    const auto mine = dns_names(a);
    return std::any_of(mine.begin(), mine.end(), [&](const auto& name) { return theirs.contains(name); });
  }
};

class Trial {
 public:
  explicit Trial(uint32_t seed) : generate_(seed) { policy(generate_.one_in(2)); }

  void change() {
    const size_t what = generate_.below(20);
    if (what < 8) {
      put(generate_.service());
    } else if (what < 10) {
      const ServiceText gone = generate_.service();
      store_.remove(Resource::kServices, gone.ns, gone.name);
      scan_.services.erase(gone.ns + "/" + gone.name);
    } else if (what < 14) {
      put(generate_.set());
    } else if (what < 15) {
      const SetText gone = generate_.set();
      store_.remove(Resource::kStatefulSets, gone.ns, gone.name);
      scan_.sets.erase(gone.ns + "/" + gone.name);
    } else if (what < 17) {
      put(map());
    } else if (what < 18) {
      const MapText gone = map();
      store_.remove(Resource::kConfigMaps, gone.ns, gone.name);
      scan_.maps.erase(gone.ns + "/" + gone.name);
    } else if (generate_.one_in(10)) {
      replace();
    } else if (generate_.one_in(10)) {
      policy(generate_.one_in(2));
    }
    forget_maps();
  }

  // Empty when both find the same.
  std::string ask() {
    Names want;
    std::vector<std::string> found;
    std::string asked;
    const size_t what = generate_.below(10);
    if (what < 5) {
      ServiceText now = generate_.service();
      const auto known = scan_.services.find(now.ns + "/" + now.name);
      const bool update = known != scan_.services.end() && generate_.one_in(2);
      want = scan_.of_service(now, update ? &known->second : nullptr);
      const Item old_item = update ? known->second.item() : Item();
      asked = now.item().json;
      found = peers(store_, Resource::kServices, now.item(), update ? &old_item : nullptr);
    } else if (what < 9) {
      const SetText now = generate_.set();
      const auto known = scan_.sets.find(now.ns + "/" + now.name);
      const bool update = known != scan_.sets.end() && generate_.one_in(2);
      want = scan_.of_set(now, update ? &known->second : nullptr);
      const Item old_item = update ? known->second.item() : Item();
      asked = now.item().json;
      found = peers(store_, Resource::kStatefulSets, now.item(), update ? &old_item : nullptr);
    } else {
      const MapText now = map();
      want = scan_.of_map(now);
      asked = item(now).json;
      found = peers(store_, Resource::kConfigMaps, item(now));
    }
    met_ += want.size();
    const Names got(found.begin(), found.end());
    if (got == want && got.size() == found.size()) return {};
    std::string text = asked + ", found";
    for (const std::string& name : found) text += " [" + name + "]";
    text += ", want";
    for (const std::string& name : want) text += " [" + name + "]";
    return text;
  }

  size_t met() const { return met_; }

 private:
  MapText map() {
    MapText out = {generate_.any(kNamespaces), generate_.any({"m1", "m2", "m3"}), generate_.advertised()};
    // What a ConfigMap says is not expanded.
    if (out.listeners.find('$') != std::string::npos) out.listeners = "EXTERNAL://gate.example.org:9094";
    return out;
  }
  static Item item(const MapText& map) {
    Pairs data;
    if (!map.listeners.empty()) data["listeners"] = map.listeners;
    return config_map(map.ns, map.name, data);
  }

  void put(const ServiceText& service) {
    store_.put(Resource::kServices, service.item());
    scan_.services[service.ns + "/" + service.name] = service;
  }
  void put(const SetText& set) {
    store_.put(Resource::kStatefulSets, set.item());
    scan_.sets[set.ns + "/" + set.name] = set;
  }
  void put(const MapText& map) {
    store_.put(Resource::kConfigMaps, item(map));
    if (scan_.wanted(map.ns, map.name, true)) scan_.maps[map.ns + "/" + map.name] = map;
  }
  // The store drops what no broker set mounts any more.
  void forget_maps() {
    std::erase_if(scan_.maps,
                  [&](const auto& entry) { return !scan_.wanted(entry.second.ns, entry.second.name, true); });
  }

  void replace() {
    std::vector<Item> items;
    scan_.services.clear();
    for (size_t i = generate_.below(20); i > 0; --i) {
      const ServiceText service = generate_.service();
      if (!scan_.services.emplace(service.ns + "/" + service.name, service).second) continue;
      items.push_back(service.item());
    }
    store_.replace(Resource::kServices, std::move(items));
  }

  void policy(bool names) {
    scan_.policy_names = names;
    store_.set_policy(policy_with(names ? "example.com" : ""));
  }

  Generator generate_;
  Store store_{policy_with("")};
  Scan scan_;
  size_t met_ = 0;
};

}  // namespace

TEST_CASE("lookups find the peers that a scan over all objects finds") {
  size_t cases = 0, met = 0;
  for (uint32_t seed = 1; seed <= 100; ++seed) {
    Trial trial(seed);
    for (int warm = 0; warm < 40; ++warm) trial.change();
    for (int step = 0; step < 220; ++step, ++cases) {
      trial.change();
      const std::string difference = trial.ask();
      if (!difference.empty()) FAIL("seed " << seed << ", step " << step << ": " << difference);
    }
    met += trial.met();
  }
  CHECK(cases >= 20'000);
  // The clusters are such that there is something to find.
  CHECK(met > 3 * cases);
}

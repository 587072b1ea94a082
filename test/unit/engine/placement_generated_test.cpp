// Random small clusters: what nodeport-preemptible says is held against a scheduler of the test's own.
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "catch.h"
#include "unit/engine/fixture.h"
#include "unit/engine/small_cluster.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

class Dice {
 public:
  explicit Dice(uint64_t seed) : engine_(seed) {}
  size_t below(size_t bound) { return engine_() % bound; }
  bool one_in(size_t n) { return below(n) == 0; }
  std::string of(const std::vector<std::string>& words) { return words[below(words.size())]; }

 private:
  std::mt19937_64 engine_;
};

std::string value_for(Dice& dice, const std::string& key) {
  static const std::map<std::string, std::vector<std::string>> kValues = {
      {kGke, {"true", "true", "false"}},
      {kEks, {"SPOT", "ON_DEMAND", "spot"}},
      {kGkePool, {"a", "cheap-1", "night"}},
      {kAksPool, {"a", "cheap-2", "night", "Night"}},
      {"disk", {"ssd", "hdd", ""}},
      {"size", {"7", "12", "007", "big"}},
      {kZone, {"a", "b"}},
      {"kubernetes.io/hostname", {"n0", "n1", "n2"}},
      {"price", {"low", "high"}}};
  return dice.of(kValues.at(key));
}

std::string any_key(Dice& dice) {
  return dice.of({kGke, kGke, kEks, kGkePool, kAksPool, "disk", "size", kZone, "kubernetes.io/hostname", "price"});
}

OneTaint any_taint(Dice& dice) {
  OneTaint taint;
  taint.key = dice.of({kGke, "cheap", "dedicated", "score", "node.kubernetes.io/not-ready"});
  taint.value = taint.key == "score" ? dice.of({"1", "5", "9"}) : dice.of({"true", "kafka", "no", ""});
  taint.effect = dice.of({"NoSchedule", "NoSchedule", "NoExecute", "PreferNoSchedule"});
  return taint;
}

OneNode any_node(Dice& dice, size_t number) {
  OneNode node;
  node.name = "n" + std::to_string(number);
  for (size_t i = dice.below(5); i > 0; --i) {
    const std::string key = any_key(dice);
    node.labels[key] = key == "kubernetes.io/hostname" ? node.name : value_for(dice, key);
  }
  for (size_t i = dice.one_in(2) ? dice.below(3) : 0; i > 0; --i) {
    const OneTaint taint = any_taint(dice);
    bool there = false;  // a node has one taint of each key and effect
    for (const OneTaint& known : node.taints) there = there || (known.key == taint.key && known.effect == taint.effect);
    if (!there) node.taints.push_back(taint);
  }
  node.unschedulable = dice.one_in(8);
  return node;
}

Requirement any_requirement(Dice& dice) {
  Requirement r;
  r.key = any_key(dice);
  r.op = dice.of({"In", "In", "NotIn", "NotIn", "Exists", "DoesNotExist", "DoesNotExist", "Gt", "Lt"});
  if (r.op == "Gt" || r.op == "Lt") {
    if (!dice.one_in(6)) r.key = "size";
    r.values.push_back(dice.of({"5", "7", "9", "12", "big"}));
  } else if (r.op == "In" || r.op == "NotIn") {
    for (size_t i = dice.below(8) == 0 ? 0 : 1 + dice.below(2); i > 0; --i) r.values.push_back(value_for(dice, r.key));
    if (dice.one_in(40)) r.values.emplace_back("-not a value");
  } else if (dice.one_in(20)) {
    r.values.emplace_back("a");
  }
  if (dice.one_in(50)) r.op = "Near";
  return r;
}

Term any_term(Dice& dice) {
  Term term;
  for (size_t i = dice.one_in(10) ? 0 : 1 + dice.below(2); i > 0; --i)
    term.expressions.push_back(any_requirement(dice));
  if (dice.one_in(8)) {
    term.fields.push_back(
        {dice.one_in(10) ? "metadata.namespace" : "metadata.name", dice.of({"In", "NotIn", "Exists"}), {"n1"}});
  }
  return term;
}

Pod any_pod(Dice& dice) {
  Pod pod;
  if (dice.one_in(15)) pod.node_name = dice.of({"n0", "n1", "n5", "night"});
  for (size_t i = dice.one_in(3) ? 1 + dice.below(2) : 0; i > 0; --i) {
    const std::string key = any_key(dice);
    pod.selector[key] = value_for(dice, key);
  }
  if (dice.one_in(2)) {
    pod.required.emplace();
    for (size_t i = dice.one_in(20) ? 0 : 1 + dice.below(2); i > 0; --i) pod.required->push_back(any_term(dice));
  }
  for (size_t i = dice.one_in(2) ? 1 + dice.below(3) : 0; i > 0; --i) {
    const OneTaint taint = any_taint(dice);
    pod.tolerations.push_back({dice.one_in(6) ? "" : taint.key, dice.of({"", "Equal", "Exists", "Exists", "Gt", "Lt"}),
                               taint.value, dice.one_in(2) ? "" : taint.effect});
  }
  return pod;
}

// ---- as Kubernetes objects -------------------------------------------------

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

std::string json(const Labels& labels) {
  std::string out;
  for (const auto& [key, value] : labels) out += (out.empty() ? "" : ",") + quoted(key) + ":" + quoted(value);
  return "{" + out + "}";
}

template <typename T, typename Write>
std::string json(const std::vector<T>& list, Write write) {
  std::string out;
  for (const T& one : list) out += (out.empty() ? "" : ",") + write(one);
  return "[" + out + "]";
}

std::string json(const OneTaint& taint) {
  return R"({"key":)" + quoted(taint.key) + (taint.value.empty() ? "" : R"(,"value":)" + quoted(taint.value)) +
         R"(,"effect":)" + quoted(taint.effect) + "}";
}

std::string json(const OneNode& node) {
  return R"({"apiVersion":"v1","kind":"Node","metadata":{"name":)" + quoted(node.name) + R"(,"labels":)" +
         json(node.labels) + R"(},"spec":{"taints":)" +
         json(node.taints, [](const OneTaint& taint) { return json(taint); }) +
         (node.unschedulable ? R"(,"unschedulable":true}})" : "}}");
}

std::string json(const Requirement& r) {
  return R"({"key":)" + quoted(r.key) + R"(,"operator":)" + quoted(r.op) +
         (r.values.empty() ? "" : R"(,"values":)" + json(r.values, quoted)) + "}";
}

std::string json(const Term& term) {
  const auto list = [](const std::vector<Requirement>& all) {
    return json(all, [](const Requirement& r) { return json(r); });
  };
  return R"({"matchExpressions":)" + list(term.expressions) + R"(,"matchFields":)" + list(term.fields) + "}";
}

std::string json(const Toleration& t) {
  std::string out = R"({"tolerationSeconds":7)";
  if (!t.key.empty()) out += R"(,"key":)" + quoted(t.key);
  if (!t.op.empty()) out += R"(,"operator":)" + quoted(t.op);
  if (!t.value.empty()) out += R"(,"value":)" + quoted(t.value);
  if (!t.effect.empty()) out += R"(,"effect":)" + quoted(t.effect);
  return out + "}";
}

std::string pod_json(const Pod& pod) {
  std::string out = R"("nodeSelector":)" + json(pod.selector) + R"(,"tolerations":)" +
                    json(pod.tolerations, [](const Toleration& t) { return json(t); });
  if (!pod.node_name.empty()) out += R"(,"nodeName":)" + quoted(pod.node_name);
  if (pod.required) {
    out += R"(,"affinity":{"nodeAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"nodeSelectorTerms":)" +
           json(*pod.required, [](const Term& term) { return json(term); }) + "}}}";
  }
  return out;
}

std::string set_json(const std::string& name, const Pod& pod) {
  return R"({"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":")" + name +
         R"(","namespace":"s"},"spec":{"serviceName":"h","replicas":1,"selector":{"matchLabels":{"app":")" + name +
         R"("}},"template":{"metadata":{"labels":{"app":")" + name + R"("}},"spec":{)" + pod_json(pod) +
         R"(,"containers":[{"name":"k","image":"confluentinc/cp-kafka:7.4.1","ports":[{"containerPort":9094}],"env":[)"
         R"({"name":"HOST_IP","valueFrom":{"fieldRef":{"fieldPath":"status.hostIP"}}},)"
         R"({"name":"KAFKA_ZOOKEEPER_CONNECT","value":"z:2181"},)"
         R"({"name":"KAFKA_ADVERTISED_LISTENERS","value":"EXTERNAL://$(HOST_IP):31094"},)"
         R"({"name":"KAFKA_LISTENER_SECURITY_PROTOCOL_MAP","value":"EXTERNAL:PLAINTEXT"}]}]}}}})";
}

std::string service_json(const std::string& set) {
  return R"({"apiVersion":"v1","kind":"Service","metadata":{"name":")" + set +
         R"(","namespace":"s"},"spec":{"type":"NodePort","selector":{"app":")" + set +
         R"("},"ports":[{"port":9094,"nodePort":31094}]}})";
}

std::string list_json(const std::vector<std::string>& items) {
  return R"({"apiVersion":"v1","kind":"List","items":)" + json(items, [](const std::string& item) { return item; }) +
         "}";
}

Rules any_rules(Dice& dice) {
  Rules rules;
  rules.may_land = dice.one_in(3);
  if (dice.one_in(2)) rules.cheap_pools.push_back(dice.of({"cheap*", "a", "*"}));
  if (dice.one_in(2)) rules.cheap_taints.push_back({"cheap", dice.of({"", "true"}), ""});
  if (dice.one_in(3)) rules.cheap_labels["price"] = "low";
  if (dice.one_in(2)) {
    rules.pools.push_back({"night", !dice.one_in(3), {}, {}});
    if (dice.one_in(3)) rules.pools.back().labels[kAksPool] = "Night";
    if (dice.one_in(3)) rules.pools.back().labels[kZone] = "b";
    if (dice.one_in(3)) rules.pools.back().taints.push_back({"dedicated", "kafka", "NoSchedule"});
  }
  // Pools of nodes that carry no provider's label for them.
  if (dice.one_in(3)) rules.pools.push_back({"cheap-9", dice.one_in(2), {{"disk", dice.of({"ssd", "hdd"})}}, {}});
  if (dice.one_in(4)) rules.pools.push_back({"two", true, {{"disk", "ssd"}, {"size", dice.of({"7", "12"})}}, {}});
  if (dice.one_in(4)) rules.pools.push_back({"a", dice.one_in(2), {{"disk", "ssd"}}, {{"cheap", "true", "NoExecute"}}});
  std::string spec = "  preemptible: {pools: " + json(rules.cheap_pools, quoted) +
                     ", labels: " + json(rules.cheap_labels) + ", mayLand: " + (rules.may_land ? "warn" : "deny") +
                     ", taints: " +
                     json(rules.cheap_taints,
                          [](const OneTaint& t) { return quoted(t.key + (t.value.empty() ? "" : "=" + t.value)); }) +
                     "}\n  nodePools: " +
                     json(rules.pools,
                          [](const Pool& pool) {
                            return "{name: " + pool.name + ", preemptible: " + (pool.preemptible ? "true" : "false") +
                                   ", labels: " + json(pool.labels) +
                                   ", taints: " + json(pool.taints, [](const OneTaint& t) { return json(t); }) + "}";
                          }) +
                     "\n  rules:\n";
  for (const std::string_view id : rule_ids()) {
    if (id != "nodeport-preemptible") spec += "    " + std::string(id) + ": off\n";
  }
  rules.policy = policy_of(spec);
  return rules;
}

// "deny all", "deny some", "warn some" or nothing, by the set's name.
std::map<std::string, std::string> told(const std::string& text, const Policy& policy) {
  const Bundle bundle = bundle_of(std::make_shared<const Source>("generated", text));
  std::map<std::string, std::string> out;
  for (const Finding& finding : evaluate(bundle, policy).verdict.findings) {
    const bool some = finding.message.find("some of which") != std::string::npos ||
                      finding.message.find("are in part") != std::string::npos;
    out[std::string(finding.object->name)] = std::string(to_string(finding.severity)) + (some ? " some" : " all");
  }
  return out;
}

}  // namespace

TEST_CASE("placements of generated clusters are those of a scheduler written for the test") {
  constexpr uint64_t kClusters = 5'000;
  constexpr size_t kPods = 20;
  std::vector<Rules> all_rules_sets;
  Dice rule_dice(6);
  for (size_t i = 0; i < 40; ++i) all_rules_sets.push_back(any_rules(rule_dice));
  std::map<Verdicts, size_t> seen;
  for (uint64_t seed = 1; seed <= kClusters; ++seed) {
    Dice dice(seed);
    const Rules& rules = all_rules_sets[dice.below(all_rules_sets.size())];
    std::vector<std::string> objects, node_objects;
    std::vector<OneNode> nodes;
    for (size_t i = 1 + dice.below(6); i > 0; --i) {
      nodes.push_back(any_node(dice, nodes.size()));
      nodes.back().preemptible = is_cheap(nodes.back(), rules);
      node_objects.push_back(json(nodes.back()));
    }
    add_pools(nodes, rules);
    std::vector<Pod> pods;
    for (size_t i = 0; i < kPods; ++i) {
      const std::string name = "k" + std::to_string(i);
      pods.push_back(any_pod(dice));
      objects.push_back(set_json(name, pods.back()));
      if (!dice.one_in(3)) objects.push_back(service_json(name));
    }
    std::vector<std::string> with_nodes = objects;
    with_nodes.insert(with_nodes.begin() + static_cast<std::ptrdiff_t>(dice.below(objects.size())),
                      node_objects.begin(), node_objects.end());
    const std::string text = list_json(with_nodes);
    const auto found = told(text, rules.policy);
    std::optional<std::map<std::string, std::string>> without;
    for (size_t i = 0; i < kPods; ++i) {
      const Verdicts verdict = expected(nodes, pods[i]);
      ++seen[verdict];
      const std::string name = "k" + std::to_string(i);
      std::string wanted;
      if (verdict == Verdicts::kAll) wanted = "deny all";
      if (verdict == Verdicts::kSome) wanted = rules.may_land ? "warn some" : "deny some";
      if (verdict == Verdicts::kNoNode) {
        if (!without) without = told(list_json(objects), rules.policy);
        const auto own = without->find(name);
        wanted = own == without->end() ? "" : own->second;
      }
      const auto own = found.find(name);
      const std::string got = own == found.end() ? "" : own->second;
      if (got != wanted) {
        FAIL("seed " << seed << ", set " << name << ": said \"" << got << "\", wanted \"" << wanted << "\"\npod {"
                     << pod_json(pods[i]) << "}\nnodes " << list_json(node_objects) << "\npolicy of pools "
                     << json(rules.pools, [](const Pool& pool) { return pool.name; }));
      }
    }
  }
  // Each answer is given often enough to mean something.
  for (const Verdicts verdict : {Verdicts::kNone, Verdicts::kSome, Verdicts::kAll, Verdicts::kNoNode}) {
    INFO(static_cast<int>(verdict) << ": " << seen[verdict]);
    CHECK(seen[verdict] > kClusters * kPods / 20);
  }
}

// Placement against nodes that are known: the reason tells what decided.
#include <chrono>

#include "brokergate/kafka.h"
#include "brokergate/nodes.h"
#include "catch.h"

using namespace brokergate;

namespace {

constexpr auto kStable = Placement::Kind::kStable;
constexpr auto kPreemptible = Placement::Kind::kPreemptible;
constexpr auto kUndecided = Placement::Kind::kUndecided;

std::vector<Object> objects_in(const std::string& text) {
  ReadResult result = read(std::make_shared<const Source>("nodes.yaml", text));
  REQUIRE(result.errors.empty());
  std::vector<Object> out;
  for (Document& document : result.documents) {
    for (Object& object : objects_of(std::make_shared<const Document>(std::move(document)))) out.push_back(object);
  }
  return out;
}

// A Node with its labels and its spec in flow style.
std::string node(const std::string& name, const std::string& labels = "", const std::string& spec = "") {
  return "---\napiVersion: v1\nkind: Node\nmetadata: {name: " + name + ", labels: {" + labels + "}}\nspec: {" + spec +
         "}\n";
}

const std::string kSpot = "cloud.google.com/gke-preemptible: \"true\"";

struct Cluster {
  explicit Cluster(const std::string& nodes, Policy own = Policy::defaults())
      : policy(std::move(own)), index(objects_in(nodes), policy) {}

  Placement place(const std::string& pod_spec) const {
    const ReadResult pod = read(std::make_shared<const Source>("pod.yaml", pod_spec));
    REQUIRE(pod.errors.empty());
    Placement out = placement_of(pod.documents.at(0).root(), policy, &index);
    out.at = Value();
    return out;
  }

  Policy policy;
  NodeIndex index;
};

std::string required(const std::string& terms) {
  return "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [" + terms +
         "]}}}";
}

Policy with_pool(NodePool pool) {
  Policy policy = Policy::defaults();
  policy.node_pools.push_back(std::move(pool));
  return policy;
}

}  // namespace

TEST_CASE("the reason counts the nodes") {
  const Cluster five(node("a") + node("b") + node("c", kSpot) + node("d", kSpot) + node("e", kSpot));
  CHECK(five.index.nodes() == 5);
  CHECK(five.index.preemptible() == 3);
  const Placement some = five.place("containers: []");
  CHECK(some.kind == kUndecided);
  CHECK(some.known);
  CHECK(some.reason == "no nodeSelector; 3 of 5 schedulable nodes carry cloud.google.com/gke-preemptible=true");
  const Placement all = five.place("nodeSelector: {" + kSpot + "}");
  CHECK(all.kind == kPreemptible);
  CHECK(all.reason ==
        "nodeSelector cloud.google.com/gke-preemptible=true; all 3 schedulable nodes carry "
        "cloud.google.com/gke-preemptible=true");
  const Placement none =
      five.place(required("{matchExpressions: [{key: cloud.google.com/gke-preemptible, operator: DoesNotExist}]}"));
  CHECK(none.kind == kStable);
  CHECK(none.known);
  CHECK(none.reason ==
        "required node affinity cloud.google.com/gke-preemptible DoesNotExist; none of 2 schedulable nodes is "
        "preemptible");
  const Placement one = five.place("nodeName: d");
  CHECK(one.kind == kPreemptible);
  CHECK(one.reason == "nodeName d; the one schedulable node (d) carries cloud.google.com/gke-preemptible=true");
  const Placement nowhere = five.place("nodeSelector: {disk: ssd}");
  CHECK(nowhere.kind == kUndecided);
  CHECK_FALSE(nowhere.known);
  CHECK(nowhere.reason ==
        "no nodeSelector, node affinity or toleration tells the kind of node; of 5 nodes that are known none fits");
}

TEST_CASE("marks of several kinds are told apart") {
  Policy policy = Policy::defaults();
  policy.preemptible_pools = {"cheap-*"};
  const Cluster mixed(
      node("a", kSpot) + node("b", "agentpool: cheap-1") + node("c", "agentpool: dear") +
          node("d", "", "taints: [{key: cloud.google.com/gke-spot, value: \"true\", effect: NoSchedule}]"),
      policy);
  CHECK(
      mixed.place("tolerations: [{operator: Exists}]").reason ==
      "no nodeSelector; 1 of 4 schedulable nodes (a) carries cloud.google.com/gke-preemptible=true, 1 is of pool "
      "cheap-1, which the policy lists as preemptible, 1 carries the taint cloud.google.com/gke-spot=true:NoSchedule");
}

TEST_CASE("what keeps pods off is of the marks that were found, and does") {
  struct Case {
    std::string mark, way, followed;  // of the node; what is told; the pod spec that does so
  };
  Policy policy = with_pool({"night", true, {{"team", "data"}, {"pool", "night"}}, {}});
  policy.preemptible_pools = {"cheap-*"};
  policy.preemptible_labels.emplace_back("price", "low");
  policy.preemptible_taints.push_back({"reclaimable", "", ""});
  const auto expression = [](const std::string& inner) { return required("{matchExpressions: [{" + inner + "}]}"); };
  for (const Case& c :
       std::vector<Case>{{node("b", kSpot), "required node affinity with cloud.google.com/gke-preemptible DoesNotExist",
                          expression("key: cloud.google.com/gke-preemptible, operator: DoesNotExist")},
                         {node("b", "eks.amazonaws.com/capacityType: SPOT"),
                          "required node affinity with eks.amazonaws.com/capacityType NotIn [SPOT]",
                          expression("key: eks.amazonaws.com/capacityType, operator: NotIn, values: [SPOT]")},
                         {node("b", "price: low"), "required node affinity with price NotIn [low]",
                          expression("key: price, operator: NotIn, values: [low]")},
                         {node("b", "agentpool: cheap-1"), "required node affinity with agentpool NotIn [cheap-1]",
                          expression("key: agentpool, operator: NotIn, values: [cheap-1]")},
                         {node("b", "agentpool: night"), "required node affinity with agentpool NotIn [night]",
                          expression("key: agentpool, operator: NotIn, values: [night]")},
                         // Of the labels of its pool the one that the nodes that stay have not.
                         {node("b", "team: data, pool: night"), "required node affinity with pool NotIn [night]",
                          expression("key: pool, operator: NotIn, values: [night]")},
                         {node("b", "", "taints: [{key: reclaimable, value: \"yes\", effect: NoSchedule}]"),
                          "no toleration of the taint reclaimable=yes:NoSchedule", "containers: []"}}) {
    INFO(c.way);
    Policy own = policy;
    if (c.mark.find("night") == std::string::npos) own.node_pools.clear();
    const Cluster cluster(node("a", "team: data") + c.mark, own);
    const Placement found = cluster.place("tolerations: [{key: reclaimable, operator: Exists}]");
    CHECK(found.kind == kUndecided);
    CHECK(found.keep_off == c.way);
    CHECK(cluster.place(c.followed).kind == kStable);
    CHECK(cluster.place(c.followed).keep_off.empty());
  }
}

TEST_CASE("what keeps pods off several marks, and what it takes the place of") {
  const Cluster two(node("a") + node("b", kSpot) + node("c", "karpenter.sh/capacity-type: spot"));
  CHECK(two.place("containers: []").keep_off ==
        "required node affinity with cloud.google.com/gke-preemptible DoesNotExist and karpenter.sh/capacity-type "
        "NotIn [spot]");
  CHECK(two.place(required("{matchExpressions: [{key: x, operator: DoesNotExist}]}, {matchExpressions: [{key: y, "
                           "operator: DoesNotExist}]}"))
            .keep_off.starts_with("required node affinity, in each of its terms, with cloud.google.com/"));
  // No node that stays has what the pods ask for.
  CHECK(two.place("nodeSelector: {" + kSpot + "}").keep_off ==
        "required node affinity with cloud.google.com/gke-preemptible DoesNotExist in place of nodeSelector "
        "cloud.google.com/gke-preemptible=true");
  const Cluster many(node("a") + node("b", kSpot) + node("c", "karpenter.sh/capacity-type: spot") +
                     node("d", "lifecycle: Ec2Spot") + node("e", "spotinst.io/node-lifecycle: spot"));
  CHECK(many.place("containers: []").keep_off.ends_with(" and the like for 1 more mark"));
  // A pool to come: by the policy's labels, else as the provider of the nodes that are there names pools.
  const std::string there = node("a", "cloud.google.com/gke-nodepool: stable");
  CHECK(Cluster(there, with_pool({"spot", true, {{"pool", "spot"}}, {}})).place("containers: []").keep_off ==
        "required node affinity with pool NotIn [spot]");
  CHECK(Cluster(there, with_pool({"spot", true, {}, {}})).place("containers: []").keep_off ==
        "required node affinity with cloud.google.com/gke-nodepool NotIn [spot]");
  CHECK(Cluster(node("a"), with_pool({"spot", true, {}, {}})).place("containers: []").keep_off ==
        "required node affinity that leaves out pool spot by the label that names it");
  const Cluster tainted(node("a") + node("b", "disk: ssd",
                                         "taints: [{key: cloud.google.com/gke-spot, value: \"true\", "
                                         "effect: NoSchedule}]"));
  CHECK(tainted.place("nodeSelector: {disk: ssd}\ntolerations: [{operator: Exists}]").keep_off ==
        "no toleration of the taint cloud.google.com/gke-spot=true:NoSchedule, and without nodeSelector disk=ssd");
  // PreferNoSchedule keeps nobody away.
  CHECK(Cluster(node("a", "", "taints: [{key: cloud.google.com/gke-spot, value: \"true\", effect: PreferNoSchedule}]"))
            .place("containers: []")
            .keep_off.starts_with("required node affinity that leaves out nodes with the taint cloud.google.com/"));
}

TEST_CASE("a node that is unwell or cordoned counts, and the reason says so where it decides") {
  const std::string unwell = "taints: [{key: node.kubernetes.io/unreachable, effect: NoExecute}]";
  const Cluster spot(node("a") + node("b", kSpot, "unschedulable: true"));
  CHECK(spot.place("containers: []").kind == kUndecided);
  CHECK(spot.place("containers: []").reason ==
        "no nodeSelector; 1 of 2 schedulable nodes (b) carries cloud.google.com/gke-preemptible=true; it is cordoned "
        "or not ready at the moment, which is temporary, so it counts");
  const Cluster stable(node("a", "", unwell) + node("b", kSpot));
  CHECK(stable.place("containers: []").kind == kUndecided);
  CHECK(
      stable.place("containers: []")
          .reason.ends_with("; the others are cordoned or not ready at the moment, which is temporary, so they count"));
  const Cluster both(node("a") + node("b", kSpot, unwell) + node("c", kSpot));
  CHECK(both.place("containers: []").reason ==
        "no nodeSelector; 2 of 3 schedulable nodes carry cloud.google.com/gke-preemptible=true");
  for (const char* taint :
       {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "node.kubernetes.io/memory-pressure",
        "node.kubernetes.io/disk-pressure", "node.kubernetes.io/pid-pressure", "node.kubernetes.io/network-unavailable",
        "node.kubernetes.io/unschedulable", "node.cloudprovider.kubernetes.io/uninitialized",
        "node.cloudprovider.kubernetes.io/shutdown", "ToBeDeletedByClusterAutoscaler",
        "aws-node-termination-handler/spot-itn"}) {
    INFO(taint);
    const Cluster one(node("a", kSpot, std::string("taints: [{key: ") + taint + ", effect: NoSchedule}]"));
    CHECK(one.place("containers: []").kind == kPreemptible);
  }
}

TEST_CASE("pools of the policy count while they have no node") {
  const Cluster gone(node("a", "agentpool: stable"), with_pool({"spot-pool", true, {}, {}}));
  CHECK(gone.index.nodes() == 1);
  CHECK(gone.index.preemptible() == 0);
  CHECK(gone.place("containers: []").kind == kUndecided);
  CHECK(gone.place("containers: []").reason ==
        "no nodeSelector; the one schedulable node is not preemptible; pool spot-pool, which has no node at the "
        "moment, is preemptible");
  CHECK(gone.place("nodeSelector: {agentpool: stable}").kind == kStable);
  CHECK(gone.place("nodeSelector: {cloud.google.com/gke-nodepool: spot-pool}").kind == kPreemptible);
  CHECK(gone.place("nodeSelector: {cloud.google.com/gke-nodepool: spot-pool}").reason ==
        "nodeSelector cloud.google.com/gke-nodepool=spot-pool; no node that is there fits; pool spot-pool, which has "
        "no node at the moment, is preemptible");
  const Cluster there(node("a", "agentpool: stable") + node("b", "agentpool: spot-pool"),
                      with_pool({"spot-pool", true, {}, {}}));
  CHECK(there.index.preemptible() == 1);
  CHECK(there.place("containers: []").reason ==
        "no nodeSelector; 1 of 2 schedulable nodes (b) is of pool spot-pool, which the policy says is preemptible");
  const Cluster stays(node("a", kSpot), with_pool({"on-demand", false, {}, {}}));
  CHECK(stays.place("containers: []").kind == kUndecided);
  CHECK(stays.place("containers: []").reason ==
        "no nodeSelector; the one schedulable node (a) carries cloud.google.com/gke-preemptible=true; pool on-demand, "
        "which has no node at the moment, is not preemptible");
}

TEST_CASE("a pool to come has the labels that every node has, with a value nobody knows") {
  const Cluster gone(node("a", "kubernetes.io/os: linux"), with_pool({"spot", true, {{"disk", "ssd"}}, {}}));
  CHECK(gone.place("nodeSelector: {kubernetes.io/os: linux}").kind == kUndecided);
  CHECK(gone.place("nodeSelector: {topology.kubernetes.io/zone: b}").kind == kPreemptible);
  CHECK(gone.place("nodeSelector: {disk: ssd}").kind == kPreemptible);
  CHECK_FALSE(gone.place("nodeSelector: {disk: hdd}").known);
  CHECK_FALSE(gone.place("nodeName: spot").known);
  const auto by_name = [](const char* op) {
    return required(std::string("{matchFields: [{key: metadata.name, operator: ") + op + ", values: [a]}]}");
  };
  CHECK(gone.place(by_name("In")).kind == kStable);
  CHECK(gone.place(by_name("NotIn")).kind == kPreemptible);
}

TEST_CASE("a pool whose nodes have another name for it") {
  const Cluster there(node("a", "cloud.google.com/gke-nodepool: gke-spot-7"),
                      with_pool({"spot", true, {{"cloud.google.com/gke-nodepool", "gke-spot-7"}}, {}}));
  CHECK(there.index.preemptible() == 1);
  CHECK(there.place("containers: []").kind == kPreemptible);
}

TEST_CASE("a node that carries all labels of a pool is a node of that pool") {
  const NodePool std_pool{"std", true, {{"pool", "std"}}, {}};
  const Cluster there(node("std-1", "pool: std") + node("std-2", "pool: std"), with_pool(std_pool));
  CHECK(there.index.preemptible() == 2);
  CHECK(there.place("containers: []").kind == kPreemptible);
  CHECK(there.place("containers: []").reason ==
        "no nodeSelector; all 2 schedulable nodes are of pool std by their labels, which the policy says is "
        "preemptible");
  const Cluster other(node("a", "pool: other") + node("b"), with_pool(std_pool));
  CHECK(other.index.preemptible() == 0);
  CHECK(other.place("containers: []").reason.ends_with("; pool std, which has no node at the moment, is preemptible"));
  // Some of its labels are not enough.
  const Cluster some(node("a", "pool: std") + node("b", "pool: std, zone: b"),
                     with_pool({"std", true, {{"pool", "std"}, {"zone", "b"}}, {}}));
  CHECK(some.place("containers: []").reason ==
        "no nodeSelector; 1 of 2 schedulable nodes (b) is of pool std by its labels, which the policy says is "
        "preemptible");
  // A pool that stays and has its nodes is no news.
  const Cluster stays(node("a", "pool: std"), with_pool({"std", false, {{"pool", "std"}}, {}}));
  CHECK(stays.place("containers: []").reason == "no nodeSelector; the one schedulable node is not preemptible");
  // preemptible.pools knows a pool by its name, whatever tells that a node is of it.
  Policy listed = with_pool({"std", false, {{"pool", "std"}}, {}});
  listed.preemptible_pools = {"st*"};
  CHECK(Cluster(node("a", "pool: std"), listed).place("containers: []").reason ==
        "no nodeSelector; the one schedulable node (a) is of pool std by its labels, which the policy lists as "
        "preemptible");
}

TEST_CASE("where a provider's label names another pool of the policy, shared labels say nothing") {
  Policy policy = with_pool({"spot", true, {{"team", "data"}}, {}});
  policy.node_pools.push_back({"stable", false, {{"team", "data"}}, {}});
  const Cluster named(node("a", "cloud.google.com/gke-nodepool: stable, team: data"), policy);
  CHECK(named.index.preemptible() == 0);
  CHECK(named.place("nodeSelector: {team: data}").kind == kUndecided);
  CHECK(named.place("nodeSelector: {team: data}")
            .reason.ends_with("; pool spot, which has no node at the moment, is preemptible"));
  const Cluster oracle(node("a", "oke.oraclecloud.com/pool.name: stable, team: data"), policy);
  CHECK(oracle.index.preemptible() == 0);
  // A name that the policy does not know says nothing: providers add a suffix to what people choose.
  const Cluster unknown(node("a", "eks.amazonaws.com/nodegroup: spot-20270131, team: data"), policy);
  CHECK(unknown.index.preemptible() == 1);
}

TEST_CASE("a cluster without nodes is as if nothing were known of them") {
  const Cluster empty("---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\n");
  CHECK(empty.index.nodes() == 0);
  CHECK_FALSE(empty.place("containers: []").known);
  CHECK(empty.place("nodeSelector: {" + kSpot + "}").reason == "nodeSelector cloud.google.com/gke-preemptible=true");
}

TEST_CASE("what a dump can hold") {
  // The same node in two files: the last one; a Node of somebody else's API is none.
  const Cluster twice(node("a", kSpot) + node("a") + node("b") +
                      "---\napiVersion: example.com/v1\nkind: Node\nmetadata: {name: c}\n");
  CHECK(twice.index.nodes() == 2);
  CHECK(twice.index.preemptible() == 0);
  const Cluster odd(
      "---\napiVersion: v1\nkind: Node\nmetadata: {name: a, labels: [x]}\nspec: {taints: {a: b}, unschedulable: yes}\n"
      "---\napiVersion: v1\nkind: Node\nmetadata: []\nspec: 7\n"
      "---\napiVersion: v1\nkind: Node\nspec: {taints: [7, null, {key: k}]}\n");
  CHECK(odd.index.nodes() == 3);
  CHECK(odd.place("containers: []").kind == kStable);
  CHECK_FALSE(odd.place("affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {}}}").known);
  CHECK(odd.place("affinity: {nodeAffinity: []}\ntolerations: {a: 1}\nnodeSelector: [a]\nnodeName: {a: 1}").reason !=
        "");
  // Two values for one taint, which the API server refuses: one of them is not tolerated.
  const Cluster taints(
      node("a", "", "taints: [{key: k, value: v, effect: NoSchedule}, {key: k, value: w, effect: NoSchedule}]"));
  CHECK_FALSE(taints.place("tolerations: [{key: k, value: v}]").known);
  CHECK(taints.place("tolerations: [{key: k, value: v}, {key: k, value: w}]").known);
}

TEST_CASE("many taints against many tolerations take their sum and not their product") {
  constexpr int kMany = 30'000;
  std::string taints, tolerations;
  for (int i = 0; i < kMany; ++i) {
    taints += (i ? ", {key: k" : "{key: k") + std::to_string(i) + ", value: v, effect: NoSchedule}";
    tolerations += "- {value: w" + std::to_string(i) + "}\n";
  }
  const Cluster cluster(node("a", "", "taints: [" + taints + "]"));
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(cluster.place("tolerations:\n" + tolerations).known);
  CHECK(cluster.place("tolerations:\n" + tolerations + "- {value: v}\n").known);
  // The product is 900 million and takes minutes under a sanitizer.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(20));
}

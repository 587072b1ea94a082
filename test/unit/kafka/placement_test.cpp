#include "brokergate/kafka.h"
#include "catch.h"

using namespace brokergate;

namespace {

struct Result {
  Placement placement;
  std::string at;  // pointer below the pod spec
  ReadResult keep;
};

// placement of a pod spec given as YAML, each line of which is indented by nothing
Result place(const std::string& pod_spec, const Policy& policy = Policy::defaults()) {
  Result result;
  result.keep = read(std::make_shared<const Source>("pod.yaml", pod_spec));
  REQUIRE(result.keep.errors.empty());
  REQUIRE(result.keep.documents.size() == 1);
  const Value root = result.keep.documents.front().root();
  result.placement = placement_of(root, policy);
  result.at = result.placement.at.pointer(root);
  return result;
}

std::string required(const std::string& terms) {
  return "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [" + terms +
         "]}}}";
}

std::string expression(const std::string& inner) { return "{matchExpressions: [" + inner + "]}"; }

constexpr auto kStable = Placement::Kind::kStable;
constexpr auto kPreemptible = Placement::Kind::kPreemptible;
constexpr auto kUndecided = Placement::Kind::kUndecided;

}  // namespace

TEST_CASE("a nodeSelector decides") {
  const auto spot = place("nodeSelector: {disk: ssd, cloud.google.com/gke-spot: \"true\"}");
  CHECK(spot.placement.kind == kPreemptible);
  CHECK(spot.placement.reason == "nodeSelector cloud.google.com/gke-spot=true");
  CHECK(spot.at == "/nodeSelector/cloud.google.com~1gke-spot");
  for (const char* label : {"cloud.google.com/gke-preemptible: \"true\"", "cloud.google.com/gke-provisioning: spot",
                            "cloud.google.com/gke-provisioning: preemptible", "eks.amazonaws.com/capacityType: SPOT",
                            "karpenter.sh/capacity-type: spot", "kubernetes.azure.com/scalesetpriority: spot",
                            "oci.oraclecloud.com/oke-is-preemptible: \"true\"", "lifecycle: Ec2Spot",
                            "node.kubernetes.io/lifecycle: spot", "spotinst.io/node-lifecycle: spot"}) {
    INFO(label);
    CHECK(place(std::string("nodeSelector: {") + label + "}").placement.kind == kPreemptible);
  }
  for (const char* label : {"cloud.google.com/gke-provisioning: standard", "eks.amazonaws.com/capacityType: ON_DEMAND",
                            "karpenter.sh/capacity-type: on-demand", "cloud.google.com/gke-spot: \"false\""}) {
    INFO(label);
    CHECK(place(std::string("nodeSelector: {") + label + "}").placement.kind == kStable);
  }
  CHECK(place("nodeSelector: {disk: ssd}").placement.kind == kUndecided);
}

TEST_CASE("what keeps pods off, by the manifest alone") {
  Policy policy = Policy::defaults();
  policy.preemptible_pools = {"cheap"};
  policy.preemptible_taints.push_back({"reclaimable", "", ""});
  const auto way = [&](const std::string& pod_spec) { return place(pod_spec, policy).placement.keep_off; };
  CHECK(way("nodeSelector: {cloud.google.com/gke-preemptible: \"true\"}") ==
        "required node affinity with cloud.google.com/gke-preemptible DoesNotExist in place of nodeSelector "
        "cloud.google.com/gke-preemptible=true");
  // Both values of the key: with one the other would be left possible.
  CHECK(way("nodeSelector: {cloud.google.com/gke-provisioning: spot}") ==
        "required node affinity with cloud.google.com/gke-provisioning NotIn [spot, preemptible] in place of "
        "nodeSelector cloud.google.com/gke-provisioning=spot");
  CHECK(way(required(expression("{key: eks.amazonaws.com/capacityType, operator: In, values: [SPOT, ON_DEMAND]}"))) ==
        "required node affinity with eks.amazonaws.com/capacityType NotIn [SPOT]");
  CHECK(way("nodeSelector: {agentpool: cheap}") ==
        "required node affinity with agentpool NotIn [cheap] in place of nodeSelector agentpool=cheap");
  CHECK(way("tolerations: [{key: reclaimable, operator: Exists}]") == "no toleration of the taint reclaimable");
  CHECK(way("tolerations: [{key: kubernetes.azure.com/scalesetpriority, operator: Exists}]") ==
        "required node affinity with kubernetes.azure.com/scalesetpriority DoesNotExist");
  CHECK(way("tolerations: [{operator: Exists}]") == "tolerations of single taints only");
  CHECK(way("containers: []").empty());
  CHECK(way("nodeSelector: {eks.amazonaws.com/capacityType: ON_DEMAND}").empty());
}

TEST_CASE("operators of a required node affinity") {
  struct Case {
    const char* expression;
    Placement::Kind wanted;
  };
  for (const Case& c : {
           Case{"{key: cloud.google.com/gke-spot, operator: In, values: [\"true\"]}", kPreemptible},
           Case{"{key: cloud.google.com/gke-spot, operator: In, values: [\"true\", \"false\"]}", kUndecided},
           Case{"{key: cloud.google.com/gke-spot, operator: NotIn, values: [\"true\"]}", kStable},
           Case{"{key: cloud.google.com/gke-spot, operator: NotIn, values: [\"false\"]}", kUndecided},
           Case{"{key: cloud.google.com/gke-spot, operator: Exists}", kPreemptible},
           Case{"{key: cloud.google.com/gke-spot, operator: DoesNotExist}", kStable},
           Case{"{key: cloud.google.com/gke-spot, operator: Gt, values: [\"1\"]}", kStable},
           Case{"{key: cloud.google.com/gke-provisioning, operator: Exists}", kUndecided},
           Case{"{key: cloud.google.com/gke-provisioning, operator: In, values: [spot, preemptible]}", kPreemptible},
           Case{"{key: cloud.google.com/gke-provisioning, operator: In, values: [standard]}", kStable},
           Case{"{key: cloud.google.com/gke-provisioning, operator: NotIn, values: [spot]}", kUndecided},
           Case{"{key: cloud.google.com/gke-provisioning, operator: NotIn, values: [spot, preemptible]}", kStable},
           Case{"{key: karpenter.sh/capacity-type, operator: In, values: [on-demand, spot]}", kUndecided},
           Case{"{key: topology.kubernetes.io/zone, operator: In, values: [a]}", kUndecided},
           Case{"{key: cloud.google.com/gke-spot, operator: Near, values: [\"true\"]}", kUndecided},
           Case{"{key: cloud.google.com/gke-spot, operator: In}", kUndecided},
       }) {
    INFO(c.expression);
    CHECK(place(required(expression(c.expression))).placement.kind == c.wanted);
  }
  const auto spot = place(required(expression("{key: cloud.google.com/gke-spot, operator: In, values: [\"true\"]}")));
  CHECK(spot.placement.reason == "required node affinity cloud.google.com/gke-spot In [true]");
  CHECK(spot.at ==
        "/affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms/0/matchExpressions/0");
}

TEST_CASE("numbers in a policy's own label") {
  Policy policy = Policy::defaults();
  policy.preemptible_labels.emplace_back("example.com/days", "1");
  policy.preemptible_labels.emplace_back("example.com/days", "2");
  const auto kind = [&](const char* op, const char* value) {
    return place(required(expression(std::string("{key: example.com/days, operator: ") + op + ", values: [\"" + value +
                                     "\"]}")),
                 policy)
        .placement.kind;
  };
  CHECK(kind("Gt", "2") == kStable);
  CHECK(kind("Gt", "1") == kUndecided);
  CHECK(kind("Lt", "1") == kStable);
  CHECK(kind("Lt", "9") == kUndecided);
  CHECK(kind("Lt", "x") == kUndecided);
}

TEST_CASE("terms are alternatives and expressions hold together") {
  const std::string spot = "{key: cloud.google.com/gke-spot, operator: In, values: [\"true\"]}";
  const std::string no_spot = "{key: cloud.google.com/gke-spot, operator: DoesNotExist}";
  const std::string zone = "{key: zone, operator: Exists}";
  CHECK(place(required(expression(zone + ", " + spot))).placement.kind == kPreemptible);
  CHECK(place(required(expression(spot) + ", " + expression(spot + ", " + zone))).placement.kind == kPreemptible);
  CHECK(place(required(expression(no_spot) + ", " + expression(no_spot))).placement.kind == kStable);
  const auto mixed = place(required(expression(no_spot) + ", " + expression(spot)));
  CHECK(mixed.placement.kind == kUndecided);
  CHECK(mixed.placement.reason ==
        "required node affinity cloud.google.com/gke-spot In [true], which is one of 2 alternatives only");
  CHECK(place(required(expression(no_spot) + ", " + expression(zone))).placement.kind == kUndecided);
  // An empty term matches no node, so it is no alternative.
  CHECK(place(required("{}, " + expression(spot))).placement.kind == kPreemptible);
  CHECK(place("nodeSelector: {cloud.google.com/gke-spot: \"true\"}\n" + required(expression(zone))).placement.kind ==
        kPreemptible);
  CHECK(place(required("{matchFields: [{key: metadata.name, operator: In, values: [n1]}]}")).placement.kind ==
        kUndecided);
}

TEST_CASE("preferences and tolerations do not decide") {
  const auto preferred = place(
      "affinity: {nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, preference: "
      "{matchExpressions: [{key: cloud.google.com/gke-spot, operator: In, values: [\"true\"]}]}}]}}");
  CHECK(preferred.placement.kind == kUndecided);
  CHECK(preferred.placement.reason ==
        "preferred node affinity cloud.google.com/gke-spot In [true] is a preference and does not decide");
  const auto tolerated =
      place("tolerations: [{key: a}, {key: cloud.google.com/gke-spot, value: \"true\", effect: NoSchedule}]");
  CHECK(tolerated.placement.kind == kUndecided);
  CHECK(
      tolerated.placement.reason ==
      "tolerates the taint cloud.google.com/gke-spot=true, which permits preemptible nodes and does not ask for them");
  CHECK(tolerated.at == "/tolerations/1");
  CHECK(place("tolerations: [{key: cloud.google.com/gke-spot, value: \"false\"}]").placement.reason ==
        "no nodeSelector, node affinity or toleration tells the kind of node");
  CHECK(place("tolerations: [{key: cloud.google.com/gke-spot, operator: Exists}]").at == "/tolerations/0");
  CHECK(place("tolerations: [{operator: Exists}]").placement.reason ==
        "tolerates every taint, which permits preemptible nodes");
  CHECK(
      place("tolerations: [{key: kubernetes.azure.com/scalesetpriority, value: spot, effect: NoExecute}]").at.empty());
  // A selector that excludes such nodes stands beside a toleration.
  CHECK(place("nodeSelector: {cloud.google.com/gke-provisioning: standard}\ntolerations: [{operator: Exists}]")
            .placement.kind == kStable);
}

TEST_CASE("pools are what the policy says they are") {
  const std::string selector = "nodeSelector: {cloud.google.com/gke-nodepool: spot-1}";
  const auto unknown = place(selector);
  CHECK(unknown.placement.kind == kUndecided);
  CHECK(unknown.placement.reason.find("nothing says what its nodes are") != std::string::npos);
  Policy policy = Policy::defaults();
  policy.preemptible_pools = {"spot-*"};
  CHECK(place(selector, policy).placement.kind == kPreemptible);
  CHECK(place(selector, policy).placement.reason ==
        "nodeSelector cloud.google.com/gke-nodepool=spot-1, which the policy lists as preemptible");
  CHECK(place("nodeSelector: {agentpool: data}", policy).placement.kind == kStable);
  const auto in = [&](const std::string& op, const std::string& values) {
    return place(required(
                     expression("{key: eks.amazonaws.com/nodegroup, operator: " + op + ", values: [" + values + "]}")),
                 policy)
        .placement.kind;
  };
  CHECK(in("In", "spot-1, spot-2") == kPreemptible);
  CHECK(in("In", "spot-1, data") == kUndecided);
  CHECK(in("In", "data") == kStable);
  CHECK(in("NotIn", "spot-1") == kUndecided);  // other pools may match spot-*
  policy.preemptible_pools = {"cheap"};
  CHECK(in("NotIn", "cheap, other") == kStable);
}

TEST_CASE("odd pod specs") {
  CHECK(place("{}").placement.kind == kUndecided);
  CHECK(place("{nodeSelector: [a], affinity: x, tolerations: {a: b}}").placement.kind == kUndecided);
  CHECK(place("{nodeName: gke-1}").placement.reason == "nodeName gke-1, and nothing says what that node is");
  CHECK(placement_of(Value{}, Policy::defaults()).kind == kUndecided);
}

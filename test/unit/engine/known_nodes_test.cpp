// Nodes that the door knows of: from the cluster view or among the input.
#include <algorithm>
#include <deque>

#include "catch.h"
#include "unit/engine/fixture.h"
#include "unit/engine/helpers.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

SourcePtr text(std::string yaml) { return std::make_shared<const Source>("input.yaml", std::move(yaml)); }

std::string brokers(const std::string& placement, const std::string& host = "$(HOST_IP)") {
  return "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: kafka, namespace: s}\nspec:\n  serviceName: h\n"
         "  replicas: 1\n  selector: {matchLabels: {app: kafka}}\n  template:\n    metadata: {labels: {app: kafka}}\n"
         "    spec:\n      " +
         placement +
         "\n      containers:\n      - name: k\n        image: confluentinc/cp-kafka:7.4.1\n"
         "        ports: [{containerPort: 9094}]\n        env:\n"
         "        - {name: HOST_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}\n"
         "        - {name: KAFKA_ZOOKEEPER_CONNECT, value: \"z:2181\"}\n"
         "        - {name: KAFKA_ADVERTISED_LISTENERS, value: \"EXTERNAL://" +
         host +
         ":31094\"}\n"
         "        - {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: \"EXTERNAL:PLAINTEXT\"}\n";
}

std::string in_front(const std::string& type, const std::string& extra = "") {
  return "---\napiVersion: v1\nkind: Service\nmetadata: {name: kafka, namespace: s}\nspec:\n  type: " + type +
         "\n  selector: {app: kafka}\n  ports: [{port: 9094" + extra + "}]\n";
}

std::string node(const std::string& name, bool spot) {
  return "---\napiVersion: v1\nkind: Node\nmetadata: {name: " + name + ", labels: {" +
         (spot ? "karpenter.sh/capacity-type: spot" : "") + "}}\n";
}

// What the view knows; it keeps nothing of the text.
NodeIndex index_of(const std::string& nodes, const Policy& policy) {
  return NodeIndex(bundle_of(text(nodes)).objects, policy);
}

const Finding* told(const Evaluation& evaluation) { return find_finding(evaluation.verdict, "nodeport-preemptible"); }

const char* const kAnything = "terminationGracePeriodSeconds: 30";

}  // namespace

TEST_CASE("what to do is told of the marks that the nodes carry, also where a Service came alone") {
  const Policy policy = Policy::defaults();
  const NodeIndex mixed = index_of(node("a", false) + node("b", true), policy);
  ClusterView view;
  view.nodes = &mixed;
  const std::string alone =
      "apiVersion: v1\nkind: Service\nmetadata: {name: kafka-0-external, namespace: s}\nspec:\n  type: NodePort\n"
      "  selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-0}\n  ports: [{port: 9094}]\n";
  for (const std::string& input : {brokers(kAnything) + in_front("NodePort"), alone}) {
    const Bundle bundle = bundle_of(text(input));
    const Evaluation evaluation = evaluate(bundle, policy, nullptr, {}, &view);
    const Finding* finding = told(evaluation);
    REQUIRE(finding != nullptr);
    CHECK(finding->remediation ==
          "Expose the brokers by internal load balancers, or keep them off such nodes: required node affinity with "
          "karpenter.sh/capacity-type NotIn [spot], or a stable node pool.");
  }
}

TEST_CASE("the nodes of the cluster view decide") {
  const Policy policy = Policy::defaults();
  const NodeIndex mixed = index_of(node("a", false) + node("b", true) + node("c", true), policy);
  const NodeIndex stable = index_of(node("a", false), policy);
  const Bundle bundle = bundle_of(text(brokers(kAnything) + in_front("NodePort", ", nodePort: 31094")));
  CHECK(told(evaluate(bundle, policy)) == nullptr);
  ClusterView view;
  CHECK(told(evaluate(bundle, policy, nullptr, {}, &view)) == nullptr);
  view.nodes = &mixed;
  const Evaluation denied = evaluate(bundle, policy, nullptr, {}, &view);
  REQUIRE(told(denied));
  CHECK(told(denied)->severity == Severity::kDeny);
  CHECK(told(denied)->message ==
        "NodePort of broker 0 on nodes some of which are preemptible (StatefulSet s/kafka: no "
        "nodeSelector; 2 of 3 schedulable nodes carry karpenter.sh/capacity-type=spot), want type LoadBalancer or "
        "nodes that stay");
  view.nodes = &stable;
  CHECK(told(evaluate(bundle, policy, nullptr, {}, &view)) == nullptr);
  // A toleration is a warning by itself, and nothing where no node needs it.
  const Bundle tolerant = bundle_of(text(brokers("tolerations: [{operator: Exists}]") + in_front("NodePort")));
  CHECK(told(evaluate(tolerant, policy))->severity == Severity::kWarn);
  CHECK(told(evaluate(tolerant, policy, nullptr, {}, &view)) == nullptr);
}

TEST_CASE("the view's nodes stand above those of the input") {
  const Policy policy = Policy::defaults();
  const NodeIndex stable = index_of(node("a", false), policy);
  const Bundle bundle = bundle_of(text(brokers(kAnything) + in_front("NodePort") + node("b", true)));
  REQUIRE(told(evaluate(bundle, policy)));
  CHECK(told(evaluate(bundle, policy))->severity == Severity::kDeny);
  ClusterView view;
  view.nodes = &stable;
  CHECK(told(evaluate(bundle, policy, nullptr, {}, &view)) == nullptr);
}

TEST_CASE("a view that may be stale denies nothing by itself") {
  Policy policy = Policy::defaults();
  const NodeIndex spot = index_of(node("a", true), policy);
  const NodeIndex stable = index_of(node("a", false), policy);
  const Bundle bundle = bundle_of(text(brokers(kAnything) + in_front("NodePort")));
  ClusterView view;
  view.nodes = &spot;
  view.doubt = "nothing heard of Nodes for 95 s";
  const Evaluation warned = evaluate(bundle, policy, nullptr, {}, &view);
  REQUIRE(told(warned));
  CHECK(told(warned)->severity == Severity::kWarn);
  CHECK(told(warned)->weakened == "nothing heard of Nodes for 95 s");
  // What the manifest says itself is known all the same, and so is what it permits.
  const Bundle asked =
      bundle_of(text(brokers("nodeSelector: {karpenter.sh/capacity-type: spot}") + in_front("NodePort")));
  CHECK(told(evaluate(asked, policy, nullptr, {}, &view))->severity == Severity::kDeny);
  view.nodes = &stable;
  CHECK(told(evaluate(bundle, policy, nullptr, {}, &view)) == nullptr);
  const Bundle tolerant = bundle_of(text(brokers("tolerations: [{operator: Exists}]") + in_front("NodePort")));
  CHECK(told(evaluate(tolerant, policy, nullptr, {}, &view))->severity == Severity::kWarn);
  // Unless the policy wants it so.
  policy.when_stale = Severity::kDeny;
  CHECK(told(evaluate(tolerant, policy, nullptr, {}, &view)) == nullptr);
  view.nodes = &spot;
  CHECK(told(evaluate(bundle, policy, nullptr, {}, &view))->severity == Severity::kDeny);
}

TEST_CASE("mayLand is about a mixture of nodes") {
  const Policy policy = policy_of("  preemptible: {mayLand: warn}\n");
  const NodeIndex mixed = index_of(node("a", false) + node("b", true), policy);
  const NodeIndex spot = index_of(node("b", true), policy);
  const Bundle bundle = bundle_of(text(brokers(kAnything) + in_front("NodePort")));
  ClusterView view;
  view.nodes = &mixed;
  const Evaluation warned = evaluate(bundle, policy, nullptr, {}, &view);
  CHECK(told(warned)->severity == Severity::kWarn);
  CHECK(told(warned)->weakened == "the policy's preemptible.mayLand is warn");
  view.nodes = &spot;
  CHECK(told(evaluate(bundle, policy, nullptr, {}, &view))->severity == Severity::kDeny);
}

TEST_CASE("brokers that advertise their node without a NodePort Service") {
  const Policy policy = Policy::defaults();
  const NodeIndex spot = index_of(node("a", true), policy);
  ClusterView view;
  view.nodes = &spot;
  std::deque<Bundle> keep;  // findings point into them
  const auto judged = [&](const std::string& input) {
    keep.push_back(bundle_of(text(input)));
    return evaluate(keep.back(), policy, nullptr, {}, &view);
  };
  const Evaluation alone = judged(brokers(kAnything));
  REQUIRE(told(alone));
  CHECK(told(alone)->object->kind == "StatefulSet");
  CHECK(told(alone)->message ==
        "the brokers advertise their node's address and run on nodes that are preemptible (no nodeSelector; the one "
        "schedulable node (a) carries karpenter.sh/capacity-type=spot), want nodes that stay or a load balancer for "
        "each");
  // A Service inside of the cluster is no other way from outside; a load balancer is.
  CHECK(told(judged(brokers(kAnything) + in_front("ClusterIP"))));
  CHECK(told(judged(brokers(kAnything) + in_front("LoadBalancer"))) == nullptr);
  CHECK(told(judged(brokers(kAnything, "kafka.example.com"))) == nullptr);
  // Told once, at the Service.
  const Evaluation both = judged(brokers(kAnything) + in_front("NodePort"));
  CHECK(told(both)->object->kind == "Service");
  CHECK(std::count_if(both.verdict.findings.begin(), both.verdict.findings.end(),
                      [](const Finding& finding) { return finding.rule == "nodeport-preemptible"; }) == 1);
}

TEST_CASE("a NodePort Service alone is no danger where no node is preemptible") {
  const Policy policy = Policy::defaults();
  const Policy pool = policy_of("  nodePools: [{name: spot, preemptible: true}]\n");
  const std::string one =
      "apiVersion: v1\nkind: Service\nmetadata: {name: kafka-0-external}\nspec:\n  type: NodePort\n"
      "  selector: {app: kafka, statefulset.kubernetes.io/pod-name: kafka-0}\n  ports: [{port: 9094}]\n";
  const Bundle bundle = bundle_of(text(one));
  CHECK(told(evaluate(bundle, policy)));
  const auto with = [&](const Policy& own, const std::string& nodes, const char* doubt) {
    const NodeIndex index = index_of(nodes, own);
    ClusterView view;
    view.nodes = &index;
    view.doubt = doubt;
    return told(evaluate(bundle, own, nullptr, {}, &view)) != nullptr;
  };
  CHECK_FALSE(with(policy, node("a", false), ""));
  CHECK(with(policy, node("a", false), "not synced yet"));
  CHECK(with(policy, node("a", true), ""));
  CHECK(with(pool, node("a", false), ""));
  CHECK(with(policy, one, ""));
  const Policy strict = policy_of("  clusterView: {whenStale: deny}\n");
  CHECK_FALSE(with(strict, node("a", false), "nothing heard of Nodes for 95 s"));
}

TEST_CASE("what the nodes tell of a request has their age where its peers are not known") {
  const Policy policy = Policy::defaults();
  const NodeIndex spot = index_of(node("a", true), policy);
  ClusterView view;
  view.nodes = &spot;
  view.age = 2500;
  const auto age = [&](const std::string& placement) {
    Bundle bundle = bundle_of(text(brokers(placement)));
    bundle.complete = false;
    const Admission admission;
    const Evaluation evaluation = evaluate(bundle, policy, &admission, {}, &view);
    REQUIRE(told(evaluation));
    CHECK(told(evaluation)->severity == Severity::kDeny);
    return told(evaluation)->view_age;
  };
  CHECK(age(kAnything) == 2500);
  CHECK(age("nodeSelector: {karpenter.sh/capacity-type: spot}") == -1);
}

// A request and what the cluster holds beside it: what it is blamed for, in whichever order things come.
#include "catch.h"
#include "unit/engine/helpers.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

const std::string kAdvertised = "EXTERNAL://$(POD_NAME).kafka.acme.io:9094";

std::string broker_service(int ordinal, const std::string& type, const std::string& port) {
  const std::string name = "kafka-" + std::to_string(ordinal);
  return "apiVersion: v1\nkind: Service\nmetadata:\n  name: " + name +
         "-external\n  namespace: streaming\n  annotations: {cloud.google.com/load-balancer-type: Internal}\nspec:\n"
         "  type: " +
         type + "\n  selector: {app: kafka, statefulset.kubernetes.io/pod-name: " + name + "}\n  ports: [" + port +
         "]\n---\n";
}
std::string balancer(int ordinal) {
  return broker_service(ordinal, "LoadBalancer", "{name: kafka, port: 9094, targetPort: 9094}");
}

std::string on(const std::string& set, const std::string& node_selector) {
  std::string out = set;
  const std::string at = "      containers:\n";
  return out.insert(out.find(at), "      nodeSelector: {" + node_selector + "}\n");
}
const std::string kSpot = "cloud.google.com/gke-spot: \"true\"";

// A request in a cluster that holds `cluster` already.
struct Request : Coming {
  Bundle old;
  Admission admission;

  Request(Operation operation, const std::string& now, const std::string& cluster, const std::string& before = {})
      : Coming(parse(now, false), cluster) {
    if (!before.empty()) {
      old = parse(before);
      admission.old_object = &old.objects[0];
    }
    admission.operation = operation;
    policy.domain = "kafka.acme.io";
    view.age = 2500;
  }
  Evaluation run() const { return Coming::run(&admission); }
};

}  // namespace

TEST_CASE("what a request brings about at a peer is its fault, what was so before is not") {
  const std::string stable = stateful_set(kAdvertised), spot = on(stable, kSpot);
  const std::string node_port = broker_service(0, "NodePort", "{name: kafka, port: 9094, nodePort: 30094}");
  const auto verdict = [](const Request& request) { return request.run().verdict; };

  SECTION("the Service comes to brokers on preemptible nodes") {
    const Request request(Operation::kCreate, node_port, spot);
    const Evaluation evaluation = request.run();
    const Finding* finding = find_finding(evaluation.verdict, "nodeport-preemptible");
    REQUIRE(finding);
    CHECK(finding->severity == Severity::kDeny);
    CHECK(finding->object->kind == "Service");
    CHECK(finding->view_age == 2500);
  }
  SECTION("hundreds of other Services around them change nothing about it") {
    Request request(Operation::kCreate, node_port, spot);
    request.view.complete = false;
    const Evaluation evaluation = request.run();
    const Finding* finding = find_finding(evaluation.verdict, "nodeport-preemptible");
    REQUIRE(finding);
    CHECK(finding->severity == Severity::kDeny);
    CHECK(finding->weakened.empty());
  }
  SECTION("the brokers come to the Service") {
    const Request request(Operation::kCreate, spot, node_port);
    const Evaluation evaluation = request.run();
    const Finding* finding = find_finding(evaluation.verdict, "nodeport-preemptible");
    REQUIRE(finding);
    CHECK(finding->severity == Severity::kDeny);
    CHECK(finding->object == &request.bundle.objects[1]);
    CHECK_FALSE(finding->fixable());
  }
  SECTION("the brokers move") {
    const Verdict moved = verdict(Request(Operation::kUpdate, spot, node_port, stable));
    const Finding* finding = find_finding(moved, "nodeport-preemptible");
    REQUIRE(finding);
    CHECK(finding->severity == Severity::kDeny);
    // Back, and once more where they were: nobody is held for what was there.
    CHECK_FALSE(find_finding(verdict(Request(Operation::kUpdate, stable, node_port, spot)), "nodeport-preemptible"));
    CHECK_FALSE(find_finding(verdict(Request(Operation::kUpdate, spot, node_port, spot)), "nodeport-preemptible"));
  }
  SECTION("the Service becomes one") {
    const std::string before = balancer(0);
    const Verdict told = verdict(Request(Operation::kUpdate, node_port, spot, before));
    REQUIRE(find_finding(told, "nodeport-preemptible"));
    CHECK(find_finding(told, "nodeport-preemptible")->severity == Severity::kDeny);
  }
  SECTION("nodes that stay") {
    CHECK_FALSE(find_finding(verdict(Request(Operation::kCreate, node_port, stable)), "nodeport-preemptible"));
    CHECK_FALSE(find_finding(verdict(Request(Operation::kCreate, stable, node_port)), "nodeport-preemptible"));
  }
}

TEST_CASE("what only a stale view tells is a warning unless the policy says otherwise") {
  Request request(Operation::kCreate, broker_service(0, "NodePort", "{port: 9094, nodePort: 30094}"),
                  on(stateful_set(kAdvertised), kSpot));
  request.view.doubt = "nothing heard of Services for 95 s";
  const Evaluation evaluation = request.run();
  const Finding* finding = find_finding(evaluation.verdict, "nodeport-preemptible");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kWarn);
  CHECK(finding->weakened == "the cluster view is in doubt: nothing heard of Services for 95 s");
  CHECK(finding->doubted.empty());
  request.policy.when_stale = Severity::kDeny;
  const auto denied = [&] {
    const Evaluation again = request.run();
    const Finding* told = find_finding(again.verdict, "nodeport-preemptible");
    REQUIRE(told);
    CHECK(told->severity == Severity::kDeny);
    CHECK(told->weakened.empty());
    return told->doubted;
  };
  CHECK(denied() == "the cluster view is in doubt: nothing heard of Services for 95 s");
  request.view.doubt.clear();
  CHECK(denied().empty());
}

TEST_CASE("what the request itself tells is not laid on the view") {
  std::string open = balancer(0);
  open.replace(open.find(": Internal"), 10, ": External");
  Request request(Operation::kCreate, open, stateful_set(kAdvertised));
  request.view.doubt = "nothing heard of Nodes for 95 s";
  const Evaluation evaluation = request.run();
  const Finding* finding = find_finding(evaluation.verdict, "internal-load-balancer");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kDeny);
  CHECK(finding->view_age == -1);
}

TEST_CASE("what an update may not mend is the view's word no more than without one") {
  // One broker more with a name of its own, and a template that the update leaves alone: alone it is denied.
  const std::string wrong = "EXTERNAL://$(POD_NAME).old.acme.io:9094";
  Request request(Operation::kUpdate, stateful_set(wrong), balancer(0), stateful_set(wrong, "7.4.1", 1));
  const auto told = [&] {
    const Evaluation evaluation = request.run();
    const Finding* finding = find_finding(evaluation.verdict, "advertised-listener");
    REQUIRE(finding);
    CHECK_FALSE(finding->fixable());
    CHECK(finding->view_age == -1);
    return finding->severity;
  };
  CHECK(told() == Severity::kDeny);
  request.view.doubt = "nothing heard of Nodes for 95 s";
  CHECK(told() == Severity::kDeny);
}

TEST_CASE("what a stale view alone would have mended is not denied where nobody mends it") {
  // A targetPort that only the set shows to be wrong; the Service follows it.
  Request request(Operation::kCreate, broker_service(0, "LoadBalancer", "{name: kafka, port: 9094, targetPort: 9999}"),
                  stateful_set(kAdvertised, "7.4.1", 1));
  request.policy.domain.clear();
  const auto told = [&] {
    const Evaluation evaluation = request.run();
    const Finding* finding = find_finding(evaluation.verdict, "broker-service-port");
    REQUIRE(finding);
    CHECK(finding->fixable());
    return finding->severity;
  };
  CHECK(told() == Severity::kDeny);
  request.view.doubt = "nothing heard of StatefulSets for 95 s";
  CHECK(told() == Severity::kWarn);
  request.policy.when_stale = Severity::kDeny;
  CHECK(told() == Severity::kDeny);
}

TEST_CASE("a set that is denied by itself is denied where a stale view tells it at its Service") {
  // Brokers on spot nodes that advertise their node's address.
  std::string set = on(stateful_set("EXTERNAL://$(HOST_IP):30094", "7.4.1", 1), kSpot);
  set.insert(set.find("        - {name: POD_NAME"),
             "        - {name: HOST_IP, valueFrom: {fieldRef: {fieldPath: status.hostIP}}}\n");
  Request request(Operation::kCreate, set, broker_service(0, "NodePort", "{port: 9094, nodePort: 30094}"));
  request.policy.domain.clear();
  request.view.doubt = "nothing heard of Services for 95 s";
  const Evaluation evaluation = request.run();
  const Finding* finding = find_finding(evaluation.verdict, "nodeport-preemptible");
  REQUIRE(finding);
  CHECK(finding->object == &request.bundle.objects[1]);
  CHECK(finding->severity == Severity::kDeny);
  CHECK(finding->view_age == 2500);
}

TEST_CASE("peers are never changed") {
  SECTION("a Service of brokers that advertise something else") {
    // The set advertises an older domain: to change the Service alone would cut clients off.
    const Request request(Operation::kCreate, balancer(0), stateful_set("EXTERNAL://$(POD_NAME).old.acme.io:9094"));
    const Evaluation evaluation = request.run();
    for (const Finding& finding : evaluation.verdict.findings)
      for (const Finding::Fix& fix : finding.fixes) CHECK_FALSE(request.bundle.is_peer(*fix.object));
    CHECK(edits_for(evaluation.verdict, request.bundle.objects[0]).empty());
  }
  SECTION("a set that is created gets the port of its Services") {
    const std::string services = broker_service(0, "LoadBalancer", "{name: kafka, port: 9095, targetPort: 9094}") +
                                 broker_service(1, "LoadBalancer", "{name: kafka, port: 9095, targetPort: 9094}");
    const Request request(Operation::kCreate, stateful_set(kAdvertised), services);
    const Evaluation evaluation = request.run();
    const std::string patch =
        to_json_patch(request.bundle.objects[0].root, edits_for(evaluation.verdict, request.bundle.objects[0]));
    INFO(patch << (evaluation.verdict.findings.empty() ? "" : evaluation.verdict.findings[0].remediation));
    CHECK(patch.find("kafka.acme.io:9095") != std::string::npos);
  }
}

TEST_CASE("what is missing may come later, a scale brings nothing") {
  const auto missing = [](const Request& request) {
    const Evaluation evaluation = request.run();
    const Finding* finding = find_finding(evaluation.verdict, "broker-service-missing");
    return finding ? *finding : Finding();
  };
  Request created(Operation::kCreate, stateful_set(kAdvertised, "7.4.1", 3), balancer(0) + balancer(1));
  created.policy.severities["broker-service-missing"] = Severity::kDeny;
  CHECK(missing(created).severity == Severity::kWarn);
  CHECK(missing(created).ordinals == std::vector<int64_t>{2});
  // A stale view may not know of the third yet.
  created.view.doubt = "nothing heard of Services for 95 s";
  CHECK(missing(created).severity == Severity::kInfo);
  created.policy.when_stale = Severity::kDeny;
  CHECK(missing(created).severity == Severity::kWarn);
  Request all(Operation::kCreate, stateful_set(kAdvertised), balancer(0) + balancer(1));
  CHECK(missing(all).rule.empty());
  Request scaled(Operation::kUpdate, stateful_set(kAdvertised, "7.4.1", 3), balancer(0) + balancer(1),
                 stateful_set(kAdvertised));
  scaled.policy.severities["broker-service-missing"] = Severity::kDeny;
  CHECK(missing(scaled).severity == Severity::kWarn);
  scaled.admission.scale = true;
  CHECK(missing(scaled).severity == Severity::kDeny);
}

TEST_CASE("the Services of a larger set come before the set") {
  const Request request(Operation::kCreate, balancer(2),
                        stateful_set(kAdvertised) + "---\n" + balancer(0) + balancer(1));
  const Evaluation evaluation = request.run();
  const Finding* finding = find_finding(evaluation.verdict, "broker-service-selector");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kInfo);
}

TEST_CASE("a Service that goes away while a broker is reached through it is told of") {
  const Request gone(Operation::kDelete, balancer(1), stateful_set(kAdvertised) + "---\n" + balancer(0));
  const Evaluation evaluation = gone.run();
  const Finding* finding = find_finding(evaluation.verdict, "broker-service-missing");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kWarn);
  CHECK(finding->object == &gone.bundle.objects[1]);
  CHECK(finding->ordinals == std::vector<int64_t>{1});
  CHECK(finding->message == "after this deletion: no external Service for broker 1 of 2, want one for each broker");
  Request stale(Operation::kDelete, balancer(1), stateful_set(kAdvertised) + "---\n" + balancer(0));
  stale.view.doubt = "nothing heard of Services for 95 s";
  const Evaluation doubted = stale.run();
  REQUIRE(find_finding(doubted.verdict, "broker-service-missing"));
  CHECK(find_finding(doubted.verdict, "broker-service-missing")->severity == Severity::kWarn);
  // One is missing already, and that is not this deletion's doing.
  const Request second(Operation::kDelete, balancer(1), stateful_set(kAdvertised, "7.4.1", 3) + "---\n" + balancer(0));
  const Evaluation once_more = second.run();
  const Finding* both = find_finding(once_more.verdict, "broker-service-missing");
  REQUIRE(both);
  CHECK(both->ordinals == std::vector<int64_t>{1});
  CHECK(both->message == "after this deletion: no external Service for broker 1 of 3, want one for each broker");
  // The last of those there are, also where nothing but them shows that there should be any.
  Request last(Operation::kDelete, balancer(1), stateful_set(kAdvertised, "7.4.1", 3));
  last.policy.domain.clear();
  const Evaluation none_left = last.run();
  const Finding* left = find_finding(none_left.verdict, "broker-service-missing");
  REQUIRE(left);
  CHECK(left->ordinals == std::vector<int64_t>{1});
  // A second one leads to the same broker.
  std::string copy = balancer(1);
  copy.replace(copy.find("kafka-1-external"), 16, "kafka-1-outside");
  const Request spare(Operation::kDelete, copy,
                      stateful_set(kAdvertised, "7.4.1", 3) + "---\n" + balancer(0) + balancer(1));
  const Evaluation spared = spare.run();
  CHECK(find_finding(spared.verdict, "broker-service-missing") == nullptr);
  // Those of another set are that one's.
  std::string other_set = stateful_set(kAdvertised, "7.4.1", 3);
  other_set.replace(other_set.find("namespace: streaming"), 20, "namespace: elsewhere");
  const Request beside(Operation::kDelete, balancer(1),
                       stateful_set(kAdvertised, "7.4.1", 2) + "---\n" + balancer(0) + other_set);
  const Evaluation beside_it = beside.run();
  const Finding* own = find_finding(beside_it.verdict, "broker-service-missing");
  REQUIRE(own);
  CHECK(own->object->ns == "streaming");
  CHECK(own->ordinals == std::vector<int64_t>{1});
  const Request only(Operation::kDelete, balancer(0), stateful_set(kAdvertised, "7.4.1", 1));
  CHECK(find_finding(only.run().verdict, "broker-service-missing") != nullptr);
  // Of another program: no word.
  const Request other(Operation::kDelete,
                      "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: streaming}\nspec:\n"
                      "  selector: {app: web}\n  ports: [{port: 80}]\n",
                      stateful_set(kAdvertised) + "---\n" + balancer(0));
  CHECK(other.run().verdict.findings.empty());
}

TEST_CASE("two installations cannot claim one name") {
  std::string other = stateful_set(kAdvertised);
  other.replace(other.find("namespace: streaming"), 20, "namespace: elsewhere");
  const Request request(Operation::kCreate, stateful_set(kAdvertised), other);
  const Evaluation evaluation = request.run();
  const Finding* finding = find_finding(evaluation.verdict, "advertised-listener");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kDeny);
  CHECK(finding->object == &request.bundle.objects[0]);
  CHECK(finding->message.find("elsewhere/kafka") != std::string::npos);
}

TEST_CASE("a name that the view shows to be taken is not given, and that is laid on the view") {
  std::string other = stateful_set(kAdvertised);
  other.replace(other.find("namespace: streaming"), 20, "namespace: elsewhere");
  Request request(Operation::kCreate, stateful_set("EXTERNAL://$(POD_NAME).old.acme.io:9094"), other);
  const auto told = [&] {
    const Evaluation evaluation = request.run();
    const Finding* finding = find_finding(evaluation.verdict, "advertised-listener");
    REQUIRE(finding);
    CHECK_FALSE(finding->fixable());
    CHECK(finding->view_age == 2500);
    return finding->severity;
  };
  CHECK(told() == Severity::kDeny);
  request.view.doubt = "nothing heard of StatefulSets for 95 s";
  CHECK(told() == Severity::kWarn);
}

TEST_CASE("a node port that another Service holds is told of who comes later") {
  const std::string port = "{name: kafka, port: 9094, nodePort: 30094}";
  const Request request(Operation::kCreate, broker_service(1, "NodePort", port),
                        stateful_set(kAdvertised) + "---\n" + broker_service(0, "NodePort", port));
  const Evaluation evaluation = request.run();
  const Finding* finding = find_finding(evaluation.verdict, "node-port-clash");
  REQUIRE(finding);
  CHECK(finding->object == &request.bundle.objects[0]);
}

TEST_CASE("who comes with another port than the one that is advertised is told both ways out") {
  const std::string service = broker_service(0, "LoadBalancer", "{name: kafka, port: 31090, targetPort: 9094}");
  const Request request(Operation::kCreate, service, stateful_set(kAdvertised));
  const Evaluation evaluation = request.run();
  const Finding* finding = find_finding(evaluation.verdict, "advertised-listener");
  REQUIRE(finding);
  CHECK(finding->severity == Severity::kDeny);
  CHECK(finding->message ==
        "broker 0 advertises EXTERNAL://kafka-0.kafka.acme.io:9094, want EXTERNAL://kafka-0.kafka.acme.io:31090");
  CHECK(finding->remediation.find("give the Service the advertised port (9094 of broker 0), or change the listener") !=
        std::string::npos);
}

TEST_CASE("one more broker whose name nobody asks for is something new") {
  const Request request(Operation::kUpdate, stateful_set(kAdvertised), balancer(0) + balancer(1),
                        stateful_set(kAdvertised, "7.4.1", 1));
  const Evaluation evaluation = request.run();
  const Finding* finding = find_finding(evaluation.verdict, "external-dns-prefix");
  REQUIRE(finding);
  CHECK(finding->ordinals == std::vector<int64_t>{0, 1});
}

TEST_CASE("a fault that was there before covers none that the request brings about at a peer") {
  std::string other = stateful_set(kAdvertised);
  other.replace(other.find("namespace: streaming"), 20, "namespace: elsewhere");
  const Request request(Operation::kUpdate, stateful_set(kAdvertised), other,
                        stateful_set("EXTERNAL://all.kafka.acme.io:9094"));
  const Evaluation evaluation = request.run();
  CHECK(std::any_of(evaluation.verdict.findings.begin(), evaluation.verdict.findings.end(), [](const Finding& finding) {
    return finding.rule == "advertised-listener" && finding.severity == Severity::kDeny;
  }));
}

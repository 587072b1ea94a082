// One pod of a set at its creation, and the ordinal by the label of newer clusters.
#include "broker_set_support.h"

using namespace brokerset;
using Catch::Matchers::Contains;

namespace {

std::string pod(const std::string& name, const std::string& owner, const std::string& container) {
  return "apiVersion: v1\nkind: Pod\nmetadata:\n  name: " + name + "\n  namespace: data\n  ownerReferences: " + owner +
         "\nspec:\n  containers:\n  - " + indent(container, 4).substr(4);
}
const std::string kOwner = "[{apiVersion: apps/v1, kind: StatefulSet, name: my-kafka, uid: u, controller: true}]";
const std::string kBroker =
    "name: broker\nimage: confluentinc/cp-kafka:7.5.0\nenv:\n"
    "- {name: KAFKA_ADVERTISED_LISTENERS, value: 'INSIDE://in:9092'}\n"
    "- {name: KAFKA_LISTENERS, value: 'INSIDE://:9092'}\n"
    "- {name: KAFKA_LISTENER_SECURITY_PROTOCOL_MAP, value: 'INSIDE:PLAINTEXT'}\n";

// What the pod advertises and binds after the change, or the refusal.
std::string changed(const std::string& yaml, const WantedListener& wish) {
  const Object object = load(yaml);
  const auto set = recognise_broker_pod(object);
  REQUIRE(set);
  const Plan plan = plan_external_listener(*set, wish);
  if (!plan.refusal.empty()) return plan.refusal;
  const Object after =
      objects_of(std::make_shared<const Document>(apply(object.source(), object.root, plan.edits))).front();
  const auto again = recognise_broker_pod(after);
  REQUIRE(again);
  const auto properties = again->properties(again->first_ordinal);
  return *properties.at("advertised.listeners").value + " | " + *properties.at("listeners").value;
}

}  // namespace

TEST_CASE("a pod of a StatefulSet has its set's name and its own ordinal") {
  const Object object = load(pod("my-kafka-12", kOwner, kBroker));
  const auto set = recognise_broker_pod(object);
  REQUIRE(set);
  CHECK(set->is_pod);
  CHECK(set->name == "my-kafka");
  CHECK(set->first_ordinal == 12);
  CHECK(set->replicas == 1);
  CHECK(set->form_id == "env-literal");
  CHECK_FALSE(recognise_broker_set(object));
}

TEST_CASE("other pods are not looked at") {
  CHECK_FALSE(recognise_broker_pod(load(pod("my-kafka-1", "[]", kBroker))));
  CHECK_FALSE(recognise_broker_pod(load(pod("my-kafka-x", kOwner, kBroker))));
  CHECK_FALSE(recognise_broker_pod(load(pod("other-1", kOwner, kBroker))));
  const std::string job = "[{apiVersion: batch/v1, kind: Job, name: my-kafka, uid: u, controller: true}]";
  CHECK_FALSE(recognise_broker_pod(load(pod("my-kafka-1", job, kBroker))));
  CHECK_FALSE(recognise_broker_pod(load(pod("my-kafka-1", kOwner, "name: web\nimage: nginx\n"))));
}

TEST_CASE("a pod gets its own address written out, also one that needs arithmetic") {
  const std::string yaml = pod("my-kafka-12", kOwner, kBroker);
  CHECK(changed(yaml, wanted("b{ordinal}.{pod}.kafka.example.org", 31090, 1)) ==
        "INSIDE://in:9092,EXTERNAL://b12.my-kafka-12.kafka.example.org:31102 | INSIDE://:9092,EXTERNAL://:31102");
  const std::string script = pod("my-kafka-12", kOwner,
                                 kBroker +
                                     "command: [sh, -c, 'export KAFKA_ADVERTISED_LISTENERS=INSIDE://$HOSTNAME:9092; "
                                     "exec /etc/confluent/docker/run']\n");
  CHECK(changed(script, wanted("b{ordinal}.kafka.example.org")) ==
        "INSIDE://my-kafka-12:9092,EXTERNAL://b12.kafka.example.org:9094 | INSIDE://:9092,EXTERNAL://:9094");
}

TEST_CASE("env takes the ordinal from the pod's index where the policy says that pods have one") {
  const Broker before(with(kBroker));
  WantedListener wish = wanted("b{ordinal}.kafka.example.org");
  CHECK_THAT(plan_external_listener(before.set(), wish).refusal, Contains("kubernetesVersion is 1.28 or later"));
  wish.pod_index = true;
  const Plan plan = plan_external_listener(before.set(), wish);
  CHECK(plan.refusal == "");
  const Broker after = before.after(plan);
  CHECK(after.advertised(2) == "INSIDE://in:9092,EXTERNAL://b2.kafka.example.org:9094");
  CHECK(after.source_text() == "INSIDE://in:9092,EXTERNAL://b$(POD_INDEX).kafka.example.org:9094");
  // Declared already, and the pod's name beside it.
  const Broker declared(
      with("name: broker\nimage: confluentinc/cp-kafka:7.5.0\nenv:\n- {name: N, valueFrom: {fieldRef: "
           "{fieldPath: \"metadata.labels['apps.kubernetes.io/pod-index']\"}}}\n" +
           kBroker.substr(kBroker.find("- {name: KAFKA_ADV"))));
  wish.host_template = "{ordinal}.{pod}.kafka.example.org";
  const Plan second = plan_external_listener(declared.set(), wish);
  CHECK(second.refusal == "");
  CHECK(declared.after(second).advertised(1) == "INSIDE://in:9092,EXTERNAL://1.kafka-1.kafka.example.org:9094");
}

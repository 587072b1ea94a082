// Objects of a document: lists unwrapped, the rest counted.
#include <memory>
#include <string>
#include <vector>

#include "brokergate/object.h"
#include "read_support.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

std::vector<Object> objects_in(std::string_view text, size_t* not_objects = nullptr) {
  ReadResult result = read(source_of(text));
  REQUIRE(result.documents.size() == 1);
  return objects_of(std::make_shared<const Document>(std::move(result.documents[0])), not_objects);
}

std::vector<std::string> names(const std::vector<Object>& objects) {
  std::vector<std::string> out;
  for (const Object& object : objects) out.push_back(describe(object));
  return out;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("one object and its identity") {
  const auto objects = objects_in(
      "apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: broker, namespace: kafka}\nspec: {replicas: 3}\n");
  REQUIRE(objects.size() == 1);
  const Object& object = objects[0];
  CHECK(object.api_version == "apps/v1");
  CHECK(object.group() == "apps");
  CHECK(object.kind == "StatefulSet");
  CHECK(object.ns == "kafka");
  CHECK(object.name == "broker");
  CHECK(object.spec()["replicas"].as_int() == 3);
  CHECK(object.metadata()["name"].str() == "broker");
  CHECK(object.source()->name() == "input.yaml");
  CHECK(describe(object) == "StatefulSet kafka/broker");
}

TEST_CASE("descriptions of objects that say less") {
  CHECK(names(objects_in("{apiVersion: v1, kind: Service, metadata: {name: a}}")) == Names{"Service a"});
  CHECK(names(objects_in("{apiVersion: v1, kind: Pod, metadata: {generateName: a-, namespace: ns}}")) ==
        Names{"Pod ns/a-"});
  CHECK(names(objects_in("{apiVersion: v1, kind: Pod}")) == Names{"Pod (without a name)"});
  CHECK(objects_in("{apiVersion: v1, kind: Pod, metadata: {generateName: a-}}")[0].name.empty());
  CHECK(objects_in("{apiVersion: v1, kind: Pod}")[0].group().empty());
}

TEST_CASE("lists are their members") {
  size_t others = 99;
  const auto objects = objects_in(
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Service, metadata: {name: a}}\n- not: an object\n- "
      "apiVersion: v1\n  kind: List\n  items: [{apiVersion: v1, kind: Pod, metadata: {name: b}}]\n-\n",
      &others);
  CHECK(names(objects) == Names{"Service a", "Pod b"});
  CHECK(others == 1);
  CHECK(objects[1].root.pointer(objects[1].document->root()) == "/items/2/items/0");
}

TEST_CASE("members of a typed list need not say their kind") {
  const auto objects = objects_in(
      "apiVersion: apps/v1\nkind: StatefulSetList\nitems:\n- metadata: {name: a}\n- {apiVersion: v1, kind: Pod, "
      "metadata: {name: b}}\n");
  CHECK(names(objects) == Names{"StatefulSet a", "Pod b"});
  CHECK(objects[0].api_version == "apps/v1");
  CHECK(objects[1].api_version == "v1");
}

TEST_CASE("an OpenShift template is its objects") {
  CHECK(names(objects_in("apiVersion: template.openshift.io/v1\nkind: Template\nobjects:\n- {apiVersion: v1, kind: "
                         "Service, metadata: {name: a}}\n")) == Names{"Service a"});
}

TEST_CASE("what is no object is counted, null is nothing") {
  size_t others = 0;
  CHECK(objects_in("a: 1\n", &others).empty());
  CHECK(others == 1);
  CHECK(objects_in("[]\n", &others).empty());
  CHECK(others == 1);
  CHECK(objects_in("{apiVersion: 1, kind: Service}\n", &others).empty());
  CHECK(others == 1);
  CHECK(objects_in("--- ~\n", &others).empty());
  CHECK(others == 0);
  CHECK(objects_of(nullptr, &others).empty());
  CHECK(others == 0);
  // A list without items is an object of its own, as kubectl takes it.
  CHECK(names(objects_in("{apiVersion: v1, kind: PriceList, metadata: {name: a}}")) == Names{"PriceList a"});
}

TEST_CASE("lists in lists end") {
  std::string text = "{apiVersion: v1, kind: Pod}";
  for (int i = 0; i < 30; ++i) text = "{apiVersion: v1, kind: List, items: [" + text + "]}";
  const auto objects = objects_in(text);
  REQUIRE(objects.size() == 1);
  CHECK(objects[0].kind == "List");
}

TEST_CASE("kinds the engine looks at") {
  for (const char* kind : {"StatefulSet", "Service", "Pod", "Deployment", "ReplicaSet", "DaemonSet", "ConfigMap",
                           "Kafka", "KafkaNodePool", "KafkaCluster", "Redpanda", "StrimziPodSet", "Node"}) {
    CHECK(concerns_engine(kind));
  }
  for (const char* kind : {"", "service", "Secret", "List", "KafkaTopic"}) CHECK_FALSE(concerns_engine(kind));
}

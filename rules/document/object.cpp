#include "brokergate/object.h"

#include <algorithm>
#include <array>
#include <utility>

namespace brokergate {
namespace {

// A List may hold a List; what nests deeper is nobody's manifest.
constexpr int kListDepth = 8;

struct Type {
  std::string_view api_version, kind;
};

class Collector {
 public:
  explicit Collector(std::shared_ptr<const Document> document) : document_(std::move(document)) {}

  // `typed`: what the members of a typed list (ServiceList) are when they do
  // not say it themselves, as the API server writes them (apimachinery,
  // UnstructuredJSONScheme.decodeToList).
  void collect(Value root, Type typed, int depth) {
    if (root.is_null()) return;
    Type type{root["apiVersion"].str(), root["kind"].str()};
    if (root.is_map() && type.kind.empty() && type.api_version.empty()) type = typed;
    if (type.api_version.empty() || type.kind.empty()) {
      ++not_objects_;
      return;
    }
    Value members;
    Type member_type;
    if (type.kind.ends_with("List") && root["items"].is_seq()) {
      members = root["items"];
      const std::string_view member_kind = type.kind.substr(0, type.kind.size() - 4);
      if (!member_kind.empty()) member_type = {type.api_version, member_kind};
    } else if (type.kind == "Template" && root["objects"].is_seq()) {
      members = root["objects"];
    }
    if (members && depth < kListDepth) {
      for (const Node& member : members.children()) collect(Value(&member), member_type, depth + 1);
      return;
    }
    const Value metadata = root["metadata"];
    objects_.push_back(
        {document_, root, type.api_version, type.kind, metadata["namespace"].str(), metadata["name"].str()});
  }

  std::vector<Object> take() { return std::move(objects_); }
  size_t not_objects() const { return not_objects_; }

 private:
  std::shared_ptr<const Document> document_;
  std::vector<Object> objects_;
  size_t not_objects_ = 0;
};

}  // namespace

std::string_view Object::group() const {
  const size_t slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
}

std::string describe(const Object& object) {
  std::string out(object.kind);
  out += ' ';
  if (!object.ns.empty()) out.append(object.ns).append("/");
  std::string_view name = object.name;
  if (name.empty()) name = object.metadata()["generateName"].str();
  return out.append(name.empty() ? "(without a name)" : name);
}

std::vector<Object> objects_of(std::shared_ptr<const Document> document, size_t* not_objects) {
  const Value root = document ? document->root() : Value();
  Collector collector(std::move(document));
  collector.collect(root, {}, 0);
  if (not_objects) *not_objects = collector.not_objects();
  return collector.take();
}

bool concerns_engine(std::string_view kind) {
  static constexpr std::array<std::string_view, 20> kKinds = {
      "StatefulSet",      "Service",       "Pod",     "Deployment",    "ReplicaSet",
      "DaemonSet",        "ConfigMap",     "Kafka",   "KafkaNodePool", "KafkaCluster",
      "Redpanda",         "StrimziPodSet", "Cluster", "PetSet",        "ReplicationController",
      "DeploymentConfig", "Job",           "CronJob", "Rollout",       "Node"};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

}  // namespace brokergate

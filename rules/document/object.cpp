#include "brokergate/object.h"

#include <algorithm>
#include <array>

namespace brokergate {
namespace {

// A List may hold a List; what nests deeper is nobody's manifest.
constexpr int kListDepth = 8;

void collect(const std::shared_ptr<const Document>& document, Value root, int depth, std::vector<Object>& objects,
             size_t& not_objects) {
  if (root.is_null()) return;
  const std::string_view api_version = root["apiVersion"].str();
  const std::string_view kind = root["kind"].str();
  if (api_version.empty() || kind.empty()) {
    ++not_objects;
    return;
  }
  Value members;
  if (kind.ends_with("List") && root["items"].is_seq()) members = root["items"];
  if (kind == "Template" && root["objects"].is_seq()) members = root["objects"];
  if (members && depth < kListDepth) {
    for (const Node& member : members.children()) collect(document, Value(&member), depth + 1, objects, not_objects);
    return;
  }
  const Value metadata = root["metadata"];
  objects.push_back(Object{document, root, api_version, kind, metadata["namespace"].str(), metadata["name"].str()});
}

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
  std::vector<Object> objects;
  size_t others = 0;
  if (document) collect(document, document->root(), 0, objects, others);
  if (not_objects) *not_objects = others;
  return objects;
}

bool concerns_engine(std::string_view kind) {
  static constexpr std::array<std::string_view, 12> kKinds = {
      "StatefulSet", "Service", "Pod",           "Deployment",   "ReplicaSet", "DaemonSet",
      "ConfigMap",   "Kafka",   "KafkaNodePool", "KafkaCluster", "Redpanda",   "StrimziPodSet"};
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

}  // namespace brokergate

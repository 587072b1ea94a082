#include "rules/kafka/config_maps.h"

#include <algorithm>

#include "rules/kafka/nearness.h"

namespace brokergate {

namespace {

Value pod_spec_of(const Object& workload) {
  if (workload.kind == "Pod") return workload.spec();
  if (workload.kind == "CronJob") return workload.spec()["jobTemplate"]["spec"]["template"]["spec"];
  return workload.spec()["template"]["spec"];
}

// Calls `see` with the name of every ConfigMap that the pod asks for.
template <typename See>
void each_config_map(Value pod_spec, const See& see) {
  for (const Node& node : pod_spec["volumes"].children()) {
    const Value volume(&node);
    see(volume["configMap"]["name"].scalar());
    for (const Node& source : volume["projected"]["sources"].children())
      see(Value(&source)["configMap"]["name"].scalar());
  }
  for (const char* list : {"initContainers", "containers"}) {
    for (const Node& node : pod_spec[list].children()) {
      const Value container(&node);
      for (const Node& source : container["envFrom"].children()) see(Value(&source)["configMapRef"]["name"].scalar());
      for (const Node& entry : container["env"].children())
        see(Value(&entry)["valueFrom"]["configMapKeyRef"]["name"].scalar());
    }
  }
}

}  // namespace

void ConfigMaps::note_users(const Object& workload, Named& users) {
  each_config_map(pod_spec_of(workload), [&](std::string_view name) {
    if (name.empty()) return;
    std::vector<const Object*>& known = users[name];
    if (known.empty() || known.back() != &workload) known.push_back(&workload);
  });
}

std::vector<std::string_view> config_maps_of(const Object& workload) {
  std::vector<std::string_view> names;
  each_config_map(pod_spec_of(workload), [&](std::string_view name) {
    if (!name.empty()) names.push_back(name);
  });
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

ConfigMaps::ConfigMaps(const Bundle& bundle) {
  auto index = std::make_shared<Index>();
  for (const Object& object : bundle.objects)
    if (object.kind == "ConfigMap" && object.group().empty() && !object.name.empty())
      index->maps[object.name].push_back(&object);
  if (!index->maps.empty())
    for (const Object& object : bundle.objects) note_users(object, index->users);
  index_ = std::move(index);
}

ConfigMaps ConfigMaps::with(const Object& map, const Object& changed) const {
  ConfigMaps out(index_);
  out.replaced_ = &map;
  out.replacement_ = &changed;
  return out;
}

const Object* ConfigMaps::other_user(const Object& map, const Object& user) const {
  const auto named = index_->users.find(map.name);
  if (named == index_->users.end()) return nullptr;
  const auto other = std::find_if(named->second.begin(), named->second.end(), [&](const Object* one) {
    return one != &user && find(*one, map.name).object == &map;
  });
  return other == named->second.end() ? nullptr : *other;
}

Value ConfigMaps::Found::key(std::string_view name) const {
  if (!object) return {};
  const Value value = object->root["data"][name];
  return value.is_string() ? value : Value();
}

ConfigMaps::Found ConfigMaps::find(const Object& user, std::string_view name) const {
  Found found;
  found.why = "which is not in the input";
  const auto named = index_->maps.find(name);
  if (named == index_->maps.end()) return found;
  int best = kGuessedNamespace;
  for (const Object* object : named->second) {
    const int far = distance(user, *object);
    if (far > best || far >= kGuessedNamespace) continue;
    // Two as near as one another: which one the cluster gets last is not known.
    found.object = far == best ? nullptr : object;
    found.why = far == best ? "which stands in the input more than once" : "";
    best = far;
  }
  if (found.object && found.object == replaced_) found.object = replacement_;
  return found;
}

std::string unread_config_map(std::string_view name, const ConfigMaps::Found& found) {
  return "ConfigMap " + std::string(name) + ", " + (found.why.empty() ? "which has no such key" : found.why);
}

}  // namespace brokergate

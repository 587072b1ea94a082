#include "rules/kafka/config_maps.h"

#include "rules/kafka/nearness.h"

namespace brokergate {

ConfigMaps::ConfigMaps(const Bundle& bundle) {
  for (const Object& object : bundle.objects)
    if (object.kind == "ConfigMap" && object.group().empty() && !object.name.empty())
      by_name_[object.name].push_back(&object);
}

Value ConfigMaps::Found::key(std::string_view name) const {
  if (!object) return {};
  const Value value = object->root["data"][name];
  return value.is_string() ? value : Value();
}

ConfigMaps::Found ConfigMaps::find(const Object& user, std::string_view name) const {
  Found found;
  found.why = "which is not in the input";
  const auto named = by_name_.find(name);
  if (named == by_name_.end()) return found;
  int best = kGuessedNamespace;
  for (const Object* object : named->second) {
    const int far = distance(user, *object);
    if (far > best || far >= kGuessedNamespace) continue;
    // Two as near as one another: which one the cluster gets last is not known.
    found.object = far == best ? nullptr : object;
    found.why = far == best ? "which stands in the input more than once" : "";
    best = far;
  }
  return found;
}

std::string unread_config_map(std::string_view name, const ConfigMaps::Found& found) {
  return "ConfigMap " + std::string(name) + ", " + (found.why.empty() ? "which has no such key" : found.why);
}

}  // namespace brokergate

#include "rules/before.h"

#include "rules/text.h"

namespace brokergate {

std::string identity(const Object& object) {
  return cat(object.group(), "\n", object.kind, "\n", object.ns, "\n", object.name);
}

Before::Before(const Admission* admission, const ClusterView* view) {
  if (admission) {
    if (admission->operation == Operation::kUpdate && admission->old_object)
      known_.emplace(identity(*admission->old_object), admission->old_object);
    return;
  }
  if (!view || !view->replaced) return;
  for (const Object& object : *view->replaced) known_.emplace(identity(object), &object);
}

const Object* Before::of(const Object& object) const {
  if (known_.empty()) return nullptr;
  const auto found = known_.find(identity(object));
  return found == known_.end() ? nullptr : found->second;
}

}  // namespace brokergate

// How near two objects of one input are: which ConfigMap a pod means, which pods a
// Service means, where namespaces are left to the installer.
#pragma once

#include "brokergate/object.h"

namespace brokergate {

constexpr int kOtherNamespace = 100;
constexpr int kGuessedNamespace = 10;

// How far two objects are from one another as far as their namespaces tell; less is
// nearer. The same namespace in another folder is often a variant of the same
// installation, so the place counts then, too.
inline int distance(const Object& a, const Object& b) {
  const int place = a.source() == b.source() ? 0 : a.source()->folder() == b.source()->folder() ? 1 : 2;
  if (a.ns == b.ns) return place;
  if (!a.ns.empty() && !b.ns.empty()) return kOtherNamespace;
  return place == 2 ? kGuessedNamespace : 3 + place;
}

}  // namespace brokergate

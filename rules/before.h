// What an object was before the one that is judged takes its place.
#pragma once

#include <string>
#include <unordered_map>

#include "brokergate/cluster.h"
#include "brokergate/object.h"

namespace brokergate {

// The same for an object of a manifest and the one that stands for it in a cluster, in whichever version of its API
// group.
std::string identity(const Object& object);

// An update's old object; outside of a request what the cluster holds in the place of a manifest's object.
class Before {
 public:
  // Null where nobody tells. All of it must outlive this.
  Before(const Admission* admission, const ClusterView* view);

  // Null: there was none, or nobody tells.
  const Object* of(const Object& object) const;

 private:
  std::unordered_map<std::string, const Object*> known_;
};

}  // namespace brokergate

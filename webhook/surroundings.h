// What the webhook knows of the cluster around a request.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/nodes.h"
#include "brokergate/object.h"

namespace brokergate::webhook {

struct Surroundings {
  std::vector<Object> peers;  // what the engine has to see beside the request's object, which is not among them
  std::shared_ptr<const NodeIndex> nodes;  // null: not known
  int64_t age = 0;                         // milliseconds since the cluster was last heard of
  std::string doubt;                       // why it may not be relied on, in a line; empty: it may
  bool complete = true;                    // false: there are more peers than are looked at
  bool known = true;  // false: Services or StatefulSets were never read, so that nobody knows the peers
};

// Thread-safe. Answers out of memory: nothing here waits for anybody.
class ClusterSource {
 public:
  virtual ~ClusterSource() = default;
  // Around `object`, which has a namespace; `old_object`: what it was before, or null.
  virtual Surroundings around(const Object& object, const Object* old_object) const = 0;
  // nullopt when there is none, or it is not known.
  virtual std::optional<Object> stateful_set(std::string_view ns, std::string_view name) const = 0;
  // What is wrong with the view now, for /readyz; empty: nothing. Names no object.
  virtual std::string condition() const { return {}; }
};

}  // namespace brokergate::webhook

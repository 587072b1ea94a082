// Where what is watched goes.
#pragma once

#include <string>
#include <string_view>

#include "webhook/watch/resource.h"

namespace brokergate::webhook::watch {

struct Item {
  std::string ns, name, version;
  std::string json;  // the object, reduced to what the engine reads
};

// All calls for a resource come from one thread, that resource's own. They may throw where there is no memory: then
// a whole list follows.
class Sink {
 public:
  virtual ~Sink() = default;
  // A whole list, which is never in memory as one: after the beginning all that is there is put, and at the end
  // what was not put since then is gone. A list that cannot be ended is begun again; what was put of it is true.
  virtual void list_begins(Resource resource) = 0;
  virtual void list_ends(Resource resource) = 0;
  // What is there already may be put again, unchanged.
  virtual void put(Resource resource, Item item) = 0;
  // Also of what has never been put.
  virtual void remove(Resource resource, std::string_view ns, std::string_view name) = 0;
  // The API server has just shown that we know all there is: a list that is finished, an event, a bookmark,
  // or a watch that ended in order.
  virtual void heard(Resource resource) = 0;
};

}  // namespace brokergate::webhook::watch

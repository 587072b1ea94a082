// Node ports that the Services of a bundle ask for: each number exists once in a cluster, whatever its protocol, but
// for ports of one Service with the same `port` (kubernetes, pkg/registry/core/service/storage/alloc.go,
// initNodePorts).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "brokergate/object.h"

namespace brokergate {

class NodePorts {
 public:
  NodePorts() = default;
  explicit NodePorts(const Bundle& bundle);

  // Another port of a Service beside it (in the same file or folder: others may be
  // meant for another cluster) that has the number; null when it is free.
  const Object* other(const Object& service, const Node* port, int64_t number) const;
  // The same, of those that stand before it: the one that stands second is told to give way.
  const Object* earlier(const Object& service, const Node* port, int64_t number) const;
  void add(const Object& service, const Node* port, int64_t number);
  void remove(const Object& service, const Node* port, int64_t number);

 private:
  struct Claim {
    const Object* service;
    const Node* port;
  };
  const Object* find(const Object& service, const Node* port, int64_t number, bool before) const;

  std::unordered_map<std::string, std::vector<Claim>> claims_;  // by folder and number
};

}  // namespace brokergate

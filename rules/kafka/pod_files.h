// Files that a pod's containers find on their volumes: keys of ConfigMaps, and
// what init containers make on the volumes they share. Sources: Kubernetes
// Volumes and ConfigMap API (items, subPath, projected), init containers run one
// after the other before the others start.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/kafka/kubelet_env.h"
#include "rules/kafka/shell/shell.h"

namespace brokergate {

// What a container starts with. File::given counts from 1 into `origins`.
struct PodFiles {
  struct Origin {
    const Object* object = nullptr;  // the ConfigMap
    Value node;                      // the key's text
    std::string what;                // "ConfigMap broker-config"
    bool executable = false;         // its mode lets it be run (defaultMode is 0644)
  };
  std::vector<Origin> origins;
  shell::FileSystem system;
  // Who made what of a file that is not a ConfigMap's: "init container prepare-config".
  std::string maker;
  // Why the pod does not come so far that the container starts: an init container fails; empty: none does for certain.
  std::string fails;
  // Why an init container that may have written could not be followed; empty: all could.
  std::string lost;
  size_t effort = 0;  // shell::Result::effort of the init containers

  const shell::File* find(std::string_view path) const;
  const Origin* origin(const shell::File& file) const;
};

// For the broker container: runs the init containers before it. Empty, at little
// cost, when no volume of `container` can hold anything that is known.
PodFiles files_of(Value container, const PodIdentity& identity);

}  // namespace brokergate

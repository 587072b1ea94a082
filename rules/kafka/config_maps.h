// ConfigMaps of the input, for pods that take variables or files from them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "brokergate/object.h"

namespace brokergate {

// Views into the Bundle, which must outlive it. Immutable, so any thread may read it.
class ConfigMaps {
 public:
  explicit ConfigMaps(const Bundle& bundle);

  struct Found {
    const Object* object = nullptr;
    std::string why;  // null object: "is not in the input", …
    // A key's text under `data`; false when it has none. A key of binaryData is no text.
    Value key(std::string_view name) const;
  };
  // The ConfigMap that a pod of `user` means: of its namespace, the nearest file first.
  Found find(const Object& user, std::string_view name) const;
  // A workload beside `user` whose pods take files or variables from it, whatever for; null: none.
  const Object* other_user(const Object& map, const Object& user) const;

  // The same with one of them changed. Both must outlive the result.
  ConfigMaps with(const Object& map, const Object& changed) const;

 private:
  using Named = std::unordered_map<std::string_view, std::vector<const Object*>>;
  struct Index {
    Named maps, users;  // by the name of the ConfigMap
  };
  explicit ConfigMaps(std::shared_ptr<const Index> index) : index_(std::move(index)) {}
  static void note_users(const Object& workload, Named& users);

  std::shared_ptr<const Index> index_;
  const Object* replaced_ = nullptr;
  const Object* replacement_ = nullptr;
};

// Names of the ConfigMaps that the pods of a workload take files or variables from, sorted, each once.
std::vector<std::string_view> config_maps_of(const Object& workload);

// "ConfigMap kafka-config" and why nothing of it is known.
std::string unread_config_map(std::string_view name, const ConfigMaps::Found& found);

}  // namespace brokergate

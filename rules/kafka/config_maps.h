// ConfigMaps of the input, for pods that take variables or files from them.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
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

 private:
  std::unordered_map<std::string_view, std::vector<const Object*>> by_name_;
};

// "ConfigMap kafka-config" and why nothing of it is known.
std::string unread_config_map(std::string_view name, const ConfigMaps::Found& found);

}  // namespace brokergate

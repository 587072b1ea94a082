// Annotations in alpha or beta groups that nothing reads any more, and what took their place.
#pragma once

#include <span>
#include <string_view>

namespace brokergate {

enum class AlphaFix : uint8_t {
  kNone,           // a person has to write the replacement
  kRemove,         // it meant nothing: removing loses nothing
  kDnsName,        // an external-dns host name
  kPublishUnready  // spec.publishNotReadyAddresses
};
struct AlphaKey {
  std::string_view key;    // the whole key; with a final '/' or '.': everything that begins so
  std::string_view since;  // what happened to it
  std::string_view instead;
  AlphaFix fix = AlphaFix::kNone;
};
std::span<const AlphaKey> alpha_keys();
const AlphaKey* find_alpha_key(std::string_view key);

}  // namespace brokergate

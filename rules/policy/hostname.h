// The hostname template of the policy: "{pod}.{domain}".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace brokergate {

// What the placeholders stand for; those without a value stay as they are written.
struct HostnameParts {
  std::optional<std::string_view> pod = {}, domain = {}, ordinal = {}, statefulset = {}, ns = {};
};
std::string expand_hostname(std::string_view pattern, const HostnameParts& parts);

// What is wrong with a template (unknown placeholder, the same name for every
// broker, no DNS name whatever is filled in); empty when it is fine. `domain`
// may be empty, then a short stand-in is tried.
std::string check_hostname(std::string_view pattern, std::string_view domain);

}  // namespace brokergate

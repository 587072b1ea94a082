// Base64 of RFC 4648 section 4: the standard alphabet, padded. It is what
// Kubernetes writes bytes with in JSON and takes patches in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace brokergate {

std::string encode_base64(std::string_view bytes);
// As Go's StdEncoding reads it: padding has to be there, line breaks are skipped, bits
// that are left over do not count. nullopt: it is none.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace brokergate

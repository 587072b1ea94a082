// Base64 as people and tools paste it into files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace brokergate::certs {

// Line breaks, blanks and tabs are skipped; none when it is not base64 with padding.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace brokergate::certs

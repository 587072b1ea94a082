// Base64 with padding (RFC 4648 §4), as Kubernetes writes bytes in JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace brokergate::certs {

std::string base64(std::string_view bytes);
// Line breaks and blanks are skipped; none when it is not base64.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace brokergate::certs

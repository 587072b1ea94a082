// Building messages.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <type_traits>

namespace brokergate {

inline void append_part(std::string& out, std::string_view text) { out += text; }
template <std::integral Number>
requires(!std::same_as<Number, char>) void append_part(std::string& out, Number number) {
  out += std::to_string(number);
}

template <typename... Parts>
std::string cat(const Parts&... parts) {
  std::string out;
  (append_part(out, parts), ...);
  return out;
}

// `text` for a message: without control characters (an admission warning that
// holds one is dropped by the API server) and cut when long.
std::string shown(std::string_view text, size_t most = 120);

}  // namespace brokergate

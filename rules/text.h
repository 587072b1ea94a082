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

// "broker 0", "brokers 0, 2 and 3", "brokers 0, 1, 2 and 97 more".
template <typename Numbers>
std::string brokers_text(const Numbers& ordinals) {
  constexpr size_t kMost = 4;
  std::string out = ordinals.size() == 1 ? "broker " : "brokers ";
  size_t told = 0;
  for (int64_t ordinal : ordinals) {
    if (told == kMost && ordinals.size() > kMost + 1) return out + cat(" and ", ordinals.size() - kMost, " more");
    if (told != 0) out += told + 1 == ordinals.size() ? " and " : ", ";
    out += std::to_string(ordinal);
    ++told;
  }
  return out;
}

}  // namespace brokergate

// Sets of characters with a test of one load; std's find_first_of searches the
// set anew for every character.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace brokergate::shell {

class CharSet {
 public:
  constexpr explicit CharSet(std::string_view members) {
    for (char c : members) in_[static_cast<unsigned char>(c)] = true;
  }
  constexpr bool has(char c) const { return in_[static_cast<unsigned char>(c)]; }
  bool any(std::string_view text) const {
    return std::any_of(text.begin(), text.end(), [this](char c) { return has(c); });
  }

 private:
  std::array<bool, 256> in_{};
};

// What ends a word.
inline constexpr CharSet kMetacharacters(" \t\n;&|<>()");

inline bool contains(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

}  // namespace brokergate::shell

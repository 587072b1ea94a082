// Shell patterns (XCU 2.14).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace brokergate::shell {

// `text` with every quoted character behind a backslash.
struct Pattern {
  std::string text;
};

void append_quoted(std::string& pattern, std::string_view literal);

// Whether the whole subject matches; nullopt when shells differ or a part of
// either is not known.
std::optional<bool> matches(const Pattern& pattern, std::string_view subject);

// Length of the part that # ## % %% cut off; nullopt as above; npos: no match.
std::optional<size_t> match_prefix(const Pattern& pattern, std::string_view subject, bool longest);
std::optional<size_t> match_suffix(const Pattern& pattern, std::string_view subject, bool longest);

// Whether shells and libraries agree on this pattern for such a subject.
bool portable(const Pattern& pattern, std::string_view subject);
bool match_portable(std::string_view pattern, std::string_view subject);

}  // namespace brokergate::shell

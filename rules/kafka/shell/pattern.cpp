#include "rules/kafka/shell/pattern.h"

#include <algorithm>

#include "rules/kafka/opaque.h"

namespace brokergate::shell {
namespace {

// What a longer pattern or subject could cost is not worth knowing.
constexpr size_t kMaxPattern = 512;
constexpr size_t kMaxSubject = 1 << 16;

bool in_class(std::string_view name, char c) {
  bool digit = c >= '0' && c <= '9', lower = c >= 'a' && c <= 'z', upper = c >= 'A' && c <= 'Z';
  if (name == "digit") return digit;
  if (name == "lower") return lower;
  if (name == "upper") return upper;
  if (name == "alpha") return lower || upper;
  if (name == "alnum") return lower || upper || digit;
  if (name == "space") return c == ' ' || (c >= '\t' && c <= '\r');
  if (name == "blank") return c == ' ' || c == '\t';
  if (name == "xdigit") return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  if (name == "punct") return c > ' ' && c < 127 && !lower && !upper && !digit;
  return false;
}

// Length of the bracket expression at `at`, or 0 when `[` stands for itself.
size_t bracket_length(std::string_view pattern, size_t at) {
  size_t i = at + 1;
  if (i < pattern.size() && pattern[i] == '!') ++i;
  for (size_t first = i; i < pattern.size(); ++i) {
    if (pattern[i] == ']' && i > first) return i + 1 - at;
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern.substr(i, 2) == "[:") {
      size_t close = pattern.find(":]", i + 2);
      if (close != std::string_view::npos) i = close + 1;
    }
  }
  return 0;
}

bool bracket_matches(std::string_view expression, char c) {
  std::string_view inside = expression.substr(1, expression.size() - 2);
  bool negated = !inside.empty() && inside.front() == '!';
  if (negated) inside.remove_prefix(1);
  bool found = false;
  for (size_t i = 0; i < inside.size(); ++i) {
    if (inside.substr(i, 2) == "[:") {
      size_t close = inside.find(":]", i + 2);
      if (close != std::string_view::npos) {
        found = found || in_class(inside.substr(i + 2, close - i - 2), c);
        i = close + 1;
        continue;
      }
    }
    if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
    char low = inside[i], high = low;
    if (i + 2 < inside.size() && inside[i + 1] == '-') {
      i += 2;
      if (inside[i] == '\\' && i + 1 < inside.size()) ++i;
      high = inside[i];
    }
    found = found || (low <= c && c <= high);
  }
  return found != negated;
}

// One element of the pattern other than `*`; its length, 0 when c does not match.
size_t match_one(std::string_view pattern, size_t at, char c) {
  switch (pattern[at]) {
    case '?':
      return 1;
    case '[':
      if (size_t length = bracket_length(pattern, at); length != 0) {
        return bracket_matches(pattern.substr(at, length), c) ? length : 0;
      }
      return c == '[' ? 1 : 0;
    case '\\':
      if (at + 1 < pattern.size()) return pattern[at + 1] == c ? 2 : 0;
      [[fallthrough]];
    default:
      return pattern[at] == c ? 1 : 0;
  }
}

// A range that is not among digits or letters of one case depends on the locale.
bool portable_bracket(std::string_view expression) {
  for (size_t i = 1; i + 1 < expression.size(); ++i) {
    if (expression[i] == '^' && i == 1) return false;
    if (expression.substr(i, 2) == "[." || expression.substr(i, 2) == "[=") return false;
    if (expression[i] != '-' || i == 1 || i + 2 >= expression.size()) continue;
    char low = expression[i - 1], high = expression[i + 1];
    bool digits = in_class("digit", low) && in_class("digit", high);
    bool letters =
        (in_class("lower", low) && in_class("lower", high)) || (in_class("upper", low) && in_class("upper", high));
    if (!(digits || letters) || low > high) return false;
  }
  return true;
}

}  // namespace

void append_quoted(std::string& pattern, std::string_view literal) {
  for (char c : literal) {
    if (std::string_view("*?[]\\!^-()|+@").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
}

// Two-pointer matching: only the last star is ever tried again.
bool match_portable(std::string_view pattern, std::string_view subject) {
  size_t p = 0, s = 0, star = std::string_view::npos, star_subject = 0;
  while (s < subject.size()) {
    size_t length = 0;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_subject = s;
      continue;
    }
    if (p < pattern.size() && (length = match_one(pattern, p, subject[s])) != 0) {
      p += length;
      ++s;
      continue;
    }
    if (star == std::string_view::npos) return false;
    p = star + 1;
    s = ++star_subject;
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool portable(const Pattern& pattern, std::string_view subject) {
  const std::string& text = pattern.text;
  if (has_opaque(text) || has_opaque(subject)) return false;
  if (text.size() > kMaxPattern || subject.size() > kMaxSubject) return false;
  bool one_character = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '?') {
      one_character = true;
    } else if (text[i] == '[') {
      one_character = true;
      size_t length = bracket_length(text, i);
      if (length == 0) return false;
      if (!portable_bracket(std::string_view(text).substr(i, length))) return false;
      i += length - 1;
    } else if (text[i] == '(' && i > 0 && std::string_view("?*+@!").find(text[i - 1]) != std::string_view::npos) {
      return false;  // extglob
    }
  }
  // dash counts bytes, bash characters.
  return !one_character || std::all_of(subject.begin(), subject.end(), [](char c) { return (c & 0x80) == 0; });
}

std::optional<bool> matches(const Pattern& pattern, std::string_view subject) {
  if (pattern.text == "*") return true;
  if (!portable(pattern, subject)) return std::nullopt;
  return match_portable(pattern.text, subject);
}

std::optional<size_t> match_prefix(const Pattern& pattern, std::string_view subject, bool longest) {
  if (!portable(pattern, subject)) return std::nullopt;
  for (size_t i = 0; i <= subject.size(); ++i) {
    size_t length = longest ? subject.size() - i : i;
    if (match_portable(pattern.text, subject.substr(0, length))) return length;
  }
  return std::string_view::npos;
}

std::optional<size_t> match_suffix(const Pattern& pattern, std::string_view subject, bool longest) {
  if (!portable(pattern, subject)) return std::nullopt;
  for (size_t i = 0; i <= subject.size(); ++i) {
    size_t length = longest ? subject.size() - i : i;
    if (match_portable(pattern.text, subject.substr(subject.size() - length))) return length;
  }
  return std::string_view::npos;
}

}  // namespace brokergate::shell

#include "rules/kafka/shell/regex.h"

#include <algorithm>

#include "rules/kafka/opaque.h"

namespace brokergate::shell {
namespace {

constexpr size_t kMaxPattern = 256;
constexpr size_t kMaxSubject = 16 << 10;
constexpr size_t kMaxGroups = 10;

// glibc expands intervals and walks back for references: both can cost without
// bound. Ranges depend on the locale unless they are of digits or letters.
bool affordable(std::string_view pattern) {
  if (pattern.empty() || pattern.size() > kMaxPattern || has_opaque(pattern)) return false;
  size_t intervals = 0, nested = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i], next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if ((c & 0x80) != 0 || c == '\0') return false;
    if (c == '(' && ++nested > 16) return false;
    if (c == '\\' && next >= '1' && next <= '9') return false;
    if (c == '{' && ++intervals > 3) return false;
    if (c == '{') {
      size_t number = 0;
      for (size_t j = i + 1; j < pattern.size() && pattern[j] != '}'; ++j) {
        if (pattern[j] >= '0' && pattern[j] <= '9') number = number * 10 + static_cast<size_t>(pattern[j] - '0');
        if (pattern[j] == ',') number = 0;
        if (number > 16) return false;
      }
    }
    // \w and its kin are GNU's; musl and glibc read these four alike.
    if (c == '\\' && std::string_view("sSwW").find(next) == std::string_view::npos &&
        ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '<' || next == '>' || next == '`' ||
         next == '\'')) {
      return false;
    }
    if (c == '\\') ++i;
  }
  return true;
}

}  // namespace

Regex::Regex(const std::string& pattern, bool extended, bool ignore_case) : compiled_() {
  if (!affordable(pattern)) return;
  int flags = (extended ? REG_EXTENDED : 0) | (ignore_case ? REG_ICASE : 0);
  valid_ = regcomp(&compiled_, pattern.c_str(), flags) == 0;
}

Regex::~Regex() {
  if (valid_) regfree(&compiled_);
}

std::optional<std::vector<Regex::Match>> Regex::find(const std::string& subject, size_t from) const {
  if (!valid_ || subject.size() > kMaxSubject || from > subject.size() || has_opaque(subject) ||
      std::any_of(subject.begin(), subject.end(), [](char c) { return (c & 0x80) != 0 || c == '\0'; })) {
    return std::nullopt;
  }
  regmatch_t found[kMaxGroups];
  int flags = from == 0 ? 0 : REG_NOTBOL;
  std::vector<Match> matches;
  if (regexec(&compiled_, subject.c_str() + from, kMaxGroups, found, flags) != 0) return matches;
  for (size_t i = 0; i < kMaxGroups && i <= compiled_.re_nsub; ++i) {
    Match match;
    if (found[i].rm_so >= 0) {
      match = {from + static_cast<size_t>(found[i].rm_so), from + static_cast<size_t>(found[i].rm_eo)};
    }
    matches.push_back(match);
  }
  return matches;
}

std::optional<bool> Regex::search(const std::string& subject, std::vector<std::string>& groups) const {
  auto matches = find(subject);
  if (!matches) return std::nullopt;
  groups.clear();
  for (const Match& match : *matches) {
    groups.push_back(match.begin == std::string::npos ? std::string()
                                                      : subject.substr(match.begin, match.end - match.begin));
  }
  return !matches->empty();
}

std::string quote_regex(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (std::string_view(".[]()*+?{}|^$\\").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace brokergate::shell

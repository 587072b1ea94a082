#include "rules/kafka/shell/regex.h"

#include <algorithm>

#include "rules/kafka/opaque.h"

namespace brokergate::shell {
namespace {

constexpr size_t kMaxPattern = 256;
constexpr size_t kMaxSubject = 16 << 10;
constexpr size_t kMaxGroups = 10;

// Behind the bracket expression that begins at `at`.
size_t bracket_end(std::string_view pattern, size_t at) {
  ++at;
  if (at < pattern.size() && pattern[at] == '^') ++at;
  for (const size_t first = at; at < pattern.size(); ++at) {
    if (pattern[at] == ']' && at != first) return at + 1;
    if (pattern.substr(at, 2) != "[:") continue;
    at = std::min(pattern.find(":]", at + 2), pattern.size() - 2) + 1;
  }
  return pattern.size();
}

// The largest number of the interval at `at`, which is moved behind it.
size_t interval(std::string_view pattern, size_t& at) {
  size_t number = 0, most = 0;
  for (; at < pattern.size() && pattern[at] != '}'; ++at) {
    const bool digit = pattern[at] >= '0' && pattern[at] <= '9';
    number = digit ? std::min<size_t>(number * 10 + static_cast<size_t>(pattern[at] - '0'), 100'000) : 0;
    most = std::max(most, number);
  }
  return most;
}

// glibc makes copies of what an interval or a + stands behind, also of the copies that are
// in it.
bool grows_too_large(std::string_view pattern, bool extended) {
  constexpr size_t kMostCopies = 2048, kMostRepeats = 16;
  std::vector<size_t> outer;
  size_t sum = 0, last = 0;  // of the group that is read; of what a quantifier would stand behind
  bool repeated = false;     // a quantifier stands right before
  for (size_t at = 0; at < pattern.size();) {
    const bool escaped = pattern[at] == '\\' && at + 1 < pattern.size();
    const char c = pattern[at + (escaped ? 1 : 0)];
    const bool sign = escaped != extended;
    if (c == '[' && !escaped) {
      at = bracket_end(pattern, at);
      sum += last = 1;
      repeated = false;
      continue;
    }
    at += escaped ? 2 : 1;
    if ((c == '*' && !escaped) || (sign && (c == '+' || c == '?' || c == '{'))) {
      // What two in a row mean is not defined.
      if (repeated) return true;
      repeated = true;
      size_t times = c == '+' ? 2 : 1;
      if (c == '{') {
        times = interval(pattern, at) + 1;
        if (times > kMostRepeats + 1) return true;
        at = std::min(at + 1, pattern.size());
      }
      sum += last * (times - 1);
      last *= times;
      if (sum > kMostCopies) return true;
      continue;
    }
    repeated = false;
    if (sign && c == '(') {
      outer.push_back(sum);
      sum = last = 0;
    } else if (sign && c == ')' && !outer.empty()) {
      last = sum;
      sum += outer.back();
      outer.pop_back();
    } else {
      sum += last = 1;
    }
  }
  return false;
}

// References walk back without bound. Ranges depend on the locale unless they are of digits or
// letters.
bool affordable(std::string_view pattern, bool extended) {
  if (pattern.empty() || pattern.size() > kMaxPattern || has_opaque(pattern)) return false;
  size_t nested = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    char c = pattern[i], next = i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if ((c & 0x80) != 0 || c == '\0') return false;
    if (c == '(' && ++nested > 16) return false;
    if (c == '\\' && next >= '1' && next <= '9') return false;
    // \w and its kin are GNU's; musl and glibc read these four alike.
    if (c == '\\' && std::string_view("sSwW").find(next) == std::string_view::npos &&
        ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '<' || next == '>' || next == '`' ||
         next == '\'')) {
      return false;
    }
    if (c == '\\') ++i;
  }
  return !grows_too_large(pattern, extended);
}

}  // namespace

Regex::Regex(const std::string& pattern, bool extended, bool ignore_case) : compiled_() {
  if (!affordable(pattern, extended)) return;
  int flags = (extended ? REG_EXTENDED : 0) | (ignore_case ? REG_ICASE : 0);
  valid_ = regcomp(&compiled_, pattern.c_str(), flags) == 0;
}

Regex::~Regex() {
  if (valid_) regfree(&compiled_);
}

std::optional<std::vector<Regex::Match>> Regex::find(const std::string& subject, size_t from) const {
  // One subject is looked through from its beginning first.
  const auto unread = [](char c) { return (c & 0x80) != 0 || c == '\0' || c == '\x01' || c == '\x02'; };
  if (!valid_ || subject.size() > kMaxSubject || from > subject.size() ||
      (from == 0 && std::any_of(subject.begin(), subject.end(), unread))) {
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

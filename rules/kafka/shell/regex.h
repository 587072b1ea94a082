// POSIX regular expressions as sed, grep and [[ =~ ]] use them, for small
// patterns and texts; what could be expensive is refused.
#pragma once

#include <regex.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace brokergate::shell {

class Regex {
 public:
  Regex(const std::string& pattern, bool extended, bool ignore_case = false);
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;
  ~Regex();

  bool valid() const { return valid_; }
  size_t groups() const { return valid_ ? compiled_.re_nsub : 0; }

  struct Match {
    size_t begin = std::string::npos, end = std::string::npos;
  };
  // The leftmost longest match at or behind `from`, with its groups; an empty
  // list: none. nullopt: cannot be decided.
  std::optional<std::vector<Match>> find(const std::string& subject, size_t from = 0) const;
  // For [[ =~ ]]: groups as texts, those that took no part are empty.
  std::optional<bool> search(const std::string& subject, std::vector<std::string>& groups) const;

 private:
  regex_t compiled_;
  bool valid_ = false;
};

// `text` so that an extended expression matches just it.
std::string quote_regex(std::string_view text);

}  // namespace brokergate::shell

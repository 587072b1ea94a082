// What a sed pattern could find inside a value that only the cluster knows (an
// address, a namespace): such a value is looked at as one character, and an
// answer that depends on its text must not be given.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace brokergate::shell {

class AtomPattern {
 public:
  AtomPattern() = default;
  AtomPattern(std::string_view pattern, bool extended);

  // `masked`: a line whose atoms are one character each, for which `is_mask` is
  // true. True when a match could begin, end or lie within an atom.
  bool may_look_into(std::string_view masked, bool (*is_mask)(char)) const;

 private:
  // One character of a match: a literal, or '\0' for anything.
  using Run = std::string;
  bool parse(std::string_view pattern, bool extended);

  std::vector<Run> runs_;
  bool blind_ = false;  // true: all of the pattern was understood
};

}  // namespace brokergate::shell

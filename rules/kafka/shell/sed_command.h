// The s command of sed on one line, which may hold atoms (opaque.h).
#pragma once

#include <memory>
#include <string>

#include "rules/kafka/shell/atom_pattern.h"
#include "rules/kafka/shell/regex.h"

namespace brokergate::shell {

struct SedSubstitute {
  std::unique_ptr<Regex> pattern;  // null: a part of it is not known
  std::string lead;                // what every match begins with; empty: that is not known
  bool at_begin = false;           // of the line, and nowhere else
  bool open = false;               // there is more to the pattern than that
  bool classes = false;            // it tells characters apart, which an atom's are not known to be
  AtomPattern inside;              // what it could find in values that only the cluster knows
  std::string needle;              // what a line must hold for a pattern that is not known to match
  std::string reason;              // why it is not known
  std::string replacement;         // may hold atoms
  bool global = false, print = false;
  size_t occurrence = 1;
};

// Reads `pattern`; false when nothing can be said about what it matches.
bool read_sed_pattern(const std::string& pattern, bool extended, bool ignore_case, SedSubstitute& out);

// False: what becomes of the line cannot be known.
bool substitute(const SedSubstitute& command, std::string& line, bool& replaced);

// Of a line of which a part is not known: what is left of it when it may have been deleted.
void may_be_deleted(std::string& line);

// A line whose atoms are one character each, for patterns to look at. False: it cannot be.
class MaskedLine {
 public:
  explicit MaskedLine(const std::string& line);
  bool masked() const { return !atoms_.empty(); }
  bool fits() const { return fits_; }
  const std::string& text() const { return text_; }
  // Whether what `pattern` finds could depend on what an atom stands for.
  bool hides(const AtomPattern& pattern) const;
  std::string unmasked(std::string_view text) const;

 private:
  std::string text_;
  std::vector<std::string> atoms_;
  bool fits_ = true;
};

}  // namespace brokergate::shell

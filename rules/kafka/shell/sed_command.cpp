#include "rules/kafka/shell/sed_command.h"

#include <algorithm>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/set_line.h"
#include "rules/kafka/shell/state.h"

namespace brokergate::shell {
namespace {

constexpr char kFirstMask = '\x0e', kLastMask = '\x19';
constexpr size_t kMaxOutput = size_t{1} << 17;

bool plain_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_ =:/@,#%").find(c) != std::string_view::npos;
}

// The longest run of characters that every match holds, beside alternatives.
std::string needle_of(std::string_view pattern) {
  if (pattern.find_first_of("|(") != std::string_view::npos) return {};
  std::string best, run;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const bool repeated =
        i + 1 < pattern.size() && std::string_view("*?+{\\").find(pattern[i + 1]) != std::string_view::npos;
    if (plain_char(pattern[i]) && !repeated) {
      run += pattern[i];
      if (run.size() > best.size()) best = run;
      continue;
    }
    run.clear();
    if (pattern[i] == '[') i = std::min(pattern.find(']', i + 2), pattern.size());
    if (pattern[i] == '\x01') i = std::min(pattern.find('\x02', i), pattern.size());
  }
  return best;
}

// The group that `pattern` begins with, opened; false when it may be left out.
bool open_group(std::string_view& pattern, std::string_view open, std::string_view close) {
  int depth = 0;
  for (size_t i = 0; i < pattern.size(); ++i) {
    const std::string_view rest = pattern.substr(i);
    if (rest.starts_with(open)) ++depth;
    if (rest.starts_with(close) && --depth == 0) {
      const std::string_view after = rest.substr(close.size());
      if (!after.empty() && std::string_view("*?{\\").find(after.front()) != std::string_view::npos) return false;
      pattern.remove_prefix(open.size());
      return true;
    }
    if (pattern[i] == '[') return false;
    if (pattern[i] == '\\') ++i;
  }
  return false;
}

// What every match begins with, as far as it is plain text.
std::string lead_of(std::string_view pattern, bool extended) {
  if (pattern.find('|') != std::string_view::npos) return {};
  if (pattern.starts_with('^')) pattern.remove_prefix(1);
  const std::string_view open = extended ? "(" : "\\(", close = extended ? ")" : "\\)";
  if (pattern.starts_with(open) && !open_group(pattern, open, close)) return {};
  std::string lead;
  while (!pattern.empty()) {
    const bool escaped =
        pattern.size() > 1 && pattern[0] == '\\' && std::string_view("./-").find(pattern[1]) != std::string_view::npos;
    if (!escaped && !plain_char(pattern.front())) break;
    lead += pattern[escaped ? 1 : 0];
    pattern.remove_prefix(escaped ? 2 : 1);
  }
  // What follows may say how often the last one stands there.
  if (!pattern.empty() && std::string_view("*?+{\\").find(pattern.front()) != std::string_view::npos && !lead.empty())
    lead.pop_back();
  return lead;
}

// What stands before the first atom.
std::string_view known_part(std::string_view line) { return line.substr(0, line.find('\x01')); }

bool may_be_comment(std::string_view line) { return unknown_reason(line).starts_with(kMayNotSet); }

// Whether a match may begin in the key, or in the comment that the line may be, for all that is
// known of the rest.
bool may_reach_key(const SedSubstitute& command, std::string_view line) {
  const std::string_view known = known_part(line), key = key_of(line), lead = command.lead;
  if (lead.empty() || (may_be_comment(line) && std::string_view("# \t").find(lead.front()) != std::string_view::npos))
    return true;
  for (size_t at = 0; at < key.size(); ++at) {
    const std::string_view from = known.substr(at);
    if (lead.starts_with(from)) return true;
    // A match that begins with what is known may end there, which was looked for already.
    if (from.starts_with(lead) && command.open) return true;
    if (command.at_begin) break;
  }
  return false;
}

// False: cannot be known.
bool replace_in(const SedSubstitute& command, std::string& line, bool& replaced) {
  std::string out;
  size_t from = 0, copied = 0, seen = 0;
  bool after_match = false;
  replaced = false;
  while (from <= line.size()) {
    auto found = command.pattern->find(line, from);
    if (!found) return false;
    if (found->empty()) break;
    auto [begin, end] = (*found)[0];
    // An empty match right behind a match does not count.
    if (begin == end && after_match && begin == from) {
      after_match = false;
      if (from >= line.size()) break;
      ++from;
      continue;
    }
    ++seen;
    if (seen >= command.occurrence) {
      out += line.substr(copied, begin - copied);
      for (size_t i = 0; i < command.replacement.size(); ++i) {
        if (out.size() > kMaxOutput) return false;
        char c = command.replacement[i];
        if (c == '\x01') {
          const size_t close = std::min(command.replacement.find('\x02', i), command.replacement.size() - 1);
          out += command.replacement.substr(i, close + 1 - i);
          i = close;
        } else if (c == '&') {
          out += line.substr(begin, end - begin);
        } else if (c == '\\' && i + 1 < command.replacement.size()) {
          char next = command.replacement[++i];
          if (next >= '0' && next <= '9') {
            auto group = static_cast<size_t>(next - '0');
            if (group >= found->size()) return false;
            if ((*found)[group].begin != std::string::npos) {
              out += line.substr((*found)[group].begin, (*found)[group].end - (*found)[group].begin);
            }
          } else if (next == 'n') {
            out += '\n';
          } else if ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z')) {
            return false;
          } else {
            out += next;
          }
        } else {
          out += c;
        }
      }
      copied = end;
      replaced = true;
      if (!command.global) break;
    }
    after_match = begin != end;
    from = begin == end ? end + 1 : end;
    if (out.size() > kMaxOutput) return false;
  }
  if (replaced) line = out + line.substr(std::min(copied, line.size()));
  return true;
}

// sed refuses a replacement that names a group the pattern has not, whatever the lines are.
bool names_a_missing_group(const SedSubstitute& command) {
  const std::string& text = command.replacement;
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] != '\\') continue;
    ++i;
    if (text[i] >= '1' && text[i] <= '9' && static_cast<size_t>(text[i] - '0') > command.pattern->groups()) return true;
  }
  return false;
}

}  // namespace

MaskedLine::MaskedLine(const std::string& line) {
  for (size_t i = 0; i < line.size(); ++i) {
    if (line[i] >= kFirstMask && line[i] <= kLastMask) fits_ = false;
    if (line[i] != '\x01') {
      text_ += line[i];
      continue;
    }
    const size_t close = std::min(line.find('\x02', i), line.size() - 1);
    if (kFirstMask + static_cast<int>(atoms_.size()) > kLastMask) {
      fits_ = false;
      return;
    }
    text_ += static_cast<char>(kFirstMask + static_cast<int>(atoms_.size()));
    atoms_.push_back(line.substr(i, close + 1 - i));
    i = close;
  }
}

std::string MaskedLine::unmasked(std::string_view text) const {
  std::string out;
  for (char c : text) {
    const int index = c - kFirstMask;
    if (c >= kFirstMask && c <= kLastMask && index < static_cast<int>(atoms_.size())) {
      out += atoms_[static_cast<size_t>(index)];
    } else {
      out += c;
    }
  }
  return out;
}

bool MaskedLine::hides(const AtomPattern& pattern) const {
  return pattern.may_look_into(text_, [](char c) { return c >= kFirstMask && c <= kLastMask; });
}

bool read_sed_pattern(const std::string& pattern, bool extended, bool ignore_case, SedSubstitute& out) {
  if (has_opaque(pattern)) {
    out.needle = needle_of(pattern);
    out.reason = "a line that sed may change: " + unknown_reason(pattern);
    return out.needle.size() >= 4 && !ignore_case;
  }
  for (size_t i = 0; i + 1 < pattern.size(); ++i) {
    out.classes = out.classes || (pattern[i] == '[' && pattern[i + 1] != '^') ||
                  (pattern[i] == '\\' && std::string_view("wW").find(pattern[i + 1]) != std::string_view::npos);
  }
  if (!ignore_case) out.lead = lead_of(pattern, extended);
  if (!ignore_case) out.inside = AtomPattern(pattern, extended);
  out.at_begin = pattern.starts_with('^');
  out.open = out.lead.size() + (pattern.starts_with('^') ? 1 : 0) != pattern.size();
  out.pattern = std::make_unique<Regex>(pattern, extended, ignore_case);
  return out.pattern->valid() && !names_a_missing_group(out);
}

bool substitute(const SedSubstitute& command, std::string& line, bool& replaced) {
  replaced = false;
  if (!command.pattern) {
    if (line.find(command.needle) == std::string::npos) return true;
    const size_t key = line.find('=') + 1;
    if (key == 0 || line.find(command.needle) < key) return false;
    line = line.substr(0, key) + unknown_atom(command.reason);
    return !command.print;
  }
  const MaskedLine mask(line);
  if (!mask.masked()) return replace_in(command, line, replaced);
  if (!mask.fits() || command.classes) return false;
  std::string text = mask.text();
  if (!replace_in(command, text, replaced)) return false;
  const bool inside = !has_unknown(line) && mask.hides(command.inside);
  if (!has_unknown(line) && !inside) {
    line = mask.unmasked(text);
    return true;
  }
  // It may be printed, or not.
  if (command.print) return false;
  if (inside) {
    const std::string changed = unknown_atom("what sed makes of a value that only the cluster knows");
    const std::string set(key_of(line));
    const bool kept = !set.empty() && (replaced ? text.starts_with(set) : !may_reach_key(command, line));
    line = kept ? set + changed : changed;
    return true;
  }
  // What is not known may be what is replaced: of such a line no more than its key is.
  const std::string key(key_of(line));
  if (key.empty()) return true;
  if (replaced ? text.compare(0, key.size(), key) != 0 : may_reach_key(command, line)) {
    line = unknown_atom(unknown_reason(line));
  } else if (replaced) {
    line = key + unknown_atom(unknown_reason(line));
  }
  return true;
}

void may_be_deleted(std::string& line) { line = std::string(key_of(line)) + may_not_set(unknown_reason(line)); }

}  // namespace brokergate::shell

#include "rules/kafka/shell/atom_pattern.h"

#include <algorithm>

namespace brokergate::shell {
namespace {

// Addresses, and names of nodes, namespaces and domains: RFC 1123 labels, dots, colons.
bool in_atoms(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == ':'; }

struct Item {
  enum class Kind { kLiteral, kAny, kNone, kOther } kind = Kind::kOther;  // kNone: no character of an atom
  char literal = '\0';
};

// `pattern` begins behind the bracket, and is left behind the closing one.
Item bracket(std::string_view& pattern) {
  const bool negated = pattern.starts_with('^');
  size_t at = negated ? 1 : 0;
  bool touches = false, named = false;
  for (const size_t first = at; at < pattern.size() && (pattern[at] != ']' || at == first); ++at) {
    named = named || (pattern[at] == '[' && at + 1 < pattern.size() && pattern[at + 1] == ':');
    const bool range = pattern[at] == '-' && at != first && at + 1 < pattern.size() && pattern[at + 1] != ']';
    touches = touches || range || in_atoms(pattern[at]);
  }
  pattern.remove_prefix(std::min(at + 1, pattern.size()));
  if (named || touches) return {};
  return {negated ? Item::Kind::kAny : Item::Kind::kNone};
}

Item next_item(std::string_view& pattern) {
  const char c = pattern.front();
  pattern.remove_prefix(1);
  if (c == '.') return {Item::Kind::kAny};
  if (c == '[') return bracket(pattern);
  if (c != '\\' || pattern.empty()) return {Item::Kind::kLiteral, c};
  const char escaped = pattern.front();
  pattern.remove_prefix(1);
  if (escaped == 'S') return {Item::Kind::kAny};
  if (escaped == 's') return {Item::Kind::kNone};
  const bool letter = (escaped >= 'a' && escaped <= 'z') || (escaped >= 'A' && escaped <= 'Z');
  if (letter || (escaped >= '0' && escaped <= '9')) return {};
  return {Item::Kind::kLiteral, escaped};
}

// The quantifier at the front, taken off: '*' for any number, '?' for another one, '\0' for none.
char quantifier(std::string_view& pattern, bool extended) {
  if (pattern.starts_with('*')) {
    pattern.remove_prefix(1);
    return '*';
  }
  std::string_view rest = pattern;
  if (!extended) {
    if (!rest.starts_with('\\')) return '\0';
    rest.remove_prefix(1);
  }
  if (rest.empty() || std::string_view("+?{").find(rest.front()) == std::string_view::npos) return '\0';
  const char found = rest.front();
  rest.remove_prefix(1);
  if (found == '{') rest.remove_prefix(std::min(rest.find('}') + 1, rest.size()));
  pattern = rest;
  return found == '+' ? '*' : '?';
}

// So long a text of a manifest's own, `advertised-address-placeholder` say, is not
// what an address or a name of the cluster holds within.
constexpr size_t kPlaceholder = 16;
bool is_placeholder(const std::string& run) {
  return run.size() >= kPlaceholder && run.find('\0') == std::string::npos;
}

// Whether the rest of `run` from `j` on can be matched from masked[i] on, with
// an atom on the way. `steps`: what may still be tried; where it does not do, it may.
bool can_match(const std::string& run, size_t j, std::string_view masked, size_t i, bool used, bool (*is_mask)(char),
               size_t& steps) {
  while (true) {
    if (steps == 0) return true;
    --steps;
    if (j == run.size()) return used;
    if (i == masked.size()) return false;
    if (!is_mask(masked[i])) {
      if (run[j] != '\0' && run[j] != masked[i]) return false;
      ++i;
      ++j;
      continue;
    }
    for (size_t k = j; k < run.size() && (run[k] == '\0' || in_atoms(run[k]));) {
      ++k;
      if (j == 0 && k == run.size() && is_placeholder(run)) return false;
      if (k == run.size() || can_match(run, k, masked, i + 1, true, is_mask, steps)) return true;
    }
    return false;
  }
}

}  // namespace

AtomPattern::AtomPattern(std::string_view pattern, bool extended) { blind_ = parse(pattern, extended); }

bool AtomPattern::parse(std::string_view pattern, bool extended) {
  if (pattern.find('|') != std::string_view::npos) return false;
  if (pattern.starts_with('^')) pattern.remove_prefix(1);
  const std::string_view open = extended ? "(" : "\\(", close = extended ? ")" : "\\)";
  Run run;
  const auto end_run = [&] {
    if (!run.empty()) runs_.push_back(std::move(run));
    run.clear();
  };
  while (!pattern.empty() && pattern != "$") {
    if (pattern.starts_with(open)) {
      pattern.remove_prefix(open.size());
      continue;
    }
    if (pattern.starts_with(close)) {
      pattern.remove_prefix(close.size());
      if (quantifier(pattern, extended) != '\0') return false;
      continue;
    }
    const Item item = next_item(pattern);
    const char often = quantifier(pattern, extended);
    if (item.kind == Item::Kind::kOther) return false;
    if (often == '\0' && item.kind != Item::Kind::kNone) {
      run += item.kind == Item::Kind::kLiteral ? item.literal : '\0';
      continue;
    }
    end_run();
    // So many of what an atom is made of would count its characters.
    const bool of_atoms =
        item.kind == Item::Kind::kAny || (item.kind == Item::Kind::kLiteral && in_atoms(item.literal));
    if (of_atoms && (item.kind == Item::Kind::kLiteral || often != '*')) return false;
  }
  end_run();
  return true;
}

bool AtomPattern::may_look_into(std::string_view masked, bool (*is_mask)(char)) const {
  if (std::none_of(masked.begin(), masked.end(), is_mask)) return false;
  if (!blind_) return true;
  size_t steps = size_t{64} << 10;  // atoms side by side can share a run in very many ways
  for (const Run& run : runs_) {
    for (size_t i = 0; i < masked.size(); ++i) {
      // A match may also begin within the atom, which the first round of it covers.
      if (can_match(run, 0, masked, i, false, is_mask, steps)) return true;
    }
  }
  return false;
}

}  // namespace brokergate::shell

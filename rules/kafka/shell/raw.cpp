// Looking into the raw text of one word, for edits that keep its quoting.
#include "rules/kafka/shell/shell.h"

namespace brokergate::shell {
namespace {

// Walks a raw word. `next` moves over one character or one whole expansion.
class Walker {
 public:
  explicit Walker(std::string_view raw) : raw_(raw) {}

  bool done() const { return at_ >= raw_.size(); }
  size_t at() const { return at_; }
  Quoting quoting() const { return quoting_; }

  // True when the character stepped over was an ordinary one (not a quote, an
  // escape or an expansion).
  bool next() {
    char c = raw_[at_];
    if (quoting_ == Quoting::kSingle) {
      if (c == '\'') quoting_ = Quoting::kNone;
      ++at_;
      return c != '\'';
    }
    if (c == '\\') {
      at_ = std::min(raw_.size(), at_ + 2);
      return false;
    }
    if (c == '\'' && quoting_ == Quoting::kNone) {
      quoting_ = Quoting::kSingle;
      ++at_;
      return false;
    }
    if (c == '"') {
      quoting_ = quoting_ == Quoting::kDouble ? Quoting::kNone : Quoting::kDouble;
      ++at_;
      return false;
    }
    if (c == '`') {
      skip_backquotes();
      return false;
    }
    if (c == '$' && at_ + 1 < raw_.size() && (raw_[at_ + 1] == '{' || raw_[at_ + 1] == '(')) {
      skip_expansion();
      return false;
    }
    ++at_;
    return true;
  }

 private:
  void skip_backquotes() {
    for (++at_; at_ < raw_.size() && raw_[at_] != '`'; ++at_) {
      if (raw_[at_] == '\\') ++at_;
    }
    at_ = std::min(raw_.size(), at_ + 1);
  }

  // From `$(` or `${` to its end; quotes inside hide brackets. A counter stands
  // for the nesting, so that depth costs nothing.
  void skip_expansion() {
    size_t depth = 0;
    bool single = false, dbl = false;
    for (++at_; at_ < raw_.size(); ++at_) {
      char c = raw_[at_];
      if (single) {
        single = c != '\'';
        continue;
      }
      if (c == '\\') {
        ++at_;
      } else if (c == '"') {
        dbl = !dbl;
      } else if (c == '\'' && !dbl) {
        single = true;
      } else if (c == '(' || c == '{') {
        ++depth;
      } else if ((c == ')' || c == '}') && --depth == 0) {
        ++at_;
        return;
      }
    }
    at_ = std::min(raw_.size(), at_);
  }

  std::string_view raw_;
  size_t at_ = 0;
  Quoting quoting_ = Quoting::kNone;
};

}  // namespace

std::vector<Span> split_raw(std::string_view raw, char separator) {
  std::vector<Span> pieces;
  uint32_t begin = 0;
  Walker walker(raw);
  while (!walker.done()) {
    auto at = static_cast<uint32_t>(walker.at());
    if (walker.next() && raw[at] == separator) {
      pieces.push_back({begin, at});
      begin = at + 1;
    }
  }
  pieces.push_back({begin, static_cast<uint32_t>(raw.size())});
  return pieces;
}

Quoting quoting_at(std::string_view raw, uint32_t at) {
  Walker walker(raw);
  while (!walker.done() && walker.at() < at) walker.next();
  return walker.quoting();
}

}  // namespace brokergate::shell

#include "webhook/watch/pages.h"

#include <algorithm>
#include <utility>

namespace brokergate::webhook::watch {
namespace {

constexpr size_t kDeepest = 1000, kLongestKey = 64, kSpare = size_t{1} << 20;

bool white(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool opens(char c) { return c == '{' || c == '['; }
bool closes(char c) { return c == '}' || c == ']'; }

// Room that one large object has taken is not kept for good.
void empty(std::string& text) {
  text.clear();
  if (text.capacity() > kSpare) text.shrink_to_fit();
}

}  // namespace

Cut Page::feed(std::string_view piece) {
  bytes_ += piece.size();
  if (bytes_ > largest_page_) return Cut::kTooLarge;
  from_ = 0;
  for (size_t at = 0; at < piece.size(); ++at) {
    if (in_string_ && !escaped_ && piece[at] != '"' && piece[at] != '\\') continue;
    if (const Cut cut = character(piece[at], piece, at); cut != Cut::kFine) return cut;
  }
  if (kept_ != Kept::kNothing) {
    const size_t most = kept_ == Kept::kKey ? kLongestKey : largest_object_;
    before_.append(piece.substr(from_));
    if (before_.size() > most) return kept_ == Kept::kKey ? Cut::kBroken : Cut::kTooLarge;
  }
  return Cut::kFine;
}

Cut Page::character(char c, std::string_view piece, size_t at) {
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
      if (kept_ == Kept::kKey) return end_value(piece, at + 1);
    }
    return Cut::kFine;
  }
  if (white(c)) return Cut::kFine;
  if (state_ == State::kAfter) return Cut::kBroken;
  if (state_ == State::kBefore) {
    state_ = State::kMembers;
    depth_ = 1;
    return c == '{' ? Cut::kFine : Cut::kBroken;
  }
  if (c == '"') {
    in_string_ = true;
    if (depth_ != 1 || !key_ahead_) return in_items_ && depth_ == 2 ? Cut::kBroken : Cut::kFine;
    kept_ = Kept::kKey;
    from_ = at;
    before_.clear();
    return Cut::kFine;
  }
  if (opens(c)) {
    if (outside()) {
      if (const Cut cut = begin_value(c, at); cut != Cut::kFine) return cut;
    }
    return ++depth_ > kDeepest ? Cut::kBroken : Cut::kFine;
  }
  if (closes(c)) {
    --depth_;
    if (depth_ == 0) {
      state_ = State::kAfter;
      return c == '}' ? Cut::kFine : Cut::kBroken;
    }
    if (in_items_ && depth_ == 1) in_items_ = false;
    return kept_ != Kept::kNothing && outside() ? end_value(piece, at + 1) : Cut::kFine;
  }
  if (c == ',' && depth_ == 1) key_ahead_ = true;
  // Elements of `items` are objects; a list without any may be null.
  if (depth_ == 2 && in_items_ && c != ',') return Cut::kBroken;
  if (depth_ == 1 && c == 'n' && key_ == "\"items\"") has_items_ = true;
  return Cut::kFine;
}

Cut Page::begin_value(char c, size_t at) {
  if (depth_ == 1 && key_ahead_) return Cut::kBroken;
  if (in_items_) {
    if (c != '{') return Cut::kBroken;
    kept_ = Kept::kItem;
  } else if (key_ == "\"items\"") {
    if (c != '[' || has_items_) return Cut::kBroken;
    in_items_ = has_items_ = true;
    return Cut::kFine;
  } else if (key_ == "\"metadata\"") {
    if (c != '{' || !metadata_.empty()) return Cut::kBroken;
    kept_ = Kept::kMetadata;
  } else {
    return Cut::kFine;
  }
  from_ = at;
  before_.clear();
  return Cut::kFine;
}

Cut Page::end_value(std::string_view piece, size_t end) {
  std::string_view text = piece.substr(from_, end - from_);
  if (!before_.empty()) {
    before_.append(text);
    text = before_;
  }
  const Kept what = std::exchange(kept_, Kept::kNothing);
  bool taken = true;
  if (what == Kept::kKey) {
    key_ = text.substr(0, kLongestKey);
    key_ahead_ = false;
  } else if (text.size() > largest_object_) {
    return Cut::kTooLarge;
  } else if (what == Kept::kMetadata) {
    metadata_ = text;
  } else {
    taken = on_item_(text);
  }
  empty(before_);
  return taken ? Cut::kFine : Cut::kBroken;
}

Cut Lines::feed(std::string_view piece) {
  while (!piece.empty()) {
    const size_t end = piece.find('\n');
    if (before_.size() + std::min(end, piece.size()) > largest_) return Cut::kTooLarge;
    if (end == std::string_view::npos) {
      before_.append(piece);
      return Cut::kFine;
    }
    std::string_view line = piece.substr(0, end);
    piece.remove_prefix(end + 1);
    if (!before_.empty()) {
      before_.append(line);
      line = before_;
    }
    const bool blank = std::all_of(line.begin(), line.end(), white);
    const bool taken = blank || on_line_(line);
    empty(before_);
    if (!taken) return Cut::kBroken;
  }
  return Cut::kFine;
}

}  // namespace brokergate::webhook::watch


#include <algorithm>

#include "rules/document/reader.h"

namespace brokergate::document {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// `---` or `...` with nothing but white space right after it.
bool marker(std::string_view text, uint32_t at, std::string_view mark) {
  if (text.compare(at, 3, mark) != 0) return false;
  return at + 3 == text.size() || blank(text[at + 3]);
}

uint32_t next_line(std::string_view text, uint32_t at) {
  const size_t end = text.find('\n', at);
  return static_cast<uint32_t>(end == std::string_view::npos ? text.size() : end + 1);
}

// Where the document's own text begins behind its `---`.
uint32_t after_marker(std::string_view text, uint32_t at) {
  uint32_t i = at + 3;
  while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
  if (i < text.size() && text[i] == '#')
    i = static_cast<uint32_t>(std::min(text.find_first_of("\r\n", i), text.size()));
  if (i < text.size() && text[i] == '\r') ++i;
  if (i < text.size() && text[i] == '\n') ++i;
  return i;
}

}  // namespace

Splitter::Splitter(std::string_view text, uint32_t begin) : text_(text), at_(begin) {}

bool Splitter::next(Piece& piece) {
  if (at_ >= text_.size()) return false;
  piece.feed = piece.begin = at_;
  uint32_t line = at_;
  while (line < text_.size()) {
    const char first = text_[line];
    const uint32_t this_line = line;
    line = next_line(text_, line);
    if (first == '-' && marker(text_, this_line, "---")) {
      if (bare_ || this_line == piece.feed) {
        piece.begin = after_marker(text_, this_line);
        bare_ = false;
        continue;
      }
      piece.end = at_ = this_line;
      return true;
    }
    if (first == '.' && marker(text_, this_line, "...")) {
      piece.end = this_line;
      at_ = line;
      bare_ = true;
      return true;
    }
    if (bare_ && first != '%' && first != '#' && !blank(first)) bare_ = false;
    if (bare_ && blank(first)) {
      const size_t content = text_.substr(0, line).find_first_not_of(" \t\r\n", this_line);
      // An indented comment or nothing leaves the start bare.
      if (content != std::string_view::npos && text_[content] != '#') bare_ = false;
    }
  }
  piece.end = at_ = static_cast<uint32_t>(text_.size());
  return true;
}

}  // namespace brokergate::document

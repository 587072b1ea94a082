// Where things stand in the bytes of a document: lines, indentation, and the
// places around a value that the tree does not keep (dash, colon, anchor).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "brokergate/document.h"

namespace brokergate::text {

constexpr size_t kNone = static_cast<size_t>(-1);

inline bool is_break(char c) { return c == '\n' || c == '\r'; }
inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

// A literal (|) or folded (>) scalar, line by line.
struct BlockScalar {
  struct Line {
    size_t begin = 0, end = 0, next = 0;  // next: after the line break
  };
  size_t begin = 0;       // of the indicator
  size_t header_end = 0;  // after indicator, indentation digit and chomping
  bool folded = false;
  char chomping = ' ';  // '-', '+' or ' ' (clip)
  size_t chomping_at = kNone;
  size_t digit = 0;         // explicit indentation, 0 when found out
  size_t indent = 0;        // of the content; 0 when there is none
  std::vector<Line> lines;  // all lines, with blank ones at the end
  size_t content = 0;       // how many of them there are up to the last that is not blank
};

class Layout {
 public:
  explicit Layout(std::string_view text);

  std::string_view text() const { return text_; }
  // The line break this text uses ("\n" when it has none).
  std::string_view eol() const { return eol_; }
  char at(size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }
  std::string_view slice(size_t begin, size_t end) const { return text_.substr(begin, end - begin); }

  size_t line_begin(size_t offset) const;  // a byte order mark is in no line
  size_t line_end(size_t offset) const;    // before the line break
  size_t next_line(size_t offset) const;   // after it
  size_t column(size_t offset) const { return offset - line_begin(offset); }
  bool own_line(size_t offset) const;  // only blanks stand before it
  bool same_line(size_t a, size_t b) const { return line_end(a) == line_end(b); }
  // The blanks that its line begins with.
  std::string_view indentation(size_t offset) const;

  size_t skip_blanks(size_t offset) const;
  size_t skip_space(size_t offset) const;  // blanks and line breaks
  size_t skip_gap(size_t offset) const;    // and comments

  // The dash of an element, the key (or its `?`) of an entry of a block
  // container; kNone when it is not found.
  size_t entry_begin(const Node& child) const;
  // Behind the last byte of a value, its trailing comment aside.
  size_t content_end(const Node& node) const;
  // Behind colon or dash and the anchor and tag that follow it: where the value
  // may be written. kNone when there is no such place (`? key` or `{key}`).
  size_t slot(const Node& child) const;
  // First byte of the value; slot() when it has none.
  size_t value_begin(const Node& node) const;
  size_t value_end(const Node& node) const;
  // The anchor's name; empty when it has none.
  std::string_view anchor(const Node& node) const;
  // Column that a block scalar at this place must be indented from; -1 at the root.
  ptrdiff_t parent_indent(const Node& child) const;
  BlockScalar block_scalar(const Node& node) const;

 private:
  size_t indicator_end(const Node& child) const;
  size_t skip_properties(size_t offset) const;

  std::string_view text_;
  std::string_view eol_ = "\n";
  size_t start_ = 0;  // behind the byte order mark
  // Where the line breaks are: a line may be a whole minified file, and every change asks for its ends.
  std::vector<size_t> breaks_;
};

inline bool in_flow(const Node& child) { return child.parent && child.parent->style == Style::kFlow; }
inline bool is_container(const Node& node) { return node.kind == Kind::kMap || node.kind == Kind::kSeq; }
// True for a container that is written in lines of its own, not in brackets.
inline bool is_block(const Node& node) { return !node.alias && is_container(node) && node.style == Style::kBlock; }
// The last child that has bytes here, or null.
const Node* last_own_child(const Node& container);

}  // namespace brokergate::text

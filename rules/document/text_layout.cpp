#include "rules/document/text_layout.h"

#include <algorithm>
#include <iterator>

namespace brokergate::text {

const Node* last_own_child(const Node& container) {
  for (uint32_t i = container.count; i > 0; --i) {
    if (!container.children[i - 1].merged) return &container.children[i - 1];
  }
  return nullptr;
}

Layout::Layout(std::string_view text) : text_(text) {
  if (text.starts_with("\xEF\xBB\xBF")) start_ = 3;
  const size_t first = text.find_first_of("\r\n");
  if (first != std::string_view::npos && text[first] == '\r') eol_ = at(first + 1) == '\n' ? "\r\n" : "\r";
  for (size_t at = first; at < text.size(); at = text.find_first_of("\r\n", at + 1)) breaks_.push_back(at);
}

size_t Layout::line_begin(size_t offset) const {
  if (offset <= start_) return offset;
  const auto after = std::lower_bound(breaks_.begin(), breaks_.end(), offset);
  return after == breaks_.begin() ? start_ : std::max(*std::prev(after) + 1, start_);
}

size_t Layout::line_end(size_t offset) const {
  if (offset >= text_.size()) return offset;
  const auto found = std::lower_bound(breaks_.begin(), breaks_.end(), offset);
  return found == breaks_.end() ? text_.size() : *found;
}

size_t Layout::next_line(size_t offset) const {
  offset = line_end(offset);
  if (at(offset) == '\r' && at(offset + 1) == '\n') return offset + 2;
  return std::min(offset + 1, text_.size());
}

bool Layout::own_line(size_t offset) const { return skip_blanks(line_begin(offset)) >= offset; }

std::string_view Layout::indentation(size_t offset) const {
  const size_t begin = line_begin(offset);
  return slice(begin, skip_blanks(begin));
}

size_t Layout::skip_blanks(size_t offset) const {
  while (is_blank(at(offset))) ++offset;
  return offset;
}

size_t Layout::skip_space(size_t offset) const {
  while (is_blank(at(offset)) || is_break(at(offset))) ++offset;
  return offset;
}

size_t Layout::skip_gap(size_t offset) const {
  for (;;) {
    const size_t next = skip_space(offset);
    // A # begins a comment behind white space only.
    const bool comment = at(next) == '#' && (next == start_ || is_blank(text_[next - 1]) || is_break(text_[next - 1]));
    if (!comment) return next;
    offset = line_end(next);
  }
}

size_t Layout::skip_properties(size_t offset) const {
  for (;;) {
    const size_t next = skip_blanks(offset);
    if (at(next) != '&' && at(next) != '!') return offset;
    offset = next;
    const auto ends = [&](char c) {
      return c == '\0' || is_blank(c) || is_break(c) || c == ',' || c == ']' || c == '}';
    };
    while (!ends(at(offset))) ++offset;
  }
}

size_t Layout::entry_begin(const Node& child) const {
  const Node& parent = *child.parent;
  if (parent.kind == Kind::kMap) {
    // The anchor or tag of the first key stands where the map begins.
    const bool marked =
        child.index == 0 && parent.begin < child.key_begin && (at(parent.begin) == '&' || at(parent.begin) == '!');
    if (marked && same_line(parent.begin, child.key_begin)) return parent.begin;
    size_t before = child.key_begin;
    while (before > start_ && is_blank(text_[before - 1])) --before;
    const bool explicit_key = before > start_ && text_[before - 1] == '?' && before < child.key_begin &&
                              (before - 1 == start_ || is_blank(text_[before - 2]) || is_break(text_[before - 2]));
    return explicit_key ? before - 1 : child.key_begin;
  }
  const size_t from = skip_gap(child.index > 0 ? content_end(parent.children[child.index - 1]) : parent.begin);
  return at(from) == '-' ? from : kNone;
}

size_t Layout::indicator_end(const Node& child) const {
  if (!child.parent) return kNone;
  if (child.parent->kind == Kind::kMap) {
    const size_t colon = skip_gap(child.key_end);
    return at(colon) == ':' ? colon + 1 : kNone;
  }
  if (in_flow(child)) return kNone;
  const size_t dash = entry_begin(child);
  return dash == kNone ? kNone : dash + 1;
}

size_t Layout::slot(const Node& child) const {
  const size_t begin = indicator_end(child);
  return begin == kNone ? kNone : skip_properties(begin);
}

size_t Layout::value_begin(const Node& node) const {
  if (node.begin < node.end) return node.begin;
  // Where an empty value is said to stand may be behind the blanks that follow.
  const size_t place = slot(node);
  return place == kNone ? node.begin : place;
}

size_t Layout::value_end(const Node& node) const { return node.begin < node.end ? node.end : value_begin(node); }

std::string_view Layout::anchor(const Node& node) const {
  size_t begin = indicator_end(node);
  begin = skip_blanks(begin == kNone ? node.begin : begin);
  const std::string_view properties = slice(begin, skip_properties(begin));
  const size_t mark = properties.find('&');
  if (mark == std::string_view::npos) return {};
  const std::string_view name = properties.substr(mark + 1);
  return name.substr(0, name.find_first_of(" \t"));
}

size_t Layout::content_end(const Node& node) const {
  if (node.alias || !is_container(node)) {
    if (!node.alias && (node.style == Style::kLiteral || node.style == Style::kFolded)) {
      const BlockScalar scalar = block_scalar(node);
      const size_t lines = scalar.chomping == '+' ? scalar.lines.size() : scalar.content;
      return lines > 0 ? scalar.lines[lines - 1].end : scalar.header_end;
    }
    return node.end;
  }
  if (node.style == Style::kFlow) return node.end;
  // A `<<` entry is no node: it is found as text behind the last one.
  const Node* last = last_own_child(node);
  const size_t known = last ? content_end(*last) : line_end(node.begin);
  size_t end = std::min<size_t>(node.end, text_.size());
  for (;;) {
    while (end > known && (is_break(text_[end - 1]) || is_blank(text_[end - 1]))) --end;
    if (end <= line_end(known)) return known;
    const size_t begin = line_begin(end);
    if (at(skip_blanks(begin)) != '#') return end;
    end = begin;
  }
}

ptrdiff_t Layout::parent_indent(const Node& child) const {
  if (!child.parent) return -1;
  // All dashes of a list stand in one column.
  const size_t begin = entry_begin(child.parent->kind == Kind::kSeq ? child.parent->children[0] : child);
  return begin == kNone ? -1 : static_cast<ptrdiff_t>(column(begin));
}

BlockScalar Layout::block_scalar(const Node& node) const {
  BlockScalar out;
  out.begin = value_begin(node);
  out.folded = at(out.begin) == '>';
  size_t offset = out.begin + 1;
  for (; at(offset) == '-' || at(offset) == '+' || (at(offset) >= '1' && at(offset) <= '9'); ++offset) {
    if (at(offset) == '-' || at(offset) == '+') {
      out.chomping = at(offset);
      out.chomping_at = offset;
    } else {
      out.digit = static_cast<size_t>(at(offset) - '0');
    }
  }
  out.header_end = offset;
  const ptrdiff_t parent = parent_indent(node);
  if (out.digit > 0) out.indent = out.digit + static_cast<size_t>(std::max<ptrdiff_t>(parent, 0));
  const size_t least = static_cast<size_t>(std::max<ptrdiff_t>(parent + 1, 1));
  for (size_t line = next_line(offset); line < text_.size();) {
    BlockScalar::Line found{line, line_end(line), next_line(line)};
    size_t spaces = 0;
    while (at(line + spaces) == ' ') ++spaces;
    const bool blank = line + spaces == found.end;
    if (!blank && out.indent == 0 && spaces >= least) out.indent = spaces;
    if (!blank && (out.indent == 0 || spaces < out.indent)) break;
    out.lines.push_back(found);
    if (!blank || (out.indent > 0 && spaces > out.indent)) out.content = out.lines.size();
    line = found.next;
  }
  if (out.content == 0 && out.digit == 0) out.indent = 0;
  return out;
}

}  // namespace brokergate::text

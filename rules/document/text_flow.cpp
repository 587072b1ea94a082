// Entries of maps and lists in brackets: JSON, and flow style in YAML.
#include <algorithm>

#include "rules/document/text_edit.h"

namespace brokergate::text {
namespace {

std::string separator(const FlowStyle& style) {
  return style.spread ? "," + std::string(style.eol) + style.indent : style.comma;
}

std::string join_flow(const std::vector<const Node*>& added, bool keyed, const FlowStyle& style) {
  FlowStyle inner = style;
  inner.spread = style.spread && style.json;
  std::string out;
  for (const Node* item : added) {
    if (!out.empty()) out += separator(style);
    out += flow_entry(*item, keyed, inner);
  }
  return out;
}

}  // namespace

// The style of what stands as an entry in `container`; its `indent` is that of
// the lines of the entries.
FlowStyle TextEditor::flow_style(const Node& container) const {
  FlowStyle style;
  style.json = json_;
  style.eol = layout_.eol();
  for (const Node* node = &container; node && node->style == Style::kFlow && !node->alias; node = node->parent) {
    const Node* last = last_own_child(*node);
    if (!last) continue;
    const bool map = node->kind == Kind::kMap;
    const size_t begin = map ? last->key_begin : last->begin;
    style.spread = layout_.own_line(begin);
    style.indent = layout_.indentation(begin);
    if (style.spread) {
      const std::string_view outer = layout_.indentation(node->begin);
      if (style.indent.size() > outer.size() && style.indent.starts_with(outer))
        style.step = style.indent.substr(outer.size());
    }
    if (map) {
      style.json = json_ || layout_.at(last->key_begin) == '"';
      const size_t value = layout_.value_begin(*last);
      const std::string_view gap = value > last->key_end ? layout_.slice(last->key_end, value) : std::string_view{};
      if (gap.find_first_not_of(" :") == std::string_view::npos && std::count(gap.begin(), gap.end(), ':') == 1)
        style.colon = gap;
    }
    if (json_ && style.colon == ":") style.comma = ",";
    if (last->index > 0 && !style.spread) style.comma = is_blank(layout_.at(begin - 1)) ? ", " : ",";
    break;
  }
  if (style.json && !json_ && style.colon == ":") style.colon = ": ";
  return style;
}

void TextEditor::edit_flow(const Change& change, const Node& now) {
  const Node& node = *change.node;
  const size_t open = layout_.value_begin(node), close = node.end - 1;
  const bool map = node.kind == Kind::kMap;
  if (layout_.skip_space(open + 1) == close) return replace(node, now);

  Pieces pieces = pieces_of(change, now);
  std::vector<Piece>& own = pieces.own;
  if (!error_.empty()) return;
  const size_t count = own.size();
  size_t cursor = open + 1, comma = kNone;
  size_t kept = 0;  // how many up to the last that stays
  for (size_t i = 0; i < count; ++i) {
    Piece& piece = own[i];
    piece.begin = map ? layout_.entry_begin(*piece.old) : layout_.skip_gap(cursor);
    const size_t slot = layout_.slot(*piece.old);
    piece.end = std::max<size_t>(layout_.value_end(*piece.old), map ? piece.old->key_end : 0);
    if (map && piece.old->begin == piece.old->end) piece.end = slot == kNone ? piece.old->key_end : slot;
    comma = layout_.skip_gap(piece.end);
    if (layout_.at(comma) != ',') comma = kNone;
    cursor = comma == kNone ? piece.end : comma + 1;
    if (!piece.gone()) kept = i + 1;
  }
  const FlowStyle style = flow_style(node);
  const bool brackets = layout_.at(open) == (map ? '{' : '[') && layout_.at(close) == (map ? '}' : ']');
  if (!brackets || count == 0 || (pieces.merges && kept < count)) {
    // `[key: value]`, or a merge key beside what goes: written anew as a whole.
    FlowStyle whole = style;
    whole.spread = false;
    return put(open, node.end, flow_text(Value(&now), whole));
  }
  std::vector<const Node*> tail;
  for (size_t i = kept; i <= count; ++i) tail.insert(tail.end(), pieces.added[i].begin(), pieces.added[i].end());
  if (kept == 0) {
    if (tail.empty()) return put(open + 1, close, "");
    return put(own[0].begin, own[count - 1].end, join_flow(tail, map, style));
  }
  for (size_t i = 0; i < kept; ++i) {
    const Piece& piece = own[i];
    if (!pieces.added[i].empty())
      put(piece.begin, piece.begin, join_flow(pieces.added[i], map, style) + separator(style));
    if (!piece.gone()) {
      if (piece.change) visit(*piece.change, *piece.now);
      continue;
    }
    // With its comma and the comment on its line; comments above the next stay.
    size_t end = layout_.skip_gap(piece.end) + 1;
    if (layout_.at(layout_.skip_blanks(end)) == '#') end = layout_.line_end(end);
    put(piece.begin, std::min(layout_.skip_space(end), own[i + 1].begin), "");
  }
  if (kept < count && !tail.empty()) return put(own[kept].begin, own[count - 1].end, join_flow(tail, map, style));
  if (kept < count) return cut_tail(node, pieces, kept);
  if (!tail.empty()) append_to_flow(node, pieces, style, comma);
}

void TextEditor::append_to_flow(const Node& node, const Pieces& pieces, const FlowStyle& style, size_t comma) {
  const std::string text = join_flow(pieces.added.back(), node.kind == Kind::kMap, style);
  const std::string line = std::string(style.eol) + style.indent;
  const size_t end = pieces.own.back().end;
  if (pieces.merges && comma != kNone && layout_.skip_gap(comma + 1) != node.end - 1) {
    // The last that has a node is not the last that is written.
    const size_t close = node.end - 1;
    size_t behind = close;
    while (behind > comma && (is_blank(layout_.at(behind - 1)) || is_break(layout_.at(behind - 1)))) --behind;
    return put(behind, behind, (layout_.at(behind - 1) == ',' ? " " : ", ") + text);
  }
  if (comma != kNone) {
    if (!style.spread) return put(comma + 1, comma + 1, " " + text);
    const size_t stop = layout_.line_end(comma);
    return put(stop, stop, line + text + ",");
  }
  const size_t stop = layout_.line_end(end);
  // `key:` without a value needs a space before the comma.
  const std::string gap = layout_.at(end - 1) == ':' ? " " : "";
  if (!style.spread) return put(end, end, gap + style.comma + text);
  if (layout_.at(layout_.skip_blanks(end)) != '#') return put(end, end, gap + "," + line + text);
  put(end, end, gap + ",");
  put(stop, stop, line + text);
}

// The entries from `kept` on go, and the comma before them.
void TextEditor::cut_tail(const Node&, const Pieces& pieces, size_t kept) {
  const size_t comma = layout_.skip_gap(pieces.own[kept - 1].end);
  size_t end = pieces.own.back().end;
  const size_t trailing = layout_.skip_gap(end);
  if (layout_.at(trailing) == ',') end = trailing + 1;
  if (layout_.same_line(comma, pieces.own[kept].begin)) return put(comma, end, "");
  put(comma, comma + 1, "");
  const size_t rest = layout_.skip_blanks(end);
  if (layout_.at(rest) == '#') end = layout_.line_end(rest);
  put(layout_.line_end(comma), end, "");
}

}  // namespace brokergate::text

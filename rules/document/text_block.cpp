// Entries of maps and lists that are written in lines of their own.
#include <algorithm>

#include "rules/document/text_edit.h"

namespace brokergate::text {

size_t TextEditor::block_column(const Node& node) const {
  const size_t begin = layout_.entry_begin(node);
  return begin == kNone ? 0 : layout_.column(begin);
}

namespace {

// Looks for a list below a key, to indent as it does.
const Node* find_list(const Node& node, int& patience) {
  if (node.alias || --patience < 0) return nullptr;
  for (const Node& child : Value(&node).children()) {
    if (child.merged) continue;
    if (node.kind == Kind::kMap && child.kind == Kind::kSeq && is_block(child)) return &child;
    if (const Node* found = find_list(child, patience)) return found;
  }
  return nullptr;
}

}  // namespace

BlockStyle TextEditor::block_style(const Node& container) const {
  BlockStyle style;
  style.eol = layout_.eol();
  bool step_known = false, list_known = false, gap_known = false;
  const auto learn = [&](const Node& node) {
    constexpr size_t kMost = 50;  // the first tell enough of a long list
    const auto children = Value(&node).children();
    for (const Node& child : children.first(std::min(children.size(), kMost))) {
      if (child.merged || !is_block(child) || child.count == 0 || !last_own_child(child)) continue;
      const size_t begin = layout_.value_begin(child);
      const size_t outer = block_column(child), inner = layout_.column(begin);
      const bool own = layout_.own_line(begin);
      if (node.kind == Kind::kSeq && !own && !gap_known && inner > outer + 1) {
        style.dash_gap = inner - outer;
        gap_known = true;
      } else if (node.kind == Kind::kMap && own && child.kind == Kind::kMap && !step_known && inner > outer) {
        style.step = inner - outer;
        step_known = true;
      } else if (node.kind == Kind::kMap && own && child.kind == Kind::kSeq && !list_known && inner >= outer) {
        style.list_offset = inner - outer;
        list_known = true;
      }
    }
  };
  for (const Node* node = &container; node; node = node->parent) {
    if (is_block(*node)) learn(*node);
  }
  int patience = 10'000;
  const Node* list = list_known ? nullptr : find_list(*plan_.root.node, patience);
  if (list) {
    const size_t outer = block_column(*list), inner = layout_.column(layout_.value_begin(*list));
    if (inner >= outer) style.list_offset = inner - outer;
  }
  if (const Node* last = container.kind == Kind::kMap ? last_own_child(container) : nullptr) {
    if (layout_.at(last->key_begin) == '"') style.key_quotes = Quotes::kDouble;
    if (layout_.at(last->key_begin) == '\'') style.key_quotes = Quotes::kSingle;
  }
  return style;
}

std::string TextEditor::join(const std::vector<const Node*>& added, const Node& node, size_t column) {
  const BlockStyle style = block_style(node);
  std::string out;
  for (const Node* item : added) {
    if (!out.empty()) out.append(style.eol).append(column, ' ');
    const auto as_written = moved_.find(item);
    out += as_written != moved_.end() ? as_written->second : block_entry(*item, node.kind == Kind::kMap, column, style);
  }
  return out;
}

// Comments that are indented more than the entry before them belong to it.
size_t TextEditor::behind_comments(size_t line, size_t column) const {
  for (;;) {
    const size_t first = layout_.skip_blanks(line);
    if (layout_.at(first) != '#' || first - line <= column) return line;
    line = layout_.next_line(line);
  }
}

// Comments right above an entry, in its column, belong to it.
size_t TextEditor::before_comments(size_t line, size_t column) const {
  while (line > 0) {
    size_t above = line - 1;
    if (above > 0 && layout_.at(above) == '\n' && layout_.at(above - 1) == '\r') --above;
    above = layout_.line_begin(above);
    const size_t first = layout_.skip_blanks(above);
    if (above >= line || layout_.at(first) != '#' || first - above != column) break;
    line = above;
  }
  return line;
}

void TextEditor::insert_lines(const std::vector<const Node*>& added, const Node& node, size_t at, size_t column) {
  const std::string indent(column, ' '), eol(layout_.eol());
  std::string text = indent + join(added, node, column);
  if (at > 0 && at == layout_.text().size() && !is_break(layout_.at(at - 1))) return put(at, at, eol + text);
  put(at, at, text + eol);
}

TextEditor::Lines TextEditor::lines_of(const Piece& piece, size_t column) const {
  return {before_comments(layout_.line_begin(piece.begin), column), behind_comments(piece.next, column)};
}

// Its lines mean the same elsewhere: they hold nothing but it, and no anchor or alias.
bool TextEditor::can_move(const Piece& piece) const {
  const std::string_view text = layout_.text().substr(piece.begin, piece.next - piece.begin);
  return piece.gone() && layout_.own_line(piece.begin) && text.find_first_of("&*") == std::string_view::npos &&
         (piece.change == nullptr || piece.change->removed());
}

// A removed element that comes back unchanged at another place of its list is moved: with
// its comments and quotes.
void TextEditor::find_moved(const Node& node, const Pieces& pieces, size_t column) {
  if (node.kind != Kind::kSeq) return;
  for (const Piece& piece : pieces.own) {
    if (!can_move(piece)) continue;
    for (const auto& some : pieces.added) {
      const auto same = std::find_if(some.begin(), some.end(), [&](const Node* item) {
        return !moved_.contains(item) && same_value(Value(item), Value(piece.old));
      });
      if (same == some.end()) continue;
      const Lines lines = lines_of(piece, column);
      std::string_view text = layout_.text().substr(lines.begin, lines.end - lines.begin);
      text.remove_prefix(std::min(column, text.size()));
      while (!text.empty() && is_break(text.back())) text.remove_suffix(1);
      moved_.emplace(*same, text);
      moved_away_.insert(piece.old);
      break;
    }
  }
}

void TextEditor::edit_block(const Change& change, const Node& now) {
  const Node& node = *change.node;
  Pieces pieces = pieces_of(change, now);
  std::vector<Piece>& own = pieces.own;
  for (Piece& piece : own) {
    piece.begin = layout_.entry_begin(*piece.old);
    if (piece.begin == kNone) fail(*piece.old, "the dash of the list element was not found");
    if (!error_.empty()) return;
    piece.end = layout_.content_end(*piece.old);
    piece.stop = layout_.line_end(piece.end);
    piece.next = layout_.next_line(piece.stop);
  }
  const size_t column = layout_.column(own.empty() ? layout_.value_begin(node) : own[0].begin);
  const bool all_gone =
      !own.empty() && !pieces.merges && std::all_of(own.begin(), own.end(), [](const Piece& p) { return p.gone(); });
  if (all_gone) return empty_block(node, pieces, column);
  find_moved(node, pieces, column);

  size_t i = 0;
  if (!own.empty() && own[0].gone() && !layout_.own_line(own[0].begin)) i = cut_front(node, pieces, column);
  for (; i < own.size(); ++i) {
    const Piece& piece = own[i];
    const std::vector<const Node*>& added = pieces.added[i];
    if (added.empty()) {
      // nothing new before it
    } else if (i > 0) {
      insert_lines(added, node, behind_comments(own[i - 1].next, column), column);
    } else if (layout_.own_line(piece.begin)) {
      insert_lines(added, node, before_comments(layout_.line_begin(piece.begin), column), column);
    } else {
      put(piece.begin, piece.begin, join(added, node, column).append(layout_.eol()).append(column, ' '));
    }
    if (!piece.gone()) {
      if (piece.change) visit(*piece.change, *piece.now);
    } else if (moved_away_.contains(piece.old)) {
      const Lines lines = lines_of(piece, column);
      put(lines.begin, lines.end, "");
    } else if (i + 1 == own.size() && !pieces.added[i + 1].empty() && !pieces.merges) {
      return put(piece.begin, piece.stop, join(pieces.added[i + 1], node, column));
    } else {
      put(layout_.line_begin(piece.begin), piece.next, "");
    }
  }
  if (!pieces.added.back().empty()) append_to_block(node, pieces, column);
}

// Nothing of what was there stays: {} or [] or only what is new.
void TextEditor::empty_block(const Node& node, const Pieces& pieces, size_t column) {
  const std::vector<Piece>& own = pieces.own;
  std::vector<const Node*> added;
  for (const auto& some : pieces.added) added.insert(added.end(), some.begin(), some.end());
  const std::string brackets = node.kind == Kind::kMap ? "{}" : "[]";
  size_t lines_from = 1;
  if (!added.empty()) {
    put(own[0].begin, own[0].stop, join(added, node, column));
  } else if (!node.parent || !layout_.own_line(own[0].begin)) {
    put(own[0].begin, own[0].stop, brackets);
  } else {
    const size_t slot = layout_.slot(node);
    if (slot == kNone) return fail(node, "the place of the value was not found");
    put(slot, slot, " " + brackets);
    lines_from = 0;
  }
  for (size_t i = lines_from; i < own.size(); ++i) put(layout_.line_begin(own[i].begin), own[i].next, "");
}

// The first entry stands on its list's dash and goes: what follows moves up.
// Returns the first piece that is not done.
size_t TextEditor::cut_front(const Node& node, Pieces& pieces, size_t column) {
  const std::vector<Piece>& own = pieces.own;
  size_t last = 0;
  size_t next = layout_.skip_space(own[0].stop);
  while (last + 1 < own.size() && own[last + 1].gone() && next == own[last + 1].begin) {
    next = layout_.skip_space(own[++last].stop);
  }
  std::string text;
  for (size_t i = 0; i <= last + 1 && i < own.size(); ++i) {
    if (pieces.added[i].empty()) continue;
    text.append(join(pieces.added[i], node, column)).append(layout_.eol()).append(column, ' ');
    pieces.added[i].clear();
  }
  put(own[0].begin, next, std::move(text));
  return last + 1;
}

void TextEditor::append_to_block(const Node& node, const Pieces& pieces, size_t column) {
  const std::vector<const Node*>& added = pieces.added.back();
  // Behind a `<<`, or that would override the new entry.
  size_t stop = layout_.line_end(layout_.content_end(node));
  if (!pieces.own.empty() && !pieces.merges) stop = pieces.own.back().stop;
  const size_t size = layout_.text().size();
  if (stop < size) return insert_lines(added, node, behind_comments(layout_.next_line(stop), column), column);
  std::string text = std::string(layout_.eol()).append(column, ' ') + join(added, node, column);
  put(size, size, std::move(text));
}

}  // namespace brokergate::text

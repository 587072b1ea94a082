#include "rules/document/text_edit.h"

#include <algorithm>

#include "rules/document/text_scalar.h"

namespace brokergate::text {
namespace {

Quotes quotes_of(const Node& node) {
  if (node.alias || node.kind != Kind::kString) return Quotes::kNeeded;
  if (node.style == Style::kSingleQuoted) return Quotes::kSingle;
  return node.style == Style::kDoubleQuoted ? Quotes::kDouble : Quotes::kNeeded;
}

bool is_block_scalar(const Node& node) {
  return !node.alias && (node.style == Style::kLiteral || node.style == Style::kFolded);
}

std::string_view without_blanks(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

}  // namespace

TextEditor::TextEditor(const Layout& layout, const Plan& plan, const Document& after, const NodeSet& unchanged,
                       bool json)
    : layout_(layout), plan_(plan), after_(after), unchanged_(unchanged), json_(json) {}

void TextEditor::put(size_t begin, size_t end, std::string text) {
  if (begin == end && text.empty()) return;
  edits_.push_back({static_cast<uint32_t>(begin), static_cast<uint32_t>(end), std::move(text)});
}

void TextEditor::fail(const Node& node, std::string_view what) {
  if (!error_.empty()) return;
  const auto lines = std::count(layout_.text().begin(), layout_.text().begin() + node.begin, '\n');
  error_ = "line " + std::to_string(lines + 1) + ": ";
  error_ += what;
}

std::vector<TextEdit> TextEditor::run() {
  if (!plan_.root.empty()) visit(plan_.root, *after_.root().node());
  std::stable_sort(edits_.begin(), edits_.end(), [](const TextEdit& a, const TextEdit& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end < b.end;
  });
  for (size_t i = 1; i < edits_.size(); ++i) {
    if (edits_[i].begin < edits_[i - 1].end) fail(*plan_.root.node, "two changes overlap");
  }
  if (!error_.empty()) edits_.clear();
  // What comes behind an end without line break begins with one, unless what
  // changes before it ends with one.
  const size_t size = layout_.text().size();
  for (size_t i = 1; i < edits_.size(); ++i) {
    const TextEdit& last = edits_[i - 1];
    const bool lines_go = last.begin < last.end && last.text.empty() && is_break(layout_.at(last.begin - 1));
    if (last.end == size && (lines_go || last.text.ends_with(layout_.eol())) &&
        edits_[i].text.starts_with(layout_.eol())) {
      edits_[i].text.erase(0, layout_.eol().size());
    }
  }
  return std::move(edits_);
}

void TextEditor::visit(const Change& change, const Node& now) {
  const Node& node = *change.node;
  if (node.alias && unchanged_.contains(&node)) return;
  if (node.alias || change.fate == Change::Fate::kReplaced) return replace(node, now);
  node.style == Style::kFlow ? edit_flow(change, now) : edit_block(change, now);
}

TextEditor::Pieces TextEditor::pieces_of(const Change& change, const Node& now) {
  const Node& node = *change.node;
  Pieces out;
  std::vector<const Node*> entries;  // written anew, behind all
  uint32_t next = 0;
  auto insertion = change.inserted.begin();
  std::vector<const Node*> before;
  for (const Node& child : Value(&node).children()) {
    for (; insertion != change.inserted.end() && insertion->index <= child.index; ++insertion)
      before.push_back(&now.children[next++]);
    const Change* changed = change.at(child);
    const Node* becomes = changed && changed->removed() ? nullptr : &now.children[next++];
    if (child.merged) {
      if (changed && !unchanged_.contains(&child)) {
        becomes ? entries.push_back(becomes)
                : fail(node, "an entry that a merge key (<<) brings in cannot be removed in the text");
      }
      out.merges |= becomes != nullptr;
      continue;
    }
    Piece piece;
    piece.old = &child;
    piece.now = becomes;
    piece.change = changed;
    out.own.push_back(piece);
    out.added.push_back(std::move(before));
    before.clear();
  }
  while (next < now.count) before.push_back(&now.children[next++]);
  before.insert(before.end(), entries.begin(), entries.end());
  out.added.push_back(std::move(before));
  return out;
}

std::string TextEditor::one_line(const Node& old, const Node& now, bool flow) const {
  return scalar_text(Value(&now), quotes_of(old), flow, json_);
}

void TextEditor::replace(const Node& old, const Node& now) {
  in_flow(old) || json_ ? replace_in_flow(old, now) : replace_in_block(old, now);
}

void TextEditor::replace_in_flow(const Node& old, const Node& now) {
  const size_t begin = layout_.value_begin(old), end = layout_.value_end(old);
  FlowStyle style = flow_style(old.parent ? *old.parent : old);
  style.spread = style.spread && style.json;
  std::string text = is_container(now) ? flow_text(Value(&now), style) : one_line(old, now, true);
  if (begin != end) return put(begin, end, std::move(text));
  const size_t slot = layout_.slot(old);
  if (slot == kNone) return put(old.key_end, old.key_end, ": " + text);
  put(slot, slot, " " + text);
}

// What is to stand behind the colon or dash: on its line, and below it.
std::string TextEditor::behind_slot(const Node& old, const Node& now, size_t slot) const {
  const bool lines = now.kind == Kind::kString && now.text.find('\n') != std::string_view::npos;
  const bool one = !is_container(now) && !(lines && quotes_of(old) != Quotes::kDouble);
  const size_t column = old.parent ? block_column(old) : 0;
  const size_t stop = layout_.line_end(std::max(layout_.content_end(old), slot));
  // In one line also what copies an alias, and what a comment below would join.
  if (one || !old.parent || (old.alias && is_container(now)) || deep_comment_follows(stop, column)) {
    return " " + (is_container(now) ? flow_text(Value(&now), FlowStyle{}) : one_line(old, now, false));
  }
  const BlockStyle style = block_style(*old.parent);
  if (old.parent->kind == Kind::kMap) return behind_key(Value(&now), column, style);
  if (now.count == 0 || layout_.at(slot - 1) == '-') return behind_dash(Value(&now), column, style);
  // Behind an anchor on the same line the first key would take the anchor.
  BlockStyle below = style;
  below.step = below.list_offset = style.dash_gap;
  return behind_key(Value(&now), column, below);
}

// A comment that is indented more than `column` would be text of a block
// scalar above it.
bool TextEditor::deep_comment_follows(size_t stop, size_t column) const {
  const size_t next = layout_.skip_space(stop);
  return layout_.at(next) == '#' && layout_.column(next) > column;
}

void TextEditor::replace_in_block(const Node& old, const Node& now) {
  const size_t begin = layout_.value_begin(old);
  size_t slot = layout_.slot(old);
  if (slot == kNone) {
    if (old.parent) return fail(old, "the place of the value was not found");
    slot = begin;
  }
  const bool several = !is_container(old) && !old.alias && !layout_.same_line(begin, layout_.value_end(old));
  if (now.kind == Kind::kString && old.kind == Kind::kString && !old.alias && (is_block_scalar(old) || several)) {
    if (auto edits = edit_lines(layout_, old, now.text)) {
      for (TextEdit& edit : *edits) put(edit.begin, edit.end, std::move(edit.text));
      return;
    }
  }

  const std::string text = behind_slot(old, now, slot);
  const size_t cut = std::min(text.find(layout_.eol()), text.size());
  const std::string head = text.substr(0, cut);
  const std::string body = text.substr(cut);

  if (is_block(old)) {
    const size_t stop = layout_.line_end(layout_.content_end(old));
    if (!layout_.own_line(begin) || !old.parent) return put(begin, stop, std::string(without_blanks(head)) + body);
    put(slot, slot, head);
    return put(layout_.line_end(slot), stop, body);
  }
  if (is_block_scalar(old)) {
    const BlockScalar scalar = layout_.block_scalar(old);
    const size_t stop = scalar.content > 0 ? scalar.lines[scalar.content - 1].end : layout_.line_end(scalar.header_end);
    put(slot, scalar.header_end, head);
    return put(layout_.line_end(scalar.header_end), stop, body);
  }
  const size_t end = layout_.value_end(old);
  const size_t stop = layout_.line_end(std::max(end, slot));
  if (begin == end) {
    put(slot, slot, head);
  } else if (is_container(now) || head.empty() || !layout_.same_line(slot, begin)) {
    put(slot, end, head);
  } else {
    put(begin, end, std::string(without_blanks(head)));
  }
  put(stop, stop, body);
}

}  // namespace brokergate::text

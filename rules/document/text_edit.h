// Turns the plan of one document into replacements of its bytes.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "rules/document/edit.h"
#include "rules/document/text_layout.h"
#include "rules/document/text_write.h"

namespace brokergate::text {

// Anchors and aliases: after this the plan has a change for every alias and
// merged entry that would not be what `after` says once the other changes are
// written, and `unchanged` holds those that follow their anchor by themselves.
// False when a merge key would be left without the map it names.
using NodeSet = std::unordered_set<const Node*>;
bool plan_aliases(Plan& plan, const Document& after, const Layout& layout, NodeSet& unchanged);

class TextEditor {
 public:
  // `after` is the whole document as the plan makes it.
  TextEditor(const Layout& layout, const Plan& plan, const Document& after, const NodeSet& unchanged, bool json);

  // Sorted, not overlapping; empty together with an error.
  std::vector<TextEdit> run();
  const std::string& error() const { return error_; }

 private:
  // A child that has bytes here, beside what it becomes.
  struct Piece {
    const Node* old = nullptr;
    const Node* now = nullptr;  // null when removed
    const Change* change = nullptr;
    size_t begin = 0;  // of key, dash or flow element
    size_t end = 0;    // behind its content
    size_t stop = 0;   // block: where its last line ends, before the line break
    size_t next = 0;   // block: where the line after it begins
    bool gone() const { return now == nullptr; }
  };
  struct Pieces {
    std::vector<Piece> own;
    std::vector<std::vector<const Node*>> added;  // before own[i]; the last: behind all
    bool merges = false;                          // entries without bytes here stay
  };

  // Whole lines of an element with the comments that belong to it.
  struct Lines {
    size_t begin = 0, end = 0;
  };

  void visit(const Change& change, const Node& now);
  Pieces pieces_of(const Change& change, const Node& now);
  void replace(const Node& old, const Node& now);
  void replace_scalar(const Node& old, const Node& now);
  void replace_in_flow(const Node& old, const Node& now);
  void replace_in_block(const Node& old, const Node& now);
  std::string behind_slot(const Node& old, const Node& now, size_t slot) const;
  bool deep_comment_follows(size_t stop, size_t column) const;
  std::string one_line(const Node& old, const Node& now, bool flow) const;

  void edit_block(const Change& change, const Node& now);
  void find_moved(const Node& node, const Pieces& pieces, size_t column);
  bool can_move(const Piece& piece) const;
  Lines lines_of(const Piece& piece, size_t column) const;
  void empty_block(const Node& node, const Pieces& pieces, size_t column);
  size_t cut_front(const Node& node, Pieces& pieces, size_t column);
  void append_to_block(const Node& node, const Pieces& pieces, size_t column);
  void insert_lines(const std::vector<const Node*>& added, const Node& node, size_t at, size_t column);
  std::string join(const std::vector<const Node*>& added, const Node& node, size_t column);
  size_t behind_comments(size_t line, size_t column) const;
  size_t before_comments(size_t line, size_t column) const;

  void edit_flow(const Change& change, const Node& now);
  void append_to_flow(const Node& node, const Pieces& pieces, const FlowStyle& style, size_t comma);
  void cut_tail(const Node& node, const Pieces& pieces, size_t kept);
  FlowStyle flow_style(const Node& container) const;

  BlockStyle block_style(const Node& container) const;
  size_t block_column(const Node& node) const;

  void put(size_t begin, size_t end, std::string text);
  void fail(const Node& node, std::string_view what);

  const Layout& layout_;
  const Plan& plan_;
  const Document& after_;
  const NodeSet& unchanged_;
  const bool json_;
  // Elements of a list that stand elsewhere afterwards: the new one with its text as it is
  // written, without the first line's indentation; and the pieces that these were.
  std::unordered_map<const Node*, std::string> moved_;
  std::unordered_set<const Node*> moved_away_;
  std::vector<TextEdit> edits_;
  std::string error_;
};

}  // namespace brokergate::text

// Builds a document's tree bottom-up: children are collected on a scratch stack
// and copied side by side into the arena when their container ends.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "rules/document/reader.h"

namespace brokergate::document {

class TreeBuilder {
 public:
  explicit TreeBuilder(Input& input);
  ~TreeBuilder();
  TreeBuilder(const TreeBuilder&) = delete;
  TreeBuilder& operator=(const TreeBuilder&) = delete;

  // Begins a tree in `document`; what an unfinished one left is dropped.
  void start(Document& document);

  // A new node on the stack. False when the node limit is reached.
  bool push() {
    if (nodes_left_ == 0) return false;
    --nodes_left_;
    stack_.emplace_back();
    return true;
  }
  Node& top() { return stack_.back(); }
  Node& node(size_t at) { return stack_[at]; }
  const Node& node(size_t at) const { return stack_[at]; }
  size_t size() const { return stack_.size(); }
  void pop() { stack_.pop_back(); }
  // A copy of a node that exists already, as a merge key makes it.
  void push_copy(const Node& node) { stack_.push_back(node); }

  // Everything above stack place `at` becomes the children of the node there.
  void close(size_t at);
  // The same for a map: drops merged entries that another entry overrides and
  // notes keys that are written twice.
  void close_map(size_t at, bool has_merged);

  // Children of `from`, copied for an alias or a merge. False when a limit is
  // passed; `budget` counts down.
  bool copy_children(const Node& from, Node& to, size_t& budget, uint32_t depth_left);

  // Moves the one node left into the arena as the document's root.
  void finish();

  size_t nodes_left() const { return nodes_left_; }

 private:
  void drop_overridden(size_t first);
  void note_duplicates(size_t at);

  Input& input_;
  Document* document_ = nullptr;
  size_t& nodes_left_;
  std::vector<Node> stack_;
  // A map's own address is known only when its parent ends: until then its
  // notes are kept by its children's.
  struct PendingNote {
    uint32_t offset;
    const Node* child;
    std::string message;
  };
  std::vector<PendingNote> notes_;
};

}  // namespace brokergate::document

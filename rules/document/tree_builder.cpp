#include "rules/document/tree_builder.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "rules/document/entries.h"

namespace brokergate::document {
namespace {

// Notes are for people; the hundredth duplicate key tells nothing new.
constexpr size_t kMostNotes = 100;

// The stack's memory is kept from one document to the next, where it is small.
constexpr size_t kKeptNodes = 8192;
thread_local std::vector<Node> spare_stack;

void adopt(Node& node, uint32_t index) {
  node.index = index;
  if (node.count == 0) return;
  // The arena's nodes are never const themselves; `children` only promises
  // that nobody changes them once the document is read.
  Node* child = const_cast<Node*>(node.children);
  for (Node* end = child + node.count; child != end; ++child) child->parent = &node;
}

}  // namespace

TreeBuilder::TreeBuilder(Input& input)
    : input_(input), nodes_left_(input.nodes_left), stack_(std::exchange(spare_stack, {})) {}

TreeBuilder::~TreeBuilder() {
  stack_.clear();
  if (stack_.capacity() <= kKeptNodes && stack_.capacity() > spare_stack.capacity()) spare_stack = std::move(stack_);
}

void TreeBuilder::start(Document& document) {
  document_ = &document;
  stack_.clear();
  notes_.clear();
}

void TreeBuilder::close(size_t at) {
  const size_t count = stack_.size() - at - 1;
  if (count != 0) {
    auto* memory = static_cast<Node*>(document_->arena().allocate(count * sizeof(Node), alignof(Node)));
    std::uninitialized_copy_n(stack_.data() + at + 1, count, memory);
    for (uint32_t i = 0; i < count; ++i) adopt(memory[i], i);
    stack_[at].children = memory;
    stack_.resize(at + 1);
  }
  stack_[at].count = static_cast<uint32_t>(count);
}

void TreeBuilder::close_map(size_t at, bool has_merged) {
  if (has_duplicate_keys({stack_.data() + at + 1, stack_.size() - at - 1})) {
    if (has_merged) drop_overridden(at + 1);
    close(at);
    note_duplicates(at);
  } else {
    close(at);
  }
}

void TreeBuilder::drop_overridden(size_t first) {
  const std::span<Node> entries(stack_.data() + first, stack_.size() - first);
  const auto sorted = sorted_entries(entries);
  std::vector<bool> dropped(entries.size());
  for (size_t i = 0; i + 1 < sorted.size(); ++i) {
    if (sorted[i]->merged && sorted[i]->key == sorted[i + 1]->key) {
      dropped[static_cast<size_t>(sorted[i] - entries.data())] = true;
    }
  }
  size_t kept = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!dropped[i]) entries[kept++] = entries[i];
  }
  stack_.resize(first + kept);
}

void TreeBuilder::note_duplicates(size_t at) {
  const Node& map = stack_[at];
  if (map.count == 0 || map.children[0].copied) return;  // the anchor's own map has the note
  const auto sorted = sorted_entries({map.children, map.count});
  for (size_t i = 0; i + 1 < sorted.size();) {
    size_t last = i;
    while (last + 1 < sorted.size() && sorted[last + 1]->key == sorted[i]->key) ++last;
    if (last != i) {
      if (document_->notes().size() + notes_.size() >= kMostNotes) return;
      const Node& first = *sorted[i];
      std::string message = "key \"";
      message.append(first.key.substr(0, 80));
      const uint32_t line = input_.positions.at(sorted[last]->key_begin).line;
      if (sorted[last]->merged) {
        message += "\" is overridden by the merge key (<<) after it";
      } else if (last == i + 1) {
        message += "\" is written twice in this map; the last one (line " + std::to_string(line) + ") counts";
      } else {
        message += "\" is written " + std::to_string(last - i + 1) + " times in this map; the last one (line " +
                   std::to_string(line) + ") counts";
      }
      notes_.push_back({first.key_begin, &first, std::move(message)});
    }
    i = last + 1;
  }
}

bool TreeBuilder::copy_children(const Node& from, Node& to, size_t& budget, uint32_t depth_left) {
  to.count = from.count;
  to.children = nullptr;
  if (from.count == 0) return true;
  if (depth_left == 0 || budget < from.count || nodes_left_ < from.count) return false;
  budget -= from.count;
  nodes_left_ -= from.count;
  auto* memory = static_cast<Node*>(document_->arena().allocate(from.count * sizeof(Node), alignof(Node)));
  std::uninitialized_copy_n(from.children, from.count, memory);
  to.children = memory;
  for (uint32_t i = 0; i < from.count; ++i) {
    memory[i].copied = true;
    if (!copy_children(from.children[i], memory[i], budget, depth_left - 1)) return false;
    adopt(memory[i], i);
  }
  return true;
}

void TreeBuilder::finish() {
  auto* root = static_cast<Node*>(document_->arena().allocate(sizeof(Node), alignof(Node)));
  std::uninitialized_copy_n(stack_.data(), 1, root);
  adopt(*root, 0);
  document_->set_root(root);
  stack_.clear();
  for (PendingNote& note : notes_) {
    document_->add_note({note.offset, note.child->parent, std::move(note.message)});
  }
  notes_.clear();
}

}  // namespace brokergate::document

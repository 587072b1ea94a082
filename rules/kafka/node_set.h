// Sets of nodes by their number: one bit each, and short lists of them for an index.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace brokergate {

// Both sides of every operation are of one size.
class NodeSet {
 public:
  explicit NodeSet(size_t nodes = 0) : words_((nodes + 63) / 64) {}

  void add(size_t node) { words_[node / 64] |= uint64_t{1} << (node % 64); }
  void remove(size_t node) { words_[node / 64] &= ~(uint64_t{1} << (node % 64)); }
  bool has(size_t node) const { return (words_[node / 64] >> (node % 64) & 1) != 0; }
  bool empty() const {
    return std::all_of(words_.begin(), words_.end(), [](uint64_t word) { return word == 0; });
  }
  size_t count() const {
    size_t nodes = 0;
    for (const uint64_t word : words_) nodes += static_cast<size_t>(std::popcount(word));
    return nodes;
  }
  // The lowest one; only of a set that is not empty.
  size_t first() const {
    size_t word = 0;
    while (words_[word] == 0) ++word;
    return word * 64 + static_cast<size_t>(std::countr_zero(words_[word]));
  }

  NodeSet& operator|=(const NodeSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  NodeSet& operator&=(const NodeSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  NodeSet& operator-=(const NodeSet& other) {
    for (size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
    return *this;
  }
  friend NodeSet operator|(NodeSet a, const NodeSet& b) { return a |= b; }
  friend NodeSet operator&(NodeSet a, const NodeSet& b) { return a &= b; }
  friend NodeSet operator-(NodeSet a, const NodeSet& b) { return a -= b; }
  bool operator==(const NodeSet&) const = default;

 private:
  std::vector<uint64_t> words_;
};

// The nodes of one index entry. Most entries of a large cluster (host names) have one node, and a few have
// nearly all: a list where that is shorter than the bits are.
class Posting {
 public:
  void add(size_t node) {
    if (list_.empty() || list_.back() != node) list_.push_back(static_cast<uint32_t>(node));
  }
  // After the last add().
  void finish(size_t nodes) {
    if (list_.size() * 32 > nodes) {
      bits_ = NodeSet(nodes);
      for (const uint32_t node : list_) bits_.add(node);
      list_ = {};
      dense_ = true;
    }
    list_.shrink_to_fit();
  }
  void add_to(NodeSet& set) const {
    if (dense_) set |= bits_;
    for (const uint32_t node : list_) set.add(node);
  }
  void remove_from(NodeSet& set) const {
    if (dense_) set -= bits_;
    for (const uint32_t node : list_) set.remove(node);
  }

 private:
  std::vector<uint32_t> list_;
  NodeSet bits_;
  bool dense_ = false;
};

}  // namespace brokergate

#include "rules/document/entries.h"

#include <algorithm>
#include <cstdint>

namespace brokergate::document {

bool has_duplicate_keys(std::span<const Node> entries) {
  // Quadratic work happens only where two keys fall on one bit, so the number
  // of keys this is done for must stay near the number of bits.
  constexpr size_t kFew = 48;
  if (entries.size() < 2) return false;
  if (entries.size() <= kFew) {
    uint64_t seen = 0;
    for (const Node& node : entries) {
      const char* key = node.key.data();
      const size_t size = node.key.size();
      const unsigned mixed = size == 0
                                 ? 0u
                                 : static_cast<unsigned>(size) * 3u + static_cast<unsigned char>(key[size - 1]) * 7u +
                                       static_cast<unsigned char>(key[size / 2]) * 29u;
      const uint64_t bit = uint64_t{1} << (mixed & 63u);
      if (seen & bit) {
        for (const Node* other = entries.data(); other != &node; ++other) {
          if (other->key == node.key) return true;
        }
      }
      seen |= bit;
    }
    return false;
  }
  const auto sorted = sorted_entries(entries);
  return std::adjacent_find(sorted.begin(), sorted.end(),
                            [](const Node* a, const Node* b) { return a->key == b->key; }) != sorted.end();
}

std::vector<const Node*> sorted_entries(std::span<const Node> entries) {
  std::vector<const Node*> sorted;
  sorted.reserve(entries.size());
  for (const Node& node : entries) sorted.push_back(&node);
  std::stable_sort(sorted.begin(), sorted.end(), [](const Node* a, const Node* b) { return a->key < b->key; });
  return sorted;
}

std::vector<const Node*> effective_entries(std::span<const Node> entries) {
  auto sorted = sorted_entries(entries);
  size_t kept = 0;
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (i + 1 == sorted.size() || sorted[i]->key != sorted[i + 1]->key) sorted[kept++] = sorted[i];
  }
  sorted.resize(kept);
  return sorted;
}

}  // namespace brokergate::document

#include "rules/document/entries.h"

#include <algorithm>
#include <cstdint>

namespace brokergate::document {

bool has_duplicate_keys(std::span<const Node> entries) {
  // Quadratic work happens only where two keys fall on one bit, so the number
  // of keys this is done for must stay near the number of bits.
  constexpr size_t kFew = 48;
  if (entries.size() <= kFew) {
    uint64_t seen = 0;
    for (size_t i = 0; i < entries.size(); ++i) {
      const std::string_view key = entries[i].key;
      const unsigned mixed =
          key.empty()
              ? 0
              : static_cast<unsigned>(key.size()) * 31u + static_cast<unsigned char>(key.front()) * 7u +
                    static_cast<unsigned char>(key.back()) * 13u + static_cast<unsigned char>(key[key.size() / 2]) * 3u;
      const uint64_t bit = uint64_t{1} << (mixed & 63u);
      if (seen & bit) {
        for (size_t j = 0; j < i; ++j) {
          if (entries[j].key == key) return true;
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

#include "rules/document/entries.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <optional>

namespace brokergate::document {
namespace {

bool repeats_when_sorted(std::span<const Node> entries) {
  const auto sorted = sorted_entries(entries);
  return std::adjacent_find(sorted.begin(), sorted.end(),
                            [](const Node* a, const Node* b) { return a->key == b->key; }) != sorted.end();
}

// By a table of hashes; nullopt when the keys were made to fall on one another.
std::optional<bool> repeats(std::span<const Node> entries) {
  const size_t size = std::bit_ceil(entries.size() * 2);
  std::vector<uint32_t> table(size, 0);  // place of the entry, plus one
  size_t steps_left = entries.size() * 8;
  for (const Node& node : entries) {
    size_t at = std::hash<std::string_view>{}(node.key) & (size - 1);
    for (; table[at] != 0; at = (at + 1) & (size - 1)) {
      if (entries[table[at] - 1].key == node.key) return true;
      if (steps_left-- == 0) return std::nullopt;
    }
    table[at] = static_cast<uint32_t>(&node - entries.data()) + 1;
  }
  return false;
}

}  // namespace

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
  const auto found = repeats(entries);
  return found ? *found : repeats_when_sorted(entries);
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

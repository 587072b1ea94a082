// Entries of a map that may hold a key twice: the last one counts.
#pragma once

#include <span>
#include <vector>

#include "brokergate/document.h"

namespace brokergate::document {

bool has_duplicate_keys(std::span<const Node> entries);

// Sorted by key; entries of one key stand together in source order.
std::vector<const Node*> sorted_entries(std::span<const Node> entries);

// The entries that count, sorted by key.
std::vector<const Node*> effective_entries(std::span<const Node> entries);

}  // namespace brokergate::document

// What must be true of every edit of every document.
#pragma once

#include <string>
#include <vector>

#include "brokergate/edit.h"
#include "edit_generator.h"

namespace edit_test {

// Applies RFC 6902 operations to JSON text, strictly: `add` in a map must not
// meet an entry, `replace` and `remove` must. Throws std::runtime_error when an
// operation cannot be applied. Returns canonical JSON (sorted keys).
std::string apply_patch(const std::string& document, const std::string& patch);
// The same through nlohmann::json::patch.
std::string apply_patch_nlohmann(const std::string& document, const std::string& patch);
std::string canonical(const std::string& json);

// Applies edits to the tree by the identity of nodes, one by one, without a
// plan: only for sets whose edits do not meet. Canonical JSON.
std::string apply_by_identity(brokergate::Value root, const std::vector<brokergate::Edit>& edits);

struct Outcome {
  std::string failure;   // empty when all holds
  bool refused = false;  // to_text_edits said that it cannot
  std::string refusal;
  size_t edits = 0;
};
// Random edits on everything in `text`. Deterministic in `random`.
Outcome check_edits(Random& random, const std::string& text);
// A generated manifest with random edits.
Outcome check_case(uint64_t seed);

}  // namespace edit_test

// Changes inside a string that is written over several lines.
#pragma once

#include <optional>
#include <vector>

#include "brokergate/edit.h"
#include "rules/document/text_layout.h"

namespace brokergate::text {

// Edits after which `node`, a string in block context written as block scalar
// or over several lines, is `wanted`: only lines (or words) that differ are
// touched. nullopt when its style cannot hold the text. What is returned has
// been read back.
std::optional<std::vector<TextEdit>> edit_lines(const Layout& layout, const Node& node, std::string_view wanted);

}  // namespace brokergate::text

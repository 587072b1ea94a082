// The source line of a finding with a caret below the column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cli/output/locator.h"
#include "cli/output/paint.h"

namespace brokergate::cli {

// Two lines, each with a line break:
//    12 |   type: LoadBalancer
//       |         ^
// Long lines are cut around the column; tabs, wide and invisible characters do
// not move the caret; nothing in the line can steer the terminal. Empty for an
// empty line.
std::string snippet(Locator& locator, const Source& source, uint32_t offset, const Paint& paint);

// Columns a code point takes on a terminal: 0, 1 or 2.
int display_width(char32_t point);

// `text` without anything that could steer a terminal: controls, invalid UTF-8
// and bidirectional overrides become U+FFFD. Line breaks stay.
std::string harmless(std::string_view text);

}  // namespace brokergate::cli

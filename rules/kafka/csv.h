// Kafka's comma-separated lists: ConfigDef trims the whole, Csv.parseCsvList
// splits at \s*,\s*, and Java's split drops empty elements at the end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace brokergate::csv {

// Elements without the blanks around commas; empty ones between commas are kept.
std::vector<std::string_view> split(std::string_view text);
// The same with the empty ones at the end, of text without blanks around it.
std::vector<std::string_view> split_all(std::string_view text);

// How many of split() are not empty, in one pass.
size_t entries(std::string_view text);
// Of neighbours that are empty one is kept: the same list to whoever drops empty elements, and as
// wrong as before to whoever refuses them.
std::string without_repeated_blanks(std::string_view text);

bool is_blank(std::string_view text);          // only white space, or empty
std::string_view trim(std::string_view text);  // as String.trim: everything up to U+0020

// String.toUpperCase(Locale.ROOT) of Latin (to U+017F), Greek and Cyrillic letters;
// letters of other scripts stay as they are. See upper_case.cpp.
std::string upper_case(std::string_view text);
// The character at text[at], which moves behind it; a byte that is no UTF-8 for itself.
uint32_t code_point(std::string_view text, size_t& at);

}  // namespace brokergate::csv

// Kafka's comma-separated lists: ConfigDef trims the whole, Csv.parseCsvList
// splits at \s*,\s*, and Java's split drops empty elements at the end.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace brokergate::csv {

// Elements without the blanks around commas; empty ones between commas are kept.
std::vector<std::string_view> split(std::string_view text);

bool is_blank(std::string_view text);           // only white space, or empty
std::string_view trim(std::string_view text);   // as String.trim: everything up to U+0020
std::string upper_case(std::string_view text);  // ASCII letters, Locale.ROOT

}  // namespace brokergate::csv

// Values as YAML and JSON text, in the style that the neighbours have.
#pragma once

#include <string>
#include <string_view>

#include "brokergate/document.h"

namespace brokergate::text {

enum class Quotes : uint8_t { kNeeded, kSingle, kDouble };

// A double-quoted scalar, the same in YAML and JSON, on one line.
std::string double_quoted(std::string_view text);
// True when `text` without quotes is this string for every YAML reader; in
// doubt (a date, 12:30) it is not.
bool plain_is_string(std::string_view text, bool flow);
// True when single quotes on one line can hold it.
bool single_can_hold(std::string_view text);
// True when a literal block scalar holds exactly this text, given an
// indentation indicator where `literal_needs_digit`.
bool literal_can_hold(std::string_view text);
bool literal_needs_digit(std::string_view text);

// A string on one line, quoted as wished where that is possible.
std::string string_text(std::string_view text, Quotes quotes, bool flow);
// A scalar on one line. `json` quotes all strings with double quotes.
std::string scalar_text(Value value, Quotes quotes, bool flow, bool json);

struct FlowStyle {
  bool json = false;  // every key and string in double quotes
  std::string colon = ": ";
  std::string comma = ", ";
  bool spread = false;      // one entry in a line
  std::string indent;       // of the line that the bracket stands on
  std::string step = "  ";  // spread: more indentation of each level
  std::string_view eol = "\n";
};
std::string flow_text(Value value, const FlowStyle& style);
// "key: value" or, in a list, the value.
std::string flow_entry(const Node& child, bool keyed, const FlowStyle& style);

struct BlockStyle {
  size_t step = 2;         // more indentation of a map below a key
  size_t list_offset = 2;  // of a dash below a key
  size_t dash_gap = 2;     // from a dash to what it begins
  Quotes key_quotes = Quotes::kNeeded;
  std::string_view eol = "\n";
};
// What stands behind "key:" of a key at `column`: " value", or lines that begin
// with a line break. The same behind a dash at `column`.
std::string behind_key(Value value, size_t column, const BlockStyle& style);
std::string behind_dash(Value value, size_t column, const BlockStyle& style);
// A whole entry or element whose first character stands at `column`.
std::string block_entry(const Node& child, bool keyed, size_t column, const BlockStyle& style);

}  // namespace brokergate::text

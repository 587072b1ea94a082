#include "rules/document/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

#include "brokergate/base64.h"
#include "rules/document/number.h"

namespace brokergate::document {
namespace {

// resolve.go's resolveTable: what a first byte can begin.
enum class Hint : uint8_t { kString, kWord, kNumber, kDot };

constexpr auto kHints = [] {
  std::array<Hint, 256> table{};
  for (unsigned char c : {'y', 'Y', 'n', 'N', 't', 'T', 'f', 'F', 'o', 'O', '~'}) table[c] = Hint::kWord;
  for (unsigned char c = '0'; c <= '9'; ++c) table[c] = Hint::kNumber;
  table['+'] = table['-'] = Hint::kNumber;
  table['.'] = Hint::kDot;
  return table;
}();

template <size_t N>
bool one_of(std::string_view text, const std::string_view (&words)[N]) {
  return std::find(std::begin(words), std::end(words), text) != std::end(words);
}

constexpr std::string_view kTrue[] = {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
constexpr std::string_view kFalse[] = {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
constexpr std::string_view kNull[] = {"~", "null", "Null", "NULL"};
constexpr std::string_view kNotFinite[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",  ".INF",
                                           "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF"};

constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";

// resolve.go's parseTimestamp, near enough for the tag nobody writes: the
// shape decides, not the calendar.
bool timestamp_shaped(std::string_view text) {
  size_t i = 0;
  const auto digits = [&](size_t most) {
    const size_t first = i;
    while (i < text.size() && i - first < most && text[i] >= '0' && text[i] <= '9') ++i;
    return i - first;
  };
  const auto skip = [&](char c) { return i < text.size() && text[i] == c && ++i; };
  if (digits(4) != 4 || !skip('-') || digits(2) == 0 || !skip('-') || digits(2) == 0) return false;
  if (i == text.size()) return true;
  const bool zoned = skip('T') || skip('t');
  if (!zoned && !skip(' ')) return false;
  if (digits(2) == 0 || !skip(':') || digits(2) == 0 || !skip(':') || digits(2) == 0) return false;
  if (skip('.') && digits(text.size()) == 0) return false;
  if (!zoned) return i == text.size();
  if (skip('Z')) return i == text.size();
  return (skip('+') || skip('-')) && digits(2) == 2 && skip(':') && digits(2) == 2 && i == text.size();
}

// What begins with a dot goes to strconv.ParseFloat as it is, which takes `_`
// between digits only.
bool dotted_float(std::string_view text) {
  const auto digit = [&](size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
  for (size_t i = text.find('_'); i != std::string_view::npos; i = text.find('_', i + 1)) {
    if (!digit(i - 1) || !digit(i + 1)) return false;
  }
  return parse_float(drop_underscores(text)).has_value();
}

std::string_view kind_tag(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "!!null";
    case Kind::kBool:
      return "!!bool";
    case Kind::kInt:
      return "!!int";
    case Kind::kFloat:
      return "!!float";
    default:
      return "!!str";
  }
}

}  // namespace

Kind resolve_plain(std::string_view text) {
  if (text.empty()) return Kind::kNull;
  switch (kHints[static_cast<unsigned char>(text[0])]) {
    case Hint::kString:
      return Kind::kString;
    case Hint::kWord:
      if (text.size() > 5) return Kind::kString;
      if (one_of(text, kTrue) || one_of(text, kFalse)) return Kind::kBool;
      return one_of(text, kNull) ? Kind::kNull : Kind::kString;
    case Hint::kDot:
      return not_finite(text) || dotted_float(text) ? Kind::kFloat : Kind::kString;
    case Hint::kNumber:
      break;
  }
  if (not_finite(text)) return Kind::kFloat;
  if (parse_integer(text)) return Kind::kInt;
  if (text.find('_') == std::string_view::npos) return parse_float(text) ? Kind::kFloat : Kind::kString;
  return parse_float(drop_underscores(text)) ? Kind::kFloat : Kind::kString;
}

Resolved resolve_tagged(std::string_view tag, std::string_view text) {
  if (!tag.starts_with(kTagPrefix)) return {};
  const std::string_view name = tag.substr(kTagPrefix.size());
  if (name == "str") return {};
  if (name == "binary") {
    auto bytes = decode_base64(text);
    if (!bytes) return {Kind::kString, {}, "found text after !!binary that is not base64, wanted base64"};
    return {Kind::kString, std::move(bytes), {}};
  }
  const bool known = name == "bool" || name == "int" || name == "float" || name == "null" || name == "timestamp";
  if (!known) return {};
  Kind kind = resolve_plain(text);
  if (name == "timestamp" && kind == Kind::kString && timestamp_shaped(text)) return {};
  if (name == "float" && kind == Kind::kInt) {
    const auto value = parse_integer(text);
    if (value && (value->negative || value->magnitude <= std::numeric_limits<int64_t>::max())) kind = Kind::kFloat;
  }
  if (kind_tag(kind).substr(2) == name) return {kind, {}, {}};
  std::string error = "found ";
  error.append(kind_tag(kind)).append(" \"").append(text.substr(0, 40)).append("\", wanted what its tag says, !!");
  return {Kind::kString, {}, error.append(name)};
}

std::optional<std::string> key_text(Kind kind, std::string_view text) {
  switch (kind) {
    case Kind::kString:
      return std::string(text);
    case Kind::kBool:
      return bool_value(text) ? "true" : "false";
    case Kind::kFloat:
      if (not_finite(text)) {
        if (text[1] == 'n' || text[1] == 'N') return ".nan";
        return text[0] == '-' ? "-.inf" : ".inf";
      }
      return float_key(float_value(text));
    case Kind::kInt: {
      const auto value = parse_integer(text);
      if (!value || (!value->negative && value->magnitude > std::numeric_limits<int64_t>::max())) return std::nullopt;
      std::string digits = std::to_string(value->magnitude);
      if (value->negative) digits.insert(digits.begin(), '-');
      return digits;
    }
    default:
      return std::nullopt;
  }
}

bool bool_value(std::string_view text) { return one_of(text, kTrue); }

bool not_finite(std::string_view text) { return text.size() >= 4 && text.size() <= 5 && one_of(text, kNotFinite); }

}  // namespace brokergate::document

#include "rules/document/number.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace brokergate::document {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

// strconv.ParseUint without sign: base 0 understands prefixes.
std::optional<uint64_t> parse_unsigned(std::string_view text, int base) {
  if (base == 0) {
    base = 10;
    if (text.size() > 1 && text[0] == '0') {
      const char letter = static_cast<char>(text[1] | 0x20);
      base = letter == 'x' ? 16 : letter == 'o' ? 8 : letter == 'b' ? 2 : 0;
      text.remove_prefix(base == 0 ? 1 : 2);
      if (base == 0) base = 8;
    }
  }
  uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value, base);
  if (text.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return value;
}

constexpr uint64_t kInt64Max = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());

// strconv.ParseInt.
std::optional<Integer> parse_signed(std::string_view text, int base) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const auto magnitude = parse_unsigned(text, base);
  if (!magnitude || *magnitude > kInt64Max + (negative ? 1 : 0)) return std::nullopt;
  return Integer{negative && *magnitude != 0, *magnitude};
}

std::optional<Integer> parse_without_underscores(std::string_view text) {
  if (const auto value = parse_signed(text, 0)) return value;
  if (const auto value = parse_unsigned(text, 0)) return Integer{false, *value};
  // resolve.go's own 0b, which also takes a sign after the prefix.
  if (text.starts_with("0b")) return parse_signed(text.substr(2), 2);
  return std::nullopt;
}

// resolve.go: ^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$
bool float_shaped(std::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t first = i;
    while (i < text.size() && digit(text[i])) ++i;
    return i - first;
  };
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  const size_t whole = digits();
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0 && whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

// Shortest digits and decimal exponent ("d.ddd" * 10^exponent) of a finite value.
template <typename Float>
struct Decimal {
  explicit Decimal(Float value) {
    char buffer[40];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
    std::string_view text(buffer, static_cast<size_t>(result.ptr - buffer));
    negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    const size_t e = text.find('e');
    for (char c : text.substr(0, e)) {
      if (c != '.') digits += c;
    }
    text.remove_prefix(e + 1);
    if (text.starts_with('+')) text.remove_prefix(1);
    std::from_chars(text.data(), text.data() + text.size(), exponent);
  }
  void append_scientific(std::string& out, size_t exponent_digits) const {
    out += digits[0];
    if (digits.size() > 1) out.append(1, '.').append(digits, 1);
    out += exponent < 0 ? "e-" : "e+";
    const std::string power = std::to_string(std::abs(exponent));
    if (power.size() < exponent_digits) out.append(exponent_digits - power.size(), '0');
    out += power;
  }
  void append_fixed(std::string& out) const {
    if (exponent < 0) {
      out.append("0.").append(static_cast<size_t>(-exponent - 1), '0').append(digits);
      return;
    }
    const size_t whole = static_cast<size_t>(exponent) + 1;
    if (digits.size() <= whole) {
      out.append(digits).append(whole - digits.size(), '0');
    } else {
      out.append(digits, 0, whole).append(1, '.').append(digits, whole);
    }
  }
  bool negative = false;
  std::string digits;
  int exponent = 0;
};

}  // namespace

std::string drop_underscores(std::string_view text) {
  std::string plain(text);
  std::erase(plain, '_');
  return plain;
}

std::optional<Integer> parse_integer(std::string_view text) {
  if (text.find('_') == std::string_view::npos) return parse_without_underscores(text);
  return parse_without_underscores(drop_underscores(text));
}

std::optional<double> parse_float(std::string_view text) {
  if (!float_shaped(text)) return std::nullopt;
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc::result_out_of_range) {
    // from_chars does not tell too large from too small.
    value = std::strtod(std::string(text).c_str(), nullptr);
    if (!std::isfinite(value)) return std::nullopt;
  }
  return value;
}

bool json_number(std::string_view text) {
  size_t i = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const size_t first = i;
    while (i < text.size() && digit(text[i])) ++i;
    return i - first;
  };
  const bool zero = i < text.size() && text[i] == '0';
  const size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

double float_value(std::string_view text) {
  // !!float makes a float of an integer in any of its spellings, so octal stays octal.
  if (const auto value = parse_integer(text)) {
    const double magnitude = static_cast<double>(value->magnitude);
    return value->negative ? -magnitude : magnitude;
  }
  if (text.find('_') == std::string_view::npos) return parse_float(text).value_or(0);
  return parse_float(drop_underscores(text)).value_or(0);
}

void append_json_float(double value, std::string& out) {
  if (value == 0) {
    out += std::signbit(value) ? "-0" : "0";
    return;
  }
  const Decimal<double> decimal(value);
  if (decimal.negative) out += '-';
  if (decimal.exponent < -6 || decimal.exponent >= 21) {
    decimal.append_scientific(out, 1);
  } else {
    decimal.append_fixed(out);
  }
}

std::string float_key(double value) {
  const float narrow = static_cast<float>(value);
  if (std::isnan(narrow)) return ".nan";
  if (std::isinf(narrow)) return narrow < 0 ? "-.inf" : ".inf";
  if (narrow == 0) return std::signbit(narrow) ? "-0" : "0";
  const Decimal<float> decimal(narrow);
  std::string out = decimal.negative ? "-" : "";
  // strconv's 'g' with the shortest digits decides by a precision of 6.
  if (decimal.exponent < -4 || decimal.exponent >= 6) {
    decimal.append_scientific(out, 2);
  } else {
    decimal.append_fixed(out);
  }
  return out;
}

}  // namespace brokergate::document

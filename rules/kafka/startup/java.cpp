#include "rules/kafka/startup/java.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "rules/kafka/csv.h"
#include "rules/kafka/listener_text.h"

namespace brokergate::startup {
namespace {

// Zeros of the scripts whose digits Character.digit takes (the basic plane).
constexpr std::array<uint32_t, 37> kZeros = {
    0x0030, 0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66,
    0x0DE6, 0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50,
    0x1BB0, 0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10};

// The digit at text[at], which moves behind it; nullopt for anything else.
std::optional<int> digit(std::string_view text, size_t& at) {
  const uint32_t c = csv::code_point(text, at);
  for (const uint32_t zero : kZeros) {
    if (c >= zero && c < zero + 10) return static_cast<int>(c - zero);
  }
  return std::nullopt;
}

std::vector<std::string_view> without_empty(std::vector<std::string_view> parts) {
  std::erase_if(parts, [](std::string_view part) { return part.empty(); });
  return parts;
}

std::vector<std::string_view> pieces(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0;;) {
    const size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end == text.npos ? end : end - begin));
    if (end == text.npos) return parts;
    begin = end + 1;
  }
}

// Integer.parseInt(octet, 16) of at most four characters, within unsigned short.
bool is_hex_group(std::string_view octet) {
  if (octet.size() > 4) return false;
  const bool minus = octet.starts_with('-');
  if (minus) octet.remove_prefix(1);
  unsigned value = 0;
  const auto [end, error] = std::from_chars(octet.data(), octet.data() + octet.size(), value, 16);
  return !octet.empty() && error == std::errc{} && end == octet.data() + octet.size() && (!minus || value == 0);
}

}  // namespace

std::optional<int32_t> parse_int(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  int64_t value = 0;
  for (size_t at = 0; at < text.size();) {
    const auto next = digit(text, at);
    if (!next) return std::nullopt;
    value = value * 10 + *next;
    if (value > int64_t{std::numeric_limits<int32_t>::max()} + 1) return std::nullopt;
  }
  if (minus) value = -value;
  if (value > std::numeric_limits<int32_t>::max()) return std::nullopt;
  return static_cast<int32_t>(value);
}

std::vector<std::string_view> split_list(std::string_view text) {
  text = csv::trim(text);
  if (text.empty()) return {};
  return csv::split_all(text);
}

std::vector<std::string_view> split_csv(std::string_view text) { return without_empty(csv::split(text)); }

std::vector<std::string_view> split_at(std::string_view text, char separator) {
  std::vector<std::string_view> parts = pieces(text, separator);
  // "" without a separator is one empty element, which stays.
  while (parts.size() > 1 && parts.back().empty()) parts.pop_back();
  if (parts.size() == 1 && parts[0].empty() && !text.empty()) parts.clear();
  return parts;
}

size_t length(std::string_view text) {
  size_t units = 0;
  for (size_t at = 0; at < text.size();) units += csv::code_point(text, at) > 0xFFFF ? 2 : 1;
  return units;
}

uint32_t hash_bucket(std::string_view key, size_t keys) {
  uint32_t hash = 0;  // String.hashCode
  for (size_t at = 0; at < key.size();) {
    const uint32_t c = csv::code_point(key, at);
    if (c > 0xFFFF) hash = hash * 31 + (0xD800 + ((c - 0x10000) >> 10));
    hash = hash * 31 + (c > 0xFFFF ? 0xDC00 + ((c - 0x10000) & 0x3FF) : c);
  }
  uint32_t size = 16;
  while (keys > size / 4 * 3) size *= 2;
  return (hash ^ (hash >> 16)) & (size - 1);
}

bool has_line_break(std::string_view text) { return listener_text::has_line_break(text); }
bool is_host(std::string_view text) { return listener_text::is_host(text); }

std::string join(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) {
    if (&part != parts.data()) out += between;
    out += part;
  }
  return out;
}

std::string java_list(const std::vector<std::string>& parts) { return "[" + join(parts, ", ") + "]"; }

bool is_ipv4(std::string_view host) {
  const auto parts = pieces(host, '.');
  return parts.size() == 4 && std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
           if (part.empty() || part.size() > 3 || (part.size() > 1 && part[0] == '0')) return false;
           int value = 0;
           for (const char c : part) {
             if (c < '0' || c > '9') return false;
             value = value * 10 + (c - '0');
           }
           return value <= 255;
         });
}

bool is_ipv6(std::string_view host) {
  const auto zone = pieces(host, '%');
  if (zone.size() > 2 || (zone.size() == 2 && zone[1].empty())) return false;
  host = zone[0];
  const size_t zeros = host.find("::");
  const bool compressed = zeros != host.npos;
  if (compressed && host.rfind("::") != zeros) return false;
  if ((host.starts_with(':') && !host.starts_with("::")) || (host.ends_with(':') && !host.ends_with("::")))
    return false;
  auto octets = split_at(host, ':');
  if (compressed && host.ends_with("::")) {
    octets.emplace_back();
  } else if (compressed && host.starts_with("::") && !octets.empty()) {
    octets.erase(octets.begin());
  }
  if (octets.size() > 8) return false;
  int valid = 0;
  int empty = 0;
  for (size_t i = 0; i < octets.size(); ++i) {
    const std::string_view octet = octets[i];
    empty = octet.empty() ? empty + 1 : 0;
    if (empty > 1) return false;
    if (i + 1 == octets.size() && octet.find('.') != octet.npos) {
      if (!is_ipv4(octet)) return false;
      ++valid;
    } else if (!octet.empty() && !is_hex_group(octet)) {
      return false;
    }
    ++valid;
  }
  return valid <= 8 && (valid == 8 || compressed);
}

}  // namespace brokergate::startup

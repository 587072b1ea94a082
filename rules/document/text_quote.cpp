#include <algorithm>
#include <cctype>

#include "rules/document/scalar.h"
#include "rules/document/text_write.h"
#include "rules/document/utf8.h"

namespace brokergate::text {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Characters that YAML's reader refuses raw, folds, or takes for a line break.
bool must_escape(uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x2028 || c == 0x2029 || c == 0xFEFF || c == 0xFFFE ||
         c == 0xFFFF;
}

uint32_t code_point(std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(bytes[i])); };
  switch (bytes.size()) {
    case 1:
      return byte(0);
    case 2:
      return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
    case 3:
      return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
    default:
      return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
  }
}

// False when the text is not UTF-8 or holds, line feeds aside where allowed,
// what cannot stand there as it is.
bool all_raw(std::string_view text, bool line_feeds) {
  for (size_t i = 0; i < text.size();) {
    const size_t length = document::utf8_length(text, i);
    if (length == 0) return false;
    const uint32_t c = code_point(text.substr(i, length));
    if (must_escape(c) && c != '\t' && !(line_feeds && c == '\n')) return false;
    i += length;
  }
  return true;
}

// Dates, times and numbers of one YAML version that another reads as text.
bool looks_numeric(std::string_view text) {
  if (!is_digit(text[0]) && (text.size() < 2 || !(is_digit(text[1]) || text[1] == '.'))) return false;
  const auto numeric = [](char c) {
    return is_digit(c) || std::string_view("+-.:_eExXoObBTtZz ").find(c) != std::string_view::npos;
  };
  return std::all_of(text.begin(), text.end(), numeric) && std::count(text.begin(), text.end(), '.') < 3;
}

}  // namespace

std::string double_quoted(std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out = "\"";
  for (size_t i = 0; i < text.size();) {
    const size_t length = document::utf8_length(text, i);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    const uint32_t c = code_point(text.substr(i, length));
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (must_escape(c)) {
      out += "\\u";
      for (int shift = 12; shift >= 0; shift -= 4) out += kHex[c >> shift & 0xF];
    } else {
      out += text.substr(i, length);
    }
    i += length;
  }
  return out += '"';
}

bool plain_is_string(std::string_view text, bool flow) {
  if (text.empty() || !document::is_ascii(text) || document::resolve_plain(text) != Kind::kString) return false;
  if (looks_numeric(text) || text == "=" || text == "<<" || text.starts_with("---") || text.starts_with("..."))
    return false;
  const char first = text[0];
  if (first == '-' || first == '.') {
    if (text.size() < 2 || text[1] == ' ') return false;
  } else if (std::string_view("?:,[]{}#&*!|>'\"%@` ").find(first) != std::string_view::npos) {
    return false;
  }
  if (text.back() == ' ' || text.back() == ':') return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c < 0x20 || c == 0x7F) return false;
    if (c == ':' && (flow || text[i + 1] == ' ')) return false;
    if (c == '#' && text[i - 1] == ' ') return false;
    if (flow && std::string_view(",[]{}?").find(c) != std::string_view::npos) return false;
  }
  return true;
}

bool single_can_hold(std::string_view text) { return all_raw(text, false); }

bool literal_can_hold(std::string_view text) {
  return text.find_first_not_of('\n') != std::string_view::npos && all_raw(text, true) &&
         text.find_first_not_of(" \n") != std::string_view::npos;
}

bool literal_needs_digit(std::string_view text) {
  // Indentation is found out from the first line that is not blank; a blank
  // line with spaces before it would count as well.
  const size_t first = text.find_first_not_of('\n');
  return first != std::string_view::npos && (text[first] == ' ' || text[first] == '\t');
}

std::string string_text(std::string_view text, Quotes quotes, bool flow) {
  if (quotes == Quotes::kNeeded && plain_is_string(text, flow)) return std::string(text);
  if (quotes != Quotes::kSingle || !single_can_hold(text)) return double_quoted(text);
  std::string out = "'";
  for (char c : text) out.append(c == '\'' ? 2 : 1, c);
  return out += '\'';
}

std::string scalar_text(Value value, Quotes quotes, bool flow, bool json) {
  if (value.is_string()) return json ? double_quoted(value.str()) : string_text(value.str(), quotes, flow);
  return value.is_null() ? "null" : std::string(value.scalar());
}

}  // namespace brokergate::text

#include <charconv>
#include <vector>

#include "brokergate/document.h"
#include "rules/document/entries.h"
#include "rules/document/number.h"
#include "rules/document/utf8.h"

namespace brokergate {
namespace {

void append_integer(std::string_view text, std::string& out) {
  const auto value = document::parse_integer(text);
  if (!value) return append_json_string(text, out);
  char buffer[24];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value->magnitude);
  if (value->negative) out += '-';
  out.append(buffer, result.ptr);
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  size_t copied = 0;  // text before this index stands in `out`
  size_t i = 0;
  const auto flush = [&] { out.append(text, copied, i - copied); };
  while (i < text.size()) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    if (c >= 0x80) {
      const size_t length = document::utf8_length(text, i);
      if (length != 0) {
        i += length;
        continue;
      }
      flush();
      out += "\xEF\xBF\xBD";
    } else {
      flush();
      out += '\\';
      switch (c) {
        case '"':
        case '\\':
          out += static_cast<char>(c);
          break;
        case '\n':
          out += 'n';
          break;
        case '\r':
          out += 'r';
          break;
        case '\t':
          out += 't';
          break;
        default:
          out += "u00";
          out += kHex[c >> 4];
          out += kHex[c & 15];
      }
    }
    copied = ++i;
  }
  flush();
  out += '"';
}

void append_json(Value value, std::string& out) {
  switch (value.kind()) {
    case Kind::kNull:
      out += "null";
      return;
    case Kind::kBool:
      out += value.as_bool() == true ? "true" : "false";
      return;
    case Kind::kInt:
      return append_integer(value->text, out);
    case Kind::kFloat:
      return document::append_json_float(document::float_value(value->text), out);
    case Kind::kString:
      return append_json_string(value->text, out);
    case Kind::kSeq: {
      char separator = '[';
      for (const Node& node : value.children()) {
        out += separator;
        append_json(Value(&node), out);
        separator = ',';
      }
      out += value.size() == 0 ? "[]" : "]";
      return;
    }
    case Kind::kMap: {
      char separator = '{';
      const auto append_entry = [&](const Node& node) {
        out += separator;
        append_json_string(node.key, out);
        out += ':';
        append_json(Value(&node), out);
        separator = ',';
      };
      if (document::has_duplicate_keys(value.children())) {
        for (const Node* node : document::effective_entries(value.children())) append_entry(*node);
      } else {
        for (const Node& node : value.children()) append_entry(node);
      }
      out += value.size() == 0 ? "{}" : "}";
      return;
    }
  }
}

std::string to_json(Value value) {
  std::string out;
  append_json(value, out);
  return out;
}

}  // namespace brokergate

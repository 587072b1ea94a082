#include "rules/kafka/csv.h"

#include <algorithm>

namespace brokergate::csv {
namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) <= 0x20; }
// \s of a Java expression.
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f' || c == '\r'; }

}  // namespace

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_control(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_control(text.back())) text.remove_suffix(1);
  return text;
}

std::vector<std::string_view> split(std::string_view text) {
  text = trim(text);
  std::vector<std::string_view> parts;
  if (text.empty()) return parts;
  parts = split_all(text);
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  return parts;
}

std::vector<std::string_view> split_all(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0;;) {
    const size_t comma = text.find(',', begin);
    std::string_view part = text.substr(begin, comma == std::string_view::npos ? comma : comma - begin);
    while (!part.empty() && begin > 0 && is_space(part.front())) part.remove_prefix(1);
    while (!part.empty() && comma != std::string_view::npos && is_space(part.back())) part.remove_suffix(1);
    parts.push_back(part);
    if (comma == std::string_view::npos) break;
    begin = comma + 1;
  }
  return parts;
}

size_t entries(std::string_view text) {
  const auto parts = split(text);
  return parts.size() - static_cast<size_t>(std::count(parts.begin(), parts.end(), std::string_view()));
}

std::string without_repeated_blanks(std::string_view text) {
  std::string out;
  bool first = true, blank = false;
  for (const std::string_view part : split_all(trim(text))) {
    if (part.empty() && blank) continue;
    blank = part.empty();
    if (!first) out += ',';
    out += part;
    first = false;
  }
  return out;
}

bool is_blank(std::string_view text) {
  for (const char c : text) {
    if (!is_control(c)) return false;
  }
  return true;
}

}  // namespace brokergate::csv

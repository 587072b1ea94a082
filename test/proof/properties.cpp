#include "test/proof/properties.h"

#include <sstream>
#include <vector>

namespace proof {
namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\f'; }

std::string without_lead(const std::string& line) {
  size_t begin = 0;
  while (begin < line.size() && blank(line[begin])) ++begin;
  return line.substr(begin);
}

bool goes_on(const std::string& line) {
  size_t slashes = 0;
  while (slashes < line.size() && line[line.size() - 1 - slashes] == '\\') ++slashes;
  return slashes % 2 == 1;
}

std::vector<std::string> logical_lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    std::string logical = without_lead(line);
    if (logical.empty() || logical[0] == '#' || logical[0] == '!') continue;
    while (goes_on(logical) && std::getline(in, line)) {
      if (!line.empty() && line.back() == '\r') line.pop_back();
      logical.pop_back();
      logical += without_lead(line);
    }
    lines.push_back(logical);
  }
  return lines;
}

std::string unescaped(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      if (text[i] != '\\') out += text[i];
      continue;
    }
    char c = text[++i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c == 'f' ? '\f' : c;
  }
  return out;
}

}  // namespace

Properties properties_of(const std::string& text) {
  Properties properties;
  for (const std::string& line : logical_lines(text)) {
    size_t end = 0;
    while (end < line.size() && line[end] != '=' && line[end] != ':' && !blank(line[end])) {
      end += line[end] == '\\' ? 2 : 1;
    }
    end = std::min(end, line.size());
    size_t value = end;
    while (value < line.size() && blank(line[value])) ++value;
    if (value < line.size() && (line[value] == '=' || line[value] == ':')) ++value;
    while (value < line.size() && blank(line[value])) ++value;
    properties[unescaped(line.substr(0, end))] = unescaped(line.substr(value));
  }
  return properties;
}

}  // namespace proof

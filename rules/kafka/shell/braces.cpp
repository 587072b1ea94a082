// Brace expansion (bash), of words without quotes and other expansions.
#include <charconv>

#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {
namespace {

constexpr size_t kMaxWords = 256;

// {1..3}, {b..d}; false: not read here.
bool add_sequence(std::string_view from, std::string_view to, std::vector<std::string>& out) {
  const auto number = [](std::string_view text, int& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool padded = text.size() > 1 && (text[0] == '0' || text.substr(0, 2) == "-0");
    return error == std::errc{} && end == text.data() + text.size() && !padded;
  };
  int first = 0, last = 0;
  const bool numbers = number(from, first) && number(to, last);
  if (!numbers) {
    const auto letter = [](std::string_view text) { return text.size() == 1 && text[0] >= 'a' && text[0] <= 'z'; };
    if (!letter(from) || !letter(to)) return false;
    first = from[0];
    last = to[0];
  }
  const int64_t span = first < last ? int64_t{last} - first : int64_t{first} - last;
  if (span >= static_cast<int64_t>(kMaxWords)) return false;
  for (int value = first;; value += first < last ? 1 : -1) {
    out.push_back(numbers ? std::to_string(value) : std::string(1, static_cast<char>(value)));
    if (value == last) return true;
  }
}

// What stands between one pair of braces: its alternatives.
bool alternatives(std::string_view body, std::vector<std::string>& out) {
  size_t depth = 0, begin = 0;
  bool list = false;
  for (size_t i = 0; i <= body.size(); ++i) {
    if (i < body.size() && body[i] == '{') ++depth;
    if (i < body.size() && body[i] == '}') --depth;
    if (i < body.size() && (body[i] != ',' || depth > 0)) continue;
    if (i == body.size() && !list) break;
    list = true;
    out.emplace_back(body.substr(begin, i - begin));
    begin = i + 1;
  }
  if (list) return out.size() <= kMaxWords;
  const size_t dots = body.find("..");
  if (dots == body.npos) return false;
  const std::string_view to = body.substr(dots + 2);
  return to.find("..") == to.npos && add_sequence(body.substr(0, dots), to, out);
}

bool expand(std::string_view text, int depth, std::vector<std::string>& out) {
  const size_t open = text.find('{');
  if (open == text.npos || depth > 8) {
    out.emplace_back(text);
    return depth <= 8 && text.find('}') == text.npos && out.size() <= kMaxWords;
  }
  size_t close = open, level = 0;
  for (; close < text.size(); ++close) {
    if (text[close] == '{') ++level;
    if (text[close] == '}' && --level == 0) break;
  }
  if (close >= text.size()) return false;
  std::vector<std::string> middle;
  if (!alternatives(text.substr(open + 1, close - open - 1), middle)) return false;
  for (const std::string& one : middle) {
    std::string joined(text.substr(0, open));
    joined += one;
    joined += text.substr(close + 1);
    if (!expand(joined, depth + 1, out)) return false;
  }
  return true;
}

}  // namespace

// False: not read here; `out` is as it was.
bool Interpreter::expand_braces(const Word& word, std::vector<std::string>& out) {
  for (const Part& part : word.parts)
    if (part.kind != Part::Kind::kText || part.quoted) return false;
  if (word.raw.size() > 1024 || word.raw.find_first_of("~*?[") != std::string_view::npos || !spend(8)) return false;
  std::vector<std::string> words;
  if (!expand(word.raw, 0, words)) return false;
  if (!spend(words.size())) return false;
  for (std::string& one : words)
    if (!one.empty()) out.push_back(std::move(one));
  return true;
}

}  // namespace brokergate::shell

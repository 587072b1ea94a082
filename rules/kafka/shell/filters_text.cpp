// tr, cut, grep, expr.
#include <algorithm>
#include <optional>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/filters.h"
#include "rules/kafka/shell/regex.h"

namespace brokergate::shell {
namespace {

FilterResult print(std::string output, int status = 0) {
  FilterResult result;
  result.known = true;
  result.output = std::move(output);
  result.status = status;
  return result;
}

// The characters of a tr set; nullopt for what tr programs read differently.
std::optional<std::string> expand_set(std::string_view set) {
  std::string out;
  for (size_t i = 0; i < set.size(); ++i) {
    if (set.substr(i, 2) == "[:") {
      size_t close = set.find(":]", i);
      if (close == std::string_view::npos) return std::nullopt;
      std::string_view name = set.substr(i + 2, close - i - 2);
      auto range = [&](char from, char to) {
        for (char c = from; c <= to; ++c) out += c;
      };
      if (name == "lower") {
        range('a', 'z');
      } else if (name == "upper") {
        range('A', 'Z');
      } else if (name == "digit") {
        range('0', '9');
      } else if (name == "space") {
        out += "\t\n\v\f\r ";
      } else {
        return std::nullopt;
      }
      i = close + 1;
      continue;
    }
    if (set.substr(i, 2) == "[=") return std::nullopt;
    char c = set[i];
    if (c == '\\') {
      if (++i == set.size()) return std::nullopt;
      static constexpr std::string_view kFrom = "nrt\\", kTo = "\n\r\t\\";
      size_t known = kFrom.find(set[i]);
      if (known == std::string_view::npos && set[i] >= 'a') return std::nullopt;
      if (set[i] >= '0' && set[i] <= '9') return std::nullopt;
      c = known == std::string_view::npos ? set[i] : kTo[known];
    }
    if ((c & 0x80) != 0) return std::nullopt;
    if (i + 2 < set.size() && set[i + 1] == '-') {
      char last = set[i + 2];
      if (last < c || last == '\\') return std::nullopt;
      // An int counts: behind the last of 127 a char would begin anew.
      for (int each = c; each <= last; ++each) out += static_cast<char>(each);
      i += 2;
    } else {
      out += c;
    }
  }
  return out;
}

bool contains(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

// "1,3-5,7-": positions from 1.
std::optional<std::vector<std::pair<size_t, size_t>>> parse_list(std::string_view list) {
  std::vector<std::pair<size_t, size_t>> ranges;
  auto number = [](std::string_view text, size_t otherwise) -> std::optional<size_t> {
    if (text.empty()) return otherwise;
    if (text.size() > 6 || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    size_t value = 0;
    for (char c : text) value = value * 10 + static_cast<size_t>(c - '0');
    if (value == 0) return std::nullopt;
    return value;
  };
  while (!list.empty()) {
    std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(one.size() + 1, list.size()));
    size_t dash = one.find('-');
    if (one.empty() || one == "-") return std::nullopt;
    auto from = number(one.substr(0, dash), 1);
    auto to = dash == std::string_view::npos ? from : number(one.substr(dash + 1), SIZE_MAX);
    if (!from || !to || *to < *from) return std::nullopt;
    ranges.emplace_back(*from, *to);
  }
  if (ranges.empty()) return std::nullopt;
  return ranges;
}

}  // namespace

FilterResult filter_tr(const FilterCall& call) {
  bool remove = false, squeeze = false, complement = false;
  std::vector<std::string> sets;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    if (word.size() > 1 && word[0] == '-' && sets.empty()) {
      if (word.find_first_not_of("dscC", 1) != std::string::npos) return {};
      remove = remove || contains(word, 'd');
      squeeze = squeeze || contains(word, 's');
      complement = complement || contains(word, 'c') || contains(word, 'C');
    } else {
      sets.push_back(word);
    }
  }
  std::string text;
  if (sets.empty() || sets.size() > 2 || !read_operands(call, {}, text)) return {};
  if (std::any_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; })) return {};
  auto first = expand_set(sets[0]);
  auto second = sets.size() > 1 ? expand_set(sets[1]) : std::optional<std::string>(std::in_place);
  if (!first || !second || has_opaque(sets[0]) || (sets.size() > 1 && has_opaque(sets[1]))) return {};
  // What a shorter second set means, System V and BSD disagree about; with -c
  // only "everything else to one character" is clear.
  bool translate = !remove && sets.size() > 1;
  if (translate && (second->empty() || (complement ? second->size() != 1 : second->size() > first->size()))) return {};
  if ((remove && squeeze) || (remove && sets.size() > 1) || (!remove && !squeeze && sets.size() != 2)) return {};
  auto in_first = [&](char c) { return contains(*first, c) != complement; };
  std::string out;
  for (char c : text) {
    if (remove) {
      if (!in_first(c)) out += c;
      continue;
    }
    char to = c;
    if (translate && in_first(c)) {
      // The last character stands for those beyond the end, as in every tr of Linux.
      to = complement ? (*second)[0] : (*second)[std::min(first->rfind(c), second->size() - 1)];
    }
    bool squeezes = squeeze && (translate ? contains(*second, to) : in_first(to));
    if (squeezes && !out.empty() && out.back() == to) continue;
    out += to;
  }
  return print(std::move(out));
}

FilterResult filter_cut(const FilterCall& call) {
  char mode = 0;
  std::string list, delimiter = "\t";
  bool only_delimited = false;
  std::vector<std::string> operands;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    if (word.size() < 2 || word[0] != '-') {
      operands.push_back(word);
      continue;
    }
    char option = word[1];
    if (option == 's' && word.size() == 2) {
      only_delimited = true;
      continue;
    }
    if (!contains("dfcb", option)) return {};
    std::string value = word.size() > 2 ? word.substr(2) : ++i < call.argv.size() ? call.argv[i] : std::string();
    if (option == 'd') {
      delimiter = value;
    } else {
      // A second list is an error to cut.
      if (mode != 0) return {};
      mode = option;
      list = value;
    }
  }
  auto ranges = parse_list(list);
  std::string text, out;
  if (!ranges || mode == 0 || delimiter.size() != 1 || has_opaque(delimiter) || !read_operands(call, operands, text)) {
    return {};
  }
  auto wanted = [&](size_t position) {
    return std::any_of(ranges->begin(), ranges->end(),
                       [&](const auto& range) { return position >= range.first && position <= range.second; });
  };
  if (ranges->size() > 16) return {};
  for (std::string_view line : lines_of(text)) {
    if (mode != 'f') {
      if (mode == 'c' && std::any_of(line.begin(), line.end(), [](char c) { return (c & 0x80) != 0; })) return {};
      for (size_t i = 0; i < line.size(); ++i) {
        if (wanted(i + 1)) out += line[i];
      }
      out += '\n';
      continue;
    }
    if (!contains(line, delimiter[0])) {
      if (!only_delimited) out += std::string(line) + "\n";
      continue;
    }
    bool first = true;
    size_t begin = 0;
    for (size_t field = 1; begin <= line.size(); ++field) {
      size_t end = std::min(line.find(delimiter[0], begin), line.size());
      if (wanted(field)) {
        if (!first) out += delimiter;
        out += line.substr(begin, end - begin);
        first = false;
      }
      begin = end + 1;
    }
    out += '\n';
  }
  return print(std::move(out));
}

FilterResult filter_grep(const FilterCall& call) {
  bool extended = false, fixed = false, only = false, invert = false, quiet = false, count = false, ignore_case = false;
  std::vector<std::string> operands;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    if (word.size() < 2 || word[0] != '-') {
      operands.push_back(word);
      continue;
    }
    if (word.find_first_not_of("EFovqci", 1) != std::string::npos) return {};
    extended = extended || contains(word, 'E');
    fixed = fixed || contains(word, 'F');
    only = only || contains(word, 'o');
    invert = invert || contains(word, 'v');
    quiet = quiet || contains(word, 'q');
    count = count || contains(word, 'c');
    ignore_case = ignore_case || contains(word, 'i');
  }
  std::string text;
  if (operands.empty() || operands.size() > 2 || (only && invert) || contains(operands[0], '\n')) return {};
  if (!read_operands(call, {operands.begin() + 1, operands.end()}, text)) return {};
  std::string pattern = operands[0];
  if (fixed) {
    pattern = quote_regex(pattern);
    extended = true;
  }
  Regex regex(pattern, extended, ignore_case);
  if (!regex.valid()) return {};
  std::string out;
  size_t selected = 0;
  std::vector<std::string_view> lines = lines_of(text);
  if (lines.size() > 4096) return {};
  for (std::string_view line : lines) {
    std::string subject(line);
    auto found = regex.find(subject);
    if (!found) return {};
    if (found->empty() != invert) continue;
    ++selected;
    if (!only) {
      out += subject + "\n";
      continue;
    }
    for (size_t from = 0; !found->empty() && from <= subject.size();) {
      auto [begin, end] = (*found)[0];
      if (begin == end) {
        if (end >= subject.size()) break;
        from = end + 1;
      } else {
        out += subject.substr(begin, end - begin) + "\n";
        from = end;
      }
      found = regex.find(subject, from);
      if (!found) return {};
    }
  }
  if (quiet) out.clear();
  if (count) out = std::to_string(selected) + "\n";
  return print(std::move(out), selected > 0 ? 0 : 1);
}

FilterResult filter_expr(const FilterCall& call) {
  const std::vector<std::string>& argv = call.argv;
  for (const std::string& word : argv) {
    if (has_opaque(word)) return {};
  }
  auto integer = [](std::string_view text) -> std::optional<int64_t> {
    bool negative = text.size() > 1 && text[0] == '-';
    if (negative) text.remove_prefix(1);
    if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string_view::npos) {
      return std::nullopt;
    }
    int64_t value = 0;
    for (char c : text) value = value * 10 + (c - '0');
    return negative ? -value : value;
  };
  auto result = [](const std::string& value, bool is_true) { return print(value + "\n", is_true ? 0 : 1); };
  if (argv.size() != 4) return {};
  const std::string &a = argv[1], &op = argv[2], &b = argv[3];
  if (op == ":") {
    // Anchored; prints the first group, or the length.
    Regex regex("^" + b, false);
    std::vector<std::string> groups;
    auto found = regex.search(a, groups);
    if (!found || b.substr(0, 1) == "^" || b.find("\\|") != std::string::npos) return {};
    bool group = b.find("\\(") != std::string::npos;
    if (group) {
      std::string value = *found && groups.size() > 1 ? groups[1] : "";
      return result(value, !value.empty() && value != "0");
    }
    size_t length = *found ? groups[0].size() : 0;
    return result(std::to_string(length), length != 0);
  }
  auto x = integer(a), y = integer(b);
  if (!x || !y) return {};
  std::optional<int64_t> value;
  if (op == "+") value = *x + *y;
  if (op == "-") value = *x - *y;
  if (op == "*" && std::max(std::abs(*x), std::abs(*y)) < (int64_t{1} << 31)) value = *x * *y;
  if (op == "/" && *y != 0) value = *x / *y;
  if (op == "%" && *y != 0) value = *x % *y;
  if (op == "=") value = *x == *y;
  if (op == "!=") value = *x != *y;
  if (op == "<") value = *x < *y;
  if (op == "<=") value = *x <= *y;
  if (op == ">") value = *x > *y;
  if (op == ">=") value = *x >= *y;
  if (!value) return {};
  return result(std::to_string(*value), *value != 0);
}

}  // namespace brokergate::shell

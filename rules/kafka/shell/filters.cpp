#include "rules/kafka/shell/filters.h"

#include <algorithm>
#include <array>
#include <optional>

#include "rules/kafka/opaque.h"

namespace brokergate::shell {
namespace {

std::optional<int64_t> integer(std::string_view text) {
  bool negative = text.substr(0, 1) == "-";
  if (negative) text.remove_prefix(1);
  if (text.empty() || text.size() > 15 || text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  int64_t value = 0;
  for (char c : text) value = value * 10 + (c - '0');
  return negative ? -value : value;
}

FilterResult print(std::string output) {
  FilterResult result;
  result.known = true;
  result.output = std::move(output);
  return result;
}

FilterResult filter_basename(const FilterCall& call) {
  bool directory = call.argv[0] == "dirname";
  size_t at = call.argv.size() > 1 && call.argv[1] == "--" ? 2 : 1;
  size_t most = directory ? 1 : 2;
  if (call.argv.size() <= at || call.argv.size() > at + most) return {};
  std::string path = call.argv[at];
  if (has_opaque(path) || path.substr(0, 1) == "-") return {};
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  size_t slash = path.rfind('/');
  if (directory) {
    if (slash == std::string::npos) return print(".\n");
    path.erase(slash);
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return print((path.empty() ? "/" : path) + "\n");
  }
  if (path != "/" && slash != std::string::npos) path.erase(0, slash + 1);
  if (call.argv.size() == at + 2) {
    const std::string& suffix = call.argv[at + 1];
    if (has_opaque(suffix)) return {};
    if (path.size() > suffix.size() && path.compare(path.size() - suffix.size(), suffix.size(), suffix) == 0) {
      path.erase(path.size() - suffix.size());
    }
  }
  return print(path + "\n");
}

FilterResult filter_rev(const FilterCall& call) {
  std::string text, out;
  if (!read_operands(call, {call.argv.begin() + 1, call.argv.end()}, text)) return {};
  for (std::string_view line : lines_of(text)) {
    if (std::any_of(line.begin(), line.end(), [](char c) { return (c & 0x80) != 0; })) return {};
    out.append(line.rbegin(), line.rend());
    out += '\n';
  }
  if (!text.empty() && text.back() != '\n') out.pop_back();
  return print(std::move(out));
}

// head, tail: -n N, -N, -c N, tail -n +N
FilterResult filter_ends(const FilterCall& call) {
  bool head = call.argv[0] == "head", bytes = false, from = false;
  int64_t count = 10;
  std::vector<std::string> operands;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    std::string word = call.argv[i];
    if (word.size() < 2 || word[0] != '-') {
      operands.push_back(word);
      continue;
    }
    std::string number = word.substr(1);
    if (word[1] == 'n' || word[1] == 'c') {
      bytes = word[1] == 'c';
      number = word.size() > 2 ? word.substr(2) : ++i < call.argv.size() ? call.argv[i] : std::string();
    }
    from = number.substr(0, 1) == "+";
    if (from) number.erase(0, 1);
    auto value = integer(number);
    if (!value || *value < 0 || (from && head)) return {};
    count = *value;
  }
  std::string text;
  if (operands.size() > 1 || !read_operands(call, operands, text)) return {};
  if (bytes) {
    auto size = static_cast<int64_t>(text.size());
    if (head) return print(text.substr(0, static_cast<size_t>(std::min(count, size))));
    if (from) return print(text.substr(static_cast<size_t>(std::min(std::max<int64_t>(count - 1, 0), size))));
    return print(text.substr(static_cast<size_t>(size - std::min(count, size))));
  }
  std::vector<std::string_view> lines = lines_of(text);
  auto total = static_cast<int64_t>(lines.size());
  int64_t begin = head ? 0 : from ? std::min(std::max<int64_t>(count - 1, 0), total) : total - std::min(count, total);
  int64_t end = head ? std::min(count, total) : total;
  std::string out;
  for (int64_t i = begin; i < end; ++i) {
    out += lines[static_cast<size_t>(i)];
    if (i + 1 < total || text.back() == '\n') out += '\n';
  }
  return print(std::move(out));
}

FilterResult filter_seq(const FilterCall& call) {
  std::vector<int64_t> numbers;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    auto value = integer(call.argv[i]);
    if (!value) return {};
    numbers.push_back(*value);
  }
  if (numbers.empty() || numbers.size() > 3) return {};
  int64_t first = numbers.size() > 1 ? numbers[0] : 1;
  int64_t step = numbers.size() > 2 ? numbers[1] : 1;
  int64_t last = numbers.back();
  if (step == 0 || (last - first) / step > 4096) return {};
  std::string out;
  for (int64_t i = first; step > 0 ? i <= last : i >= last; i += step) out += std::to_string(i) + "\n";
  return print(std::move(out));
}

FilterResult filter_wc(const FilterCall& call) {
  if (call.argv.size() != 2) return {};
  const std::string& text = call.input.text;
  if (has_opaque(text)) return {};
  if (call.argv[1] == "-l") return print(std::to_string(std::count(text.begin(), text.end(), '\n')) + "\n");
  if (call.argv[1] == "-c") return print(std::to_string(text.size()) + "\n");
  if (call.argv[1] != "-w") return {};
  size_t words = 0;
  bool inside = false;
  for (char c : text) {
    bool white = c == ' ' || (c >= '\t' && c <= '\r');
    words += !white && !inside ? 1 : 0;
    inside = !white;
  }
  return print(std::to_string(words) + "\n");
}

// paste -s -d X, the usual way to join lines.
FilterResult filter_paste(const FilterCall& call) {
  bool serial = false;
  std::string delimiter = "\t";
  std::vector<std::string> operands;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    if (word == "-s") {
      serial = true;
    } else if (word == "-d" && i + 1 < call.argv.size()) {
      delimiter = call.argv[++i];
    } else if (word.substr(0, 3) == "-sd") {
      serial = true;
      delimiter = word.size() > 3 ? word.substr(3) : ++i < call.argv.size() ? call.argv[i] : std::string();
    } else if (word.substr(0, 2) == "-d") {
      delimiter = word.substr(2);
    } else {
      operands.push_back(word);
    }
  }
  std::string text;
  if (!serial || delimiter.size() != 1 || delimiter == "\\" || operands.size() > 1 ||
      !read_operands(call, operands, text)) {
    return {};
  }
  std::string out;
  std::vector<std::string_view> lines = lines_of(text);
  for (size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += delimiter;
    out += lines[i];
  }
  return print(out + "\n");
}

// sort [-u] [-r] [-n] of lines on which every locale agrees: digits only, or
// small letters and digits of one length.
FilterResult filter_sort(const FilterCall& call) {
  bool unique = false, reverse = false, numeric = false;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    if (word.size() < 2 || word[0] != '-' || word.find_first_not_of("urn", 1) != std::string::npos) return {};
    unique = unique || word.find('u') != std::string::npos;
    reverse = reverse || word.find('r') != std::string::npos;
    numeric = numeric || word.find('n') != std::string::npos;
  }
  if (has_opaque(call.input.text)) return {};
  std::vector<std::string_view> lines = lines_of(call.input.text);
  for (std::string_view line : lines) {
    bool digits = !line.empty() && line.size() <= 15 && line.find_first_not_of("0123456789") == std::string_view::npos;
    bool name = !line.empty() && line.size() == lines[0].size() &&
                line.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string_view::npos;
    if (numeric ? !digits || (line.size() > 1 && line[0] == '0') : !name) return {};
  }
  auto less = [&](std::string_view a, std::string_view b) {
    if (numeric && a.size() != b.size()) return a.size() < b.size();
    return a < b;
  };
  std::sort(lines.begin(), lines.end(), less);
  if (reverse) std::reverse(lines.begin(), lines.end());
  if (unique) lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  std::string out;
  for (std::string_view line : lines) out += std::string(line) + "\n";
  return print(std::move(out));
}

FilterResult filter_uniq(const FilterCall& call) {
  if (call.argv.size() != 1 || has_opaque(call.input.text)) return {};
  std::vector<std::string_view> lines = lines_of(call.input.text);
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  std::string out;
  for (std::string_view line : lines) out += std::string(line) + "\n";
  return print(std::move(out));
}

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool read_operands(const FilterCall& call, const std::vector<std::string>& operands, std::string& text, bool atoms) {
  if (operands.empty()) {
    text = call.input.text;
  }
  for (const std::string& operand : operands) {
    const std::string* file = operand == "-" ? &call.input.text : call.input.file(operand);
    if (file == nullptr) return false;
    text += *file;
  }
  return (atoms || !has_opaque(text)) && text.find('\0') == std::string::npos;
}

FilterResult run_filter(const std::vector<std::string>& argv, const FilterInput& input) {
  struct Row {
    std::string_view name;
    Filter run;
  };
  static constexpr auto kFilters = std::to_array<Row>({{"awk", filter_awk},
                                                       {"basename", filter_basename},
                                                       {"cut", filter_cut},
                                                       {"dirname", filter_basename},
                                                       {"expr", filter_expr},
                                                       {"grep", filter_grep},
                                                       {"head", filter_ends},
                                                       {"paste", filter_paste},
                                                       {"rev", filter_rev},
                                                       {"sed", filter_sed},
                                                       {"seq", filter_seq},
                                                       {"sort", filter_sort},
                                                       {"tail", filter_ends},
                                                       {"tr", filter_tr},
                                                       {"uniq", filter_uniq},
                                                       {"wc", filter_wc}});
  for (const Row& row : kFilters) {
    if (row.name == argv[0]) return row.run(FilterCall{argv, input});
  }
  return {};
}

}  // namespace brokergate::shell

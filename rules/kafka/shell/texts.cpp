// Joins the texts of one file that two ways of a script have written.
#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/filters.h"
#include "rules/kafka/shell/set_line.h"
#include "rules/kafka/shell/state.h"

namespace brokergate::shell {
namespace {

constexpr size_t kMostLines = 4096;
constexpr size_t kMostPairs = size_t{64} << 10;  // of lines that are compared with each other

using Lines = std::vector<std::string_view>;

// Comment lines of properties files and of shell text.
bool is_comment(std::string_view line) {
  const size_t at = line.find_first_not_of(" \t");
  return at == std::string_view::npos || line[at] == '#';
}

// A line of which one text has nothing. nullopt: it may be anything.
std::optional<std::string> lone_line(std::string_view line, const std::string& reason) {
  if (line.ends_with('\\')) return std::nullopt;
  if (is_comment(line)) return "#" + may_not_set(reason);
  const std::string_view key = key_of(line);
  if (key.empty()) return std::nullopt;
  // The reason that was there first is the nearer one.
  const std::string known = unknown_reason(line);
  return std::string(key) + may_not_set(known.starts_with(kMayNotSet) ? known : reason);
}

std::optional<std::string> join_lines(std::string_view a, std::string_view b, const std::string& reason) {
  if (a == b) return std::string(a);
  if (a.ends_with('\\') || b.ends_with('\\')) return std::nullopt;
  const std::string_view key = key_of(a);
  if (!key.empty() && key == key_of(b)) {
    const std::string one(a.substr(key.size())), two(b.substr(key.size()));
    for (const std::string& value : {one, two})
      if (unknown_reason(value).starts_with(kMayNotSet)) return std::string(key) + may_not_set(unknown_reason(value));
    return std::string(key) + join_values(one, two, reason);
  }
  if (is_comment(a)) return lone_line(b, reason);
  if (is_comment(b)) return lone_line(a, reason);
  return std::nullopt;
}

// Pairs of equal lines, in order: a longest common subsequence.
std::vector<std::pair<size_t, size_t>> common_lines(const Lines& a, const Lines& b) {
  const size_t width = b.size() + 1;
  std::vector<uint16_t> length((a.size() + 1) * width, 0);
  for (size_t i = a.size(); i-- > 0;)
    for (size_t j = b.size(); j-- > 0;)
      length[i * width + j] = a[i] == b[j] ? static_cast<uint16_t>(length[(i + 1) * width + j + 1] + 1)
                                           : std::max(length[(i + 1) * width + j], length[i * width + j + 1]);
  std::vector<std::pair<size_t, size_t>> out;
  for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) {
      out.emplace_back(i++, j++);
    } else if (length[(i + 1) * width + j] >= length[i * width + j + 1]) {
      ++i;
    } else {
      ++j;
    }
  }
  return out;
}

class Joiner {
 public:
  explicit Joiner(const std::string& reason) : reason_(reason) {}

  // Lines [a,a_end) stand where the other text has [b,b_end).
  bool hunk(const Lines& a, size_t i, size_t a_end, const Lines& b, size_t j, size_t b_end) {
    if (i == a_end && j == b_end) return true;
    // A line that goes on in the next one is nothing without it.
    if (out_.ends_with('\\')) return false;
    if (a_end - i == b_end - j) {
      for (; i < a_end; ++i, ++j)
        if (!add(join_lines(a[i], b[j], reason_))) return false;
      return true;
    }
    for (; i < a_end; ++i)
      if (!add(lone_line(a[i], reason_))) return false;
    for (; j < b_end; ++j)
      if (!add(lone_line(b[j], reason_))) return false;
    return true;
  }
  bool add(std::optional<std::string> line) {
    if (!line) return false;
    if (!first_) out_ += '\n';
    first_ = false;
    out_ += *line;
    return true;
  }
  std::string take() { return std::move(out_); }

 private:
  const std::string& reason_;
  std::string out_;
  bool first_ = true;
};

}  // namespace

std::string join_texts(const std::string& a, const std::string& b, const std::string& reason) {
  if (a == b || a.find('\n') == std::string::npos || b.find('\n') == std::string::npos)
    return join_values(a, b, reason);
  const bool ends = a.back() == '\n';
  const Lines one = lines_of(a), two = lines_of(b);
  if (ends != (b.back() == '\n') || std::max(one.size(), two.size()) > kMostLines) return join_values(a, b, reason);
  size_t head = 0, tail = 0;
  const size_t least = std::min(one.size(), two.size());
  while (head < least && one[head] == two[head]) ++head;
  while (tail < least - head && one[one.size() - 1 - tail] == two[two.size() - 1 - tail]) ++tail;
  const Lines left(one.begin() + static_cast<ptrdiff_t>(head), one.end() - static_cast<ptrdiff_t>(tail));
  const Lines right(two.begin() + static_cast<ptrdiff_t>(head), two.end() - static_cast<ptrdiff_t>(tail));
  Joiner joiner(reason);
  for (size_t i = 0; i < head; ++i) joiner.add(std::string(one[i]));
  bool known = true;
  if (left.size() == right.size()) {
    known = joiner.hunk(left, 0, left.size(), right, 0, right.size());
  } else if (left.size() * right.size() > kMostPairs) {
    known = false;
  } else {
    size_t i = 0, j = 0;
    auto pairs = common_lines(left, right);
    pairs.emplace_back(left.size(), right.size());
    for (const auto& [x, y] : pairs) {
      known = known && joiner.hunk(left, i, x, right, j, y);
      if (known && x < left.size()) joiner.add(std::string(left[x]));
      i = x + 1;
      j = y + 1;
    }
  }
  // With no line in common nothing is said about whether there is any.
  if (!known || head + tail == 0) return join_values(a, b, reason);
  for (size_t i = one.size() - tail; i < one.size(); ++i) joiner.add(std::string(one[i]));
  return joiner.take() + (ends ? "\n" : "");
}

}  // namespace brokergate::shell

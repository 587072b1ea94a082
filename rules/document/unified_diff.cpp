#include <algorithm>

#include "brokergate/edit.h"
#include "rules/document/text_diff.h"

namespace brokergate {
namespace {

constexpr size_t kContext = 3;

void append_line(char mark, std::string_view line, std::string& out) {
  out += mark;
  out += line;
  if (line.empty() || line.back() != '\n') out += "\n\\ No newline at end of file\n";
}

// "3,7" counts seven lines from line 3; an empty range names the line before it.
void append_range(size_t begin, size_t count, std::string& out) {
  out += std::to_string(count > 0 ? begin + 1 : begin);
  if (count != 1) out += "," + std::to_string(count);
}

}  // namespace

std::string unified_diff(std::string_view name, std::string_view before, std::string_view after) {
  if (before == after) return {};
  const std::vector<std::string_view> left = split_lines(before), right = split_lines(after);
  const std::vector<DiffRun> runs = diff_lines(left, right);
  std::string out;
  out.append("--- a/").append(name).append("\n+++ b/").append(name).append("\n");
  for (size_t first = 0; first < runs.size();) {
    size_t last = first;
    while (last + 1 < runs.size() &&
           runs[last + 1].before - (runs[last].before + runs[last].before_count) <= 2 * kContext)
      ++last;
    const size_t lead = std::min(kContext, runs[first].before);
    const size_t run_end = runs[last].before + runs[last].before_count;
    const size_t trail = std::min(kContext, left.size() - run_end);
    const size_t begin = runs[first].before - lead, end = run_end + trail;
    const size_t after_begin = runs[first].after - lead;
    const size_t after_end = runs[last].after + runs[last].after_count + trail;
    out += "@@ -";
    append_range(begin, end - begin, out);
    out += " +";
    append_range(after_begin, after_end - after_begin, out);
    out += " @@\n";
    size_t line = begin;
    for (; first <= last; ++first) {
      const DiffRun& run = runs[first];
      for (; line < run.before; ++line) append_line(' ', left[line], out);
      for (; line < run.before + run.before_count; ++line) append_line('-', left[line], out);
      for (size_t i = run.after; i < run.after + run.after_count; ++i) append_line('+', right[i], out);
    }
    for (; line < end; ++line) append_line(' ', left[line], out);
  }
  return out;
}

}  // namespace brokergate

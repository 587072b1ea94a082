// Which lines (or other numbered things) two sequences do not share.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace brokergate {

// A run of lines that differs: `before_count` lines from `before` on are
// replaced by `after_count` lines from `after` on. Either count may be 0.
struct DiffRun {
  size_t before = 0, before_count = 0;
  size_t after = 0, after_count = 0;
};

// Lines with their line break; the last one may lack it.
std::vector<std::string_view> split_lines(std::string_view text);

// A smallest set of runs, in order; more than the smallest where the texts
// differ so much that finding it would take long. Runs that could stand at
// several places stand as late as possible, where the other side changes too
// if it can be, as readers of `diff` expect.
std::vector<DiffRun> diff_lines(std::span<const std::string_view> before, std::span<const std::string_view> after);

}  // namespace brokergate

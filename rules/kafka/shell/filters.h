// The small programs manifests put in $(…): what they print for a known input.
// Only forms whose meaning is the same in GNU, busybox and BSD tools are read;
// for the others `known` is false.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace brokergate::shell {

struct FilterInput {
  std::string text;  // standard input; may hold atoms
  // A file the script has written; null when it is not known.
  std::function<const std::string*(std::string_view)> file;
};

struct FilterResult {
  bool known = false;
  std::string output;
  int status = 0;
  std::string in_place;  // the file that `sed -i` rewrites with `output`
};

FilterResult run_filter(const std::vector<std::string>& argv, const FilterInput& input);

// One each; `text` is the input, from files or standard input.
struct FilterCall {
  std::vector<std::string> argv;
  const FilterInput& input;
};
using Filter = FilterResult (*)(const FilterCall&);
FilterResult filter_awk(const FilterCall&);
FilterResult filter_sed(const FilterCall&);
FilterResult filter_tr(const FilterCall&);
FilterResult filter_cut(const FilterCall&);
FilterResult filter_expr(const FilterCall&);
FilterResult filter_grep(const FilterCall&);

// What the operands name, or standard input when there are none. False: not known.
// `atoms`: the filter can do with text of which parts are not known.
bool read_operands(const FilterCall& call, const std::vector<std::string>& operands, std::string& text,
                   bool atoms = false);
std::vector<std::string_view> lines_of(std::string_view text);  // without newlines

}  // namespace brokergate::shell

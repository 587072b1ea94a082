#include "cli/output/problem.h"

#include <algorithm>

#include "cli/output/snippet.h"

namespace brokergate::cli {

std::string display_name(const std::string& file) {
  if (file == "-") return "<stdin>";
  std::string out = harmless(file);
  std::replace(out.begin(), out.end(), '\n', '?');
  return out;
}

std::string problem_text(const Problem& problem, Locator& locator, const Paint& paint) {
  std::string place = display_name(problem.file) + ":";
  if (problem.position.line != 0) {
    place += std::to_string(problem.position.line) + ":" + std::to_string(problem.position.column) + ":";
  }
  std::string out = paint.strong(place) + " " + paint.bad("error:") + " " + harmless(problem.message) + "\n";
  if (problem.source && problem.position.line != 0) {
    out += snippet(locator, *problem.source, locator.offset_of(*problem.source, problem.position), paint);
  }
  return out;
}

}  // namespace brokergate::cli

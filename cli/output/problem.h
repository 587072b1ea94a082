// Something that kept an input from being checked, told as compilers tell it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "brokergate/source.h"
#include "cli/output/locator.h"
#include "cli/output/paint.h"

namespace brokergate::cli {

// What objects that come from a cluster or a record have for a file.
inline constexpr const char* kClusterSource = "<cluster>";

struct Problem {
  std::string file;   // as the user named it
  SourcePtr source;   // null when nothing was read
  Position position;  // line 0: none
  std::string message;
};

// file:line:column: error: message, then the source line with a caret.
std::string problem_text(const Problem& problem, Locator& locator, const Paint& paint);
// What people call the input: "<stdin>" for "-".
std::string display_name(const std::string& file);

}  // namespace brokergate::cli

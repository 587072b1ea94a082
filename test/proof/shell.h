// Running a command line.
#pragma once

#include <string>
#include <utility>

namespace proof {

std::string shell_quoted(const std::string& text);
// Standard output of a command line, and its exit status.
std::pair<std::string, int> output_of(const std::string& command);

}  // namespace proof

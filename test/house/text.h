// Reading of the house's documents and running of what they tell people to type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace house {

// Text of a file of this checkout. Throws std::runtime_error when it cannot be read.
std::string read_file(const std::string& relative);
bool exists(const std::string& relative);
// Files under version control, or every file but build folders where there is no git.
std::vector<std::string> tracked_files();

std::vector<std::string> lines_of(std::string_view text);
std::string replaced(std::string text, std::string_view what, std::string_view with);

// Lines below the Markdown heading that has exactly this text, up to the next heading of its rank or higher.
std::vector<std::string> section(const std::string& markdown, std::string_view heading);
// What stands `between backquotes` in these lines.
std::vector<std::string> code_spans(const std::vector<std::string>& lines);
// Contents of the fences ```language … ```.
std::vector<std::vector<std::string>> fences(const std::vector<std::string>& lines, std::string_view language);

struct Run {
  int status = -1;
  std::vector<std::string> output;  // stdout and stderr as they came
};
// Runs a shell line in the checkout (or a folder of it), with this build's brokergate first in PATH.
Run run(const std::string& command, const std::string& folder = ".");

}  // namespace house

// Follows the steps of CONTRIBUTING.md: writes the files that a contributor
// would write into a folder of the build, from where they are compiled.
// usage: house_follow rule FOLDER
#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "house/text.h"

namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::vector<std::string>& lines) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path);
  for (const std::string& line : lines) out << line << '\n';
  if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

// The registry with `entry` before the first entry that sorts after it.
std::vector<std::string> with_entry(const std::string& file, const std::string& entry) {
  std::vector<std::string> lines = house::lines_of(house::read_file(file));
  const auto after = std::find_if(lines.begin(), lines.end(), [&](const std::string& line) {
    return line.starts_with("  RULE(") && line.substr(2) > entry;
  });
  if (after == lines.end()) throw std::runtime_error(file + " has no place for " + entry);
  lines.insert(after, "  " + entry + " \\");
  return lines;
}

void follow_rule(const std::string& contributing, const fs::path& folder) {
  const std::vector<std::string> steps = house::section(contributing, "Adding a rule");
  const auto code = house::fences(steps, "cpp");
  if (code.size() != 1) throw std::runtime_error("\"Adding a rule\" wants one piece of code");
  write(folder / "rules/checks/my_rule.cpp", code.front());
  write(folder / "rules/registry.h", with_entry("rules/registry.h", "RULE(my_rule)"));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 3 || std::string(argv[1]) != "rule") throw std::runtime_error("usage: house_follow rule FOLDER");
    follow_rule(house::read_file("CONTRIBUTING.md"), argv[2]);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "house_follow: %s\n", error.what());
    return 1;
  }
}

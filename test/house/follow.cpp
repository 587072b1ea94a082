// Follows the steps of CONTRIBUTING.md: writes the files that a contributor
// would write into a folder of the build, from where they are compiled.
// usage: house_follow rule|form FOLDER
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

// The file with `line` before the line that has `next`.
std::vector<std::string> with_line(const std::string& file, const std::string& line, const std::string& next) {
  std::vector<std::string> lines = house::lines_of(house::read_file(file));
  const auto before = std::find_if(lines.begin(), lines.end(),
                                   [&](const std::string& there) { return there.find(next) != std::string::npos; });
  if (before == lines.end()) throw std::runtime_error(file + " has no line with " + next);
  lines.insert(before, line);
  return lines;
}

std::vector<std::string> only_code(const std::vector<std::string>& steps) {
  const auto code = house::fences(steps, "cpp");
  if (code.size() != 1) throw std::runtime_error("the steps want one piece of code");
  return code.front();
}

void follow_rule(const std::string& contributing, const fs::path& folder) {
  write(folder / "rules/checks/my_rule.cpp", only_code(house::section(contributing, "Adding a rule")));
  write(folder / "rules/registry.h", with_entry("rules/registry.h", "RULE(my_rule)"));
}

void follow_form(const std::string& contributing, const fs::path& folder) {
  const std::string forms = "rules/kafka/forms/";
  const std::string next = "unknown_form()";
  write(folder / (forms + "my_way.cpp"), only_code(house::section(contributing, "Adding a form")));
  write(folder / (forms + "form.h"), with_line(forms + "form.h", "const Form& my_way_form();", next));
  write(folder / (forms + "form.cpp"), with_line(forms + "form.cpp", "&my_way_form(),", next));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::string contributing = house::read_file("CONTRIBUTING.md");
    const std::string what = argc == 3 ? argv[1] : "";
    if (what == "rule") {
      follow_rule(contributing, argv[2]);
    } else if (what == "form") {
      follow_form(contributing, argv[2]);
    } else {
      throw std::runtime_error("usage: house_follow rule|form FOLDER");
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "house_follow: %s\n", error.what());
    return 1;
  }
}

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/rule.h"
#include "catch.h"
#include "house/text.h"

namespace {

// Code spans of a section that name a file or folder: one word with a slash, no address, no command.
std::vector<std::string> paths_in(const std::vector<std::string>& lines) {
  std::vector<std::string> paths = house::code_spans(lines);
  std::erase_if(paths, [](const std::string& span) {
    return span.find('/') == std::string::npos || span.find(' ') != std::string::npos || span.starts_with("./");
  });
  return paths;
}

std::string underscored(std::string text) {
  std::replace(text.begin(), text.end(), '-', '_');
  return text;
}

}  // namespace

TEST_CASE("what the steps for a rule name is there for every rule") {
  const std::string registry = house::read_file("rules/registry.h");
  const std::vector<std::string> steps = house::section(house::read_file("CONTRIBUTING.md"), "Adding a rule");
  const std::vector<std::string> paths = paths_in(steps);
  REQUIRE(paths.size() >= 3);
  const auto rules = brokergate::all_rules();
  REQUIRE(rules.size() >= 14);
  for (const brokergate::Rule& rule : rules) {
    const std::string id(rule.info.id);
    for (const std::string& path : paths) {
      const std::string own = house::replaced(house::replaced(path, "my-rule", id), "my_rule", underscored(id));
      INFO(id << " needs " << own);
      CHECK(house::exists(own));
    }
    INFO(id);
    CHECK(registry.find("  RULE(" + underscored(id) + ")") != std::string::npos);
  }
}

TEST_CASE("what the steps for a form name is there for every file of a form") {
  const std::vector<std::string> steps = house::section(house::read_file("CONTRIBUTING.md"), "Adding a form");
  for (const std::string& path : paths_in(steps)) {
    INFO(path);
    CHECK((path.find("my_way") != std::string::npos || house::exists(path)));
  }
  const std::string declared = house::read_file("rules/kafka/forms/form.h");
  const std::string listed = house::read_file("rules/kafka/forms/form.cpp");
  size_t forms = 0;
  for (const std::string& file : house::tracked_files()) {
    if (!file.starts_with("rules/kafka/forms/") || !file.ends_with(".cpp") || file.ends_with("/form.cpp")) continue;
    INFO(file);
    bool defines = false;  // a file may hold several forms that share their reading
    for (const std::string& line : house::lines_of(house::read_file(file))) {
      if (!line.starts_with("const Form& ")) continue;
      const std::string function = line.substr(12, line.find('(') - 12);
      INFO(function);
      CHECK(declared.find("const Form& " + function + "();") != std::string::npos);
      CHECK(listed.find("&" + function + "(),") != std::string::npos);
      defines = true;
      ++forms;
    }
    CHECK(defines);
  }
  CHECK(forms >= 6);
}

TEST_CASE("every path that CONTRIBUTING names outside the recipes exists") {
  for (const std::string& path : paths_in(house::lines_of(house::read_file("CONTRIBUTING.md")))) {
    if (path.find("my_") != std::string::npos || path.find("my-") != std::string::npos) continue;
    INFO(path);
    CHECK(house::exists(path));
  }
}

// Two types of one name in one namespace are one type to the linker, which
// takes either's destructor for both: a crash that no compiler sees.
#include <map>
#include <string>
#include <vector>

#include "catch.h"
#include "house/text.h"

namespace {

// Name of the type that this unindented line begins to define; empty when it does not.
std::string defined_type(const std::string& line) {
  for (const std::string keyword : {"struct ", "class ", "enum class "}) {
    if (!line.starts_with(keyword) || line.find('{') == std::string::npos) continue;
    const size_t end = line.find_first_of(" :{<", keyword.size());
    const std::string name = line.substr(keyword.size(), end - keyword.size());
    // class Outer::Inner { belongs to its class.
    return line.compare(end, 2, "::") == 0 ? "" : name;
  }
  return {};
}

using Types = std::map<std::string, std::vector<std::string>>;  // qualified name → files

void collect(const std::string& file, Types& types) {
  std::vector<std::string> spaces;
  for (const std::string& line : house::lines_of(house::read_file(file))) {
    if (line.starts_with("namespace ") && line.ends_with('{')) {
      spaces.push_back(line == "namespace {" ? "" : line.substr(10, line.size() - 12));
    } else if (line.starts_with("}  // namespace") && !spaces.empty()) {
      spaces.pop_back();
    } else if (const std::string name = defined_type(line); !name.empty()) {
      std::string qualified;
      for (const std::string& space : spaces) qualified += space.empty() ? file + "::" : space + "::";
      types[qualified + name].push_back(file);
    }
  }
}

}  // namespace

TEST_CASE("no two types of the program share a name") {
  Types types;
  for (const std::string& file : house::tracked_files()) {
    if (file.starts_with("test/") || file.starts_with("bench/")) continue;
    if (file.ends_with(".h") || file.ends_with(".cpp")) collect(file, types);
  }
  REQUIRE(types.size() > 100);
  CHECK(types.count("brokergate::Policy") == 1);
  for (const auto& [name, files] : types) {
    std::string all;
    for (const std::string& file : files) all += " " + file;
    INFO(name << " is defined in" << all);
    CHECK(files.size() == 1);
  }
}

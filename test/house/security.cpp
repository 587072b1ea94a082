// webhook/SECURITY.md: each requirement has a row, and each test that a row names exists.
#include <string>
#include <vector>

#include "catch.h"
#include "house/text.h"

namespace {

constexpr int kRequirements = 30;

// Cells of a row of a Markdown table, without the blanks around them.
std::vector<std::string> cells_of(const std::string& row) {
  std::vector<std::string> cells;
  for (size_t at = row.find('|'); at != std::string::npos;) {
    const size_t next = row.find('|', at + 1);
    if (next == std::string::npos) break;
    const std::string cell = row.substr(at + 1, next - at - 1);
    const size_t first = cell.find_first_not_of(' ');
    cells.push_back(first == std::string::npos ? "" : cell.substr(first, cell.find_last_not_of(' ') - first + 1));
    at = next;
  }
  return cells;
}

// How a test of that name is written in a file of that kind.
std::string written(const std::string& file, const std::string& name) {
  if (file.starts_with("test/fuzz/")) return "\"" + name + "\"";  // a promise
  if (file.ends_with(".cpp")) return "TEST_CASE(\"" + name + "\"";
  if (file.ends_with("_test.go")) return "func " + name + "(";
  if (file.ends_with(".go")) return "{\"" + name + "\", ";  // a scenario
  return name;
}

bool exists(const std::string& test) {
  const size_t colon = test.find(": ");
  if (colon == std::string::npos) return false;
  const std::string file = test.substr(0, colon), name = test.substr(colon + 2);
  return !name.empty() && house::exists(file) && house::read_file(file).find(written(file, name)) != std::string::npos;
}

}  // namespace

TEST_CASE("every requirement on security has its row, and every test that a row names exists") {
  int rows = 0;
  size_t tests = 0;
  for (const std::string& line : house::lines_of(house::read_file("webhook/SECURITY.md"))) {
    if (!line.starts_with("| S")) continue;
    INFO(line);
    const std::vector<std::string> cells = cells_of(line);
    REQUIRE(cells.size() == 3);
    CHECK(cells[0] == "S" + std::to_string(++rows));
    CHECK(cells[1].size() > 40);
    size_t named = 0;
    for (const std::string& span : house::code_spans({cells[2]})) {
      if (!span.starts_with("test/")) continue;
      ++named;
      INFO(span);
      CHECK(exists(span));
    }
    CHECK(named > 0);
    tests += named;
  }
  CHECK(rows == kRequirements);
  CHECK(tests > 60);
  // What is not there is seen as missing.
  CHECK_FALSE(exists("test/house/security.cpp: no such case"));
  CHECK_FALSE(exists("test/hardening/no_such_file.cpp: old TLS, plain HTTP and noise on the TLS port"));
  CHECK_FALSE(exists("test/house/security.cpp"));
}

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "catch.h"
#include "house/text.h"

namespace {

// Words after `./dev ` in the text, at the start of a code span or a line of a fence.
std::set<std::string> dev_verbs_named_in(const std::string& text) {
  std::set<std::string> verbs;
  for (size_t at = 0; (at = text.find("./dev ", at)) != std::string::npos;) {
    at += 6;
    const size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-", at);
    verbs.insert(text.substr(at, end - at));
  }
  verbs.erase("");
  return verbs;
}

// Verbs that `./dev help` lists, one on each indented line; what goes on in the next one is indented more.
std::set<std::string> dev_verbs() {
  std::set<std::string> verbs;
  const house::Run help = house::run("./dev help");
  REQUIRE(help.status == 0);
  for (const std::string& line : help.output) {
    if (line.starts_with("  ") && !line.starts_with("   ")) verbs.insert(line.substr(2, line.find(' ', 2) - 2));
  }
  return verbs;
}

// The words of every *_packages list in dev.
std::set<std::string> packages_of_dev() {
  std::set<std::string> packages;
  const std::string text = house::read_file("dev");
  for (size_t at = 0; (at = text.find("_packages=\"", at)) != std::string::npos;) {
    at += 11;
    std::string list = text.substr(at, text.find('"', at) - at);
    std::replace(list.begin(), list.end(), '\n', ' ');
    for (size_t word = list.find_first_not_of(' '); word != std::string::npos;) {
      const size_t end = std::min(list.find(' ', word), list.size());
      packages.insert(list.substr(word, end - word));
      word = list.find_first_not_of(' ', end);
    }
  }
  return packages;
}

// Debian packages in the first column of README's table of dependencies.
std::set<std::string> packages_of_readme() {
  std::set<std::string> packages;
  for (const std::string& line : house::section(house::read_file("README.md"), "Dependencies")) {
    if (!line.starts_with("| `")) continue;
    const std::string cell = line.substr(0, line.find('|', 1));
    for (const std::string& package : house::code_spans({cell})) packages.insert(package);
  }
  return packages;
}

// `expected` against `got`, where a line that is only "…" stands for any number of lines.
bool matches(const std::vector<std::string>& expected, const std::vector<std::string>& got, size_t e = 0,
             size_t g = 0) {
  for (; e < expected.size(); ++e, ++g) {
    if (expected[e] == "…") {
      for (size_t rest = g; rest <= got.size(); ++rest) {
        if (matches(expected, got, e + 1, rest)) return true;
      }
      return false;
    }
    if (g == got.size() || expected[e] != got[g]) return false;
  }
  return g == got.size();
}

}  // namespace

TEST_CASE("the first commands a newcomer sees are demo and test") {
  const auto shell = house::fences(house::lines_of(house::read_file("README.md")), "sh");
  REQUIRE_FALSE(shell.empty());
  std::string first;
  for (const std::string& line : shell.front()) first += line + "\n";
  CHECK(first.find("./dev demo") != std::string::npos);
  CHECK(first.find("./dev test") != std::string::npos);
}

TEST_CASE("every ./dev verb that a document names exists, and README names them all") {
  const std::set<std::string> known = dev_verbs();
  REQUIRE(known.size() >= 6);
  for (const std::string document : {"README.md", "CONTRIBUTING.md", ".ci/run"}) {
    for (const std::string& verb : dev_verbs_named_in(house::read_file(document))) {
      INFO(document << " names ./dev " << verb);
      CHECK(known.count(verb) == 1);
    }
  }
  CHECK(dev_verbs_named_in(house::read_file("README.md")) == known);
}

TEST_CASE("dev refuses a verb that it does not have") { CHECK(house::run("./dev bulid").status == 2); }

TEST_CASE("the packages that README names are those that dev installs") {
  const std::set<std::string> installed = packages_of_dev();
  REQUIRE(installed.size() >= 15);
  CHECK(packages_of_readme() == installed);
}

TEST_CASE("what README shows is what the program prints") {
  size_t commands = 0;
  for (const auto& block : house::fences(house::lines_of(house::read_file("README.md")), "console")) {
    for (size_t i = 0; i < block.size();) {
      REQUIRE(block[i].starts_with("$ "));
      const std::string command = block[i].substr(2);
      std::vector<std::string> expected;
      for (++i; i < block.size() && !block[i].starts_with("$ "); ++i) expected.push_back(block[i]);
      const house::Run shown = house::run(command, "deploy/demo");
      std::string output;
      for (const std::string& line : shown.output) output += line + "\n";
      INFO(command << "\nprints\n" << output);
      CHECK(matches(expected, shown.output));
      ++commands;
    }
  }
  CHECK(commands >= 4);
}

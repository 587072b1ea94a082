// Expectations are what GNU diff -u prints, but for the names.
#include <algorithm>

#include "brokergate/edit.h"
#include "catch.h"
#include "edit_generator.h"

using brokergate::unified_diff;

namespace {

std::string lines(int from, int to) {
  std::string out;
  for (int i = from; i <= to; ++i) out += std::to_string(i) + "\n";
  return out;
}

const std::string kHead = "--- a/f\n+++ b/f\n";

// Makes `after` of `before` by the hunks of a diff; what does not fit is said.
std::string patched(const std::string& before, const std::string& diff) {
  const auto split = [](const std::string& text) {
    std::vector<std::string> out;
    for (size_t at = 0; at < text.size();) {
      const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
      out.push_back(text.substr(at, end - at));
      at = end;
    }
    return out;
  };
  const std::vector<std::string> old = split(before), hunks = split(diff);
  std::string out;
  size_t at = 0;
  for (size_t i = 2; i < hunks.size(); ++i) {
    const std::string& line = hunks[i];
    std::string text = line.substr(1);
    if (i + 1 < hunks.size() && hunks[i + 1][0] == '\\') text.pop_back();
    if (line.starts_with("@@ -")) {
      const size_t begin = std::stoul(line.substr(4));
      const size_t comma = line.find(',');
      const bool empty = comma < line.find(" +") && line[comma + 1] == '0';
      for (const size_t to = begin - (empty ? 0 : 1); at < to; ++at) out += old.at(at);
    } else if (line[0] == '+') {
      out += text;
    } else if (line[0] != '\\') {
      if (old.at(at++) != text) return "does not fit: " + line;
      if (line[0] == ' ') out += text;
    }
  }
  for (; at < old.size(); ++at) out += old[at];
  return out;
}

}  // namespace

TEST_CASE("Equal texts have no diff") {
  CHECK(unified_diff("f", "", "").empty());
  CHECK(unified_diff("f", "a\nb", "a\nb").empty());
}

TEST_CASE("A changed line has three lines around it") {
  const std::string before = lines(1, 9);
  std::string after = before;
  after.replace(after.find("5"), 1, "five");
  CHECK(unified_diff("f", before, after) == kHead + "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST_CASE("Empty sides and single lines are counted as diff does") {
  CHECK(unified_diff("f", "", "a\n") == kHead + "@@ -0,0 +1 @@\n+a\n");
  CHECK(unified_diff("f", "a\nb\n", "") == kHead + "@@ -1,2 +0,0 @@\n-a\n-b\n");
  CHECK(unified_diff("f", "a\n", "b\n") == kHead + "@@ -1 +1 @@\n-a\n+b\n");
}

TEST_CASE("A missing line break at the end is told") {
  CHECK(unified_diff("f", "a\nb", "a\nb\n") == kHead + "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n");
  CHECK(unified_diff("f", "a\nb\n", "a\nb") == kHead + "@@ -1,2 +1,2 @@\n a\n-b\n+b\n\\ No newline at end of file\n");
  CHECK(unified_diff("f", "a\nz", "b\nz") == kHead + "@@ -1,2 +1,2 @@\n-a\n+b\n z\n\\ No newline at end of file\n");
}

TEST_CASE("Hunks join when six lines or fewer lie between") {
  std::string six = lines(1, 20), seven = six;
  six.erase(six.find("12\n"), 3).erase(six.find("5\n"), 2);
  seven.erase(seven.find("13\n"), 3).erase(seven.find("5\n"), 2);
  CHECK(unified_diff("f", lines(1, 20), six) ==
        kHead + "@@ -2,14 +2,12 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n 9\n 10\n 11\n-12\n 13\n 14\n 15\n");
  CHECK(unified_diff("f", lines(1, 20), seven) ==
        kHead + "@@ -2,7 +2,6 @@\n 2\n 3\n 4\n-5\n 6\n 7\n 8\n@@ -10,7 +9,6 @@\n 10\n 11\n 12\n-13\n 14\n 15\n 16\n");
}

TEST_CASE("A run that could stand at several places stands as late as it can") {
  CHECK(unified_diff("f", "a\nx\nb\n", "a\nx\nx\nb\n") == kHead + "@@ -1,3 +1,4 @@\n a\n x\n+x\n b\n");
  CHECK(unified_diff("f", "- n: a\n  v: 1\n- n: b\n  v: 1\n", "- n: a\n  v: 1\n- n: c\n  v: 1\n- n: b\n  v: 1\n") ==
        kHead + "@@ -1,4 +1,6 @@\n - n: a\n   v: 1\n+- n: c\n+  v: 1\n - n: b\n   v: 1\n");
}

TEST_CASE("Lines that end in CRLF are told from others") {
  CHECK(unified_diff("f", "a\r\n", "a\n") == kHead + "@@ -1 +1 @@\n-a\r\n+a\n");
}

TEST_CASE("Diffs of random texts lead from one to the other") {
  edit_test::Random random(7);
  size_t different = 0;
  for (int round = 0; round < 3000; ++round) {
    const size_t letters = 2 + random.below(12);
    const auto line = [&] { return std::string(1, static_cast<char>('a' + random.below(letters))) + "\n"; };
    std::vector<std::string> left;
    for (size_t n = random.below(40); n > 0; --n) left.push_back(line());
    std::vector<std::string> right = left;
    for (size_t n = random.below(8); n > 0; --n) {
      const size_t at = random.below(right.size() + 1);
      if (random.chance(50) || at == right.size()) {
        right.insert(right.begin() + static_cast<ptrdiff_t>(at), line());
      } else {
        right.erase(right.begin() + static_cast<ptrdiff_t>(at));
      }
    }
    std::string before, after;
    for (const std::string& l : left) before += l;
    for (const std::string& l : right) after += l;
    if (random.chance(20) && !before.empty()) before.pop_back();
    if (random.chance(20) && !after.empty()) after.pop_back();
    const std::string diff = unified_diff("f", before, after);
    different += diff.empty() ? 0 : 1;
    CHECK(diff.empty() == (before == after));
    if (!diff.empty()) {
      INFO(diff);
      CHECK(patched(before, diff) == after);
    }
  }
  CHECK(different > 2000);
}

TEST_CASE("Long texts that share nothing, or nearly all, are compared in time") {
  const std::string before = lines(1, 200'000);
  std::string after = before;
  after.erase(after.find("150000\n"), 7);
  after.insert(after.find("777\n"), "new\n");
  CHECK(std::count(before.begin(), before.end(), '\n') == 200'000);
  CHECK(patched(before, unified_diff("f", before, after)) == after);
  const std::string other = lines(1'000'001, 1'100'000);
  CHECK(patched(before, unified_diff("f", before, other)) == other);
  // The same lines in another order: no small diff exists, and none is searched for long.
  std::string shuffled;
  edit_test::Random random(3);
  for (int i = 0; i < 20'000; ++i) shuffled += std::to_string(1 + random.below(20'000)) + "\n";
  CHECK(patched(lines(1, 20'000), unified_diff("f", lines(1, 20'000), shuffled)) == shuffled);
}

#include "cli/output/snippet.h"

#include <ctime>

#include "catch.h"

using namespace brokergate;
using cli::Locator;
using cli::Paint;

namespace {

// The two lines below each other, cut after the margin.
std::string shown(const std::string& text, uint32_t offset) {
  const Source source("x", text);
  Locator locator;
  return cli::snippet(locator, source, offset, Paint(false));
}

}  // namespace

TEST_CASE("the caret stands below its column") {
  CHECK(shown("a: 1\nkind: x\n", 11) == "    2 | kind: x\n      |       ^\n");
  CHECK(shown("kind: x", 0) == "    1 | kind: x\n      | ^\n");
  CHECK(shown("kind: x\r\n", 7) == "    1 | kind: x\n      |        ^\n");
  CHECK(shown("kind: x", 99) == "    1 | kind: x\n      |        ^\n");
  CHECK(shown("\n", 0) == "");
}

TEST_CASE("tabs, wide and invisible characters do not move it") {
  CHECK(shown("\tx: 1", 1) == "    1 |     x: 1\n      |     ^\n");
  CHECK(shown("ab\tx", 3) == "    1 | ab  x\n      |     ^\n");
  CHECK(shown("カ: x", 5) == "    1 | カ: x\n      |     ^\n");
  CHECK(shown("e\xCC\x81: x", 5) == "    1 | e\xCC\x81: x\n      |    ^\n");
  CHECK(shown("\xEF\xBB\xBFkind: x", 9) == "    1 | kind: x\n      |       ^\n");
}

TEST_CASE("nothing in the line reaches the terminal as a command") {
  CHECK(shown("a\x1b[2Jb", 5) == "    1 | a\xEF\xBF\xBD[2Jb\n      |      ^\n");
  CHECK(shown("a\xFF\xFE"
              "b",
              3) ==
        "    1 | a\xEF\xBF\xBD\xEF\xBF\xBD"
        "b\n      |    ^\n");
  CHECK(cli::harmless("a\r\nb\xE2\x80\xAE") == "a\xEF\xBF\xBD\nb\xEF\xBF\xBD");
}

TEST_CASE("long lines are cut around the column") {
  const std::string line(5000, 'x');
  const std::string middle = shown(line.substr(0, 2500) + "|" + line.substr(0, 2499), 2500);
  const size_t end = middle.find('\n');
  const std::string first = middle.substr(0, end), second = middle.substr(end + 1);
  CHECK(first.size() < 120);
  // The ellipsis takes three bytes and one column.
  CHECK(first.substr(0, first.find('|', 7)).size() - 2 == second.find('^'));
  CHECK(first.starts_with("    1 | …x"));
  CHECK(first.ends_with("x…"));
  CHECK(shown(line, 0).starts_with("    1 | xxxx"));
  CHECK(shown(std::string(2000000, '['), 1999999).size() < 400);
}

TEST_CASE("positions agree with the source's own, in any order") {
  const std::string text =
      "\xEF\xBB\xBF"
      "a: ü\nlong: カタカナ x\r\n\n  b: 1\n";
  const Source source("x", text);
  Locator locator;
  for (const bool backwards : {false, true}) {
    for (uint32_t i = 0; i <= text.size() + 2; ++i) {
      const uint32_t offset =
          backwards ? static_cast<uint32_t>(text.size()) - std::min<uint32_t>(i, static_cast<uint32_t>(text.size()))
                    : i;
      if (offset > 0 && offset < 3) continue;  // inside the byte order mark
      INFO(offset);
      CHECK(locator.at(source, offset) == source.position(offset));
    }
  }
  const uint32_t x = static_cast<uint32_t>(text.find(" x\r") + 1);
  CHECK(locator.offset_of(source, source.position(x)) == x);
  CHECK(locator.offset_of(source, {1, 4}) == 6);
  CHECK(locator.offset_of(source, {99, 1}) == text.size());
}

TEST_CASE("a position deep in a long line is found without walking to it") {
  std::string text(size_t{2} << 20, 'x');
  for (size_t i = 0; i + 1 < text.size(); i += 1000) text.replace(i, 2, "ü");
  const Source source("x", text);
  Locator locator;
  const auto end = static_cast<uint32_t>(text.size());
  const Position last = locator.at(source, end);
  const std::clock_t begin = std::clock();
  for (uint32_t i = 0; i < 2000; ++i) {
    const auto at = static_cast<uint32_t>(end - 1 - i * 1000);
    const Position position = locator.at(source, at);
    REQUIRE(locator.offset_of(source, position) ==
            at - ((static_cast<unsigned char>(text[at]) & 0xC0) == 0x80 ? 1 : 0));
  }
  CHECK(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC < 1);
  CHECK(locator.offset_of(source, last) == end);
  CHECK(locator.offset_of(source, {1, last.column + 9}) == end);
}

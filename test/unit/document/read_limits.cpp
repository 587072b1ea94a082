// Hostile input: an error, quickly, and never more memory than the input is worth.
#include <ctime>
#include <string>

#include "read_support.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

// CPU time, so that a busy machine does not fail the test.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

std::string repeated(const std::string& text, size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (size_t i = 0; i < times; ++i) out += text;
  return out;
}

}  // namespace

TEST_CASE("an input over the limit is refused before it is read") {
  const std::string text(size_t{32} * 1024 * 1024 + 1, '[');
  const double begin = cpu_seconds();
  CHECK(error_of(text) == "1:1: found 33554433 bytes, wanted at most 33554432");
  CHECK(cpu_seconds() - begin < 0.5);
}

TEST_CASE("nesting ends at the limit") {
  ReadLimits limits;
  limits.depth = 3;
  CHECK(outcome_of("[[[]]]", limits).documents.size() == 1);
  CHECK(error_of("[[[[]]]]", limits) == "1:4: found values nested more than 3 levels deep, wanted fewer");
  CHECK(outcome_of("- - - a\n", limits).documents.size() == 1);
  CHECK(error_of("- - - - a\n", limits) == "1:7: found values nested more than 3 levels deep, wanted fewer");
  CHECK(error_of("{\"a\": {\"b\": {\"c\": {}}}}", limits) ==
        "1:19: found values nested more than 3 levels deep, wanted fewer");
  // An alias may not build what nobody may write.
  CHECK(outcome_of("a: &x [b]\nc: [*x]\n", limits).documents.size() == 1);
  CHECK(error_of("a: &x [[b]]\nc: [*x]\n", limits) ==
        "2:5: found the alias *x that makes the document too large or too deep, wanted at most 100000 values made by "
        "aliases and 3 levels");
}

TEST_CASE("a megabyte of opening brackets") {
  const double begin = cpu_seconds();
  CHECK(error_of(std::string(1 << 20, '[')) == "1:257: found values nested more than 256 levels deep, wanted fewer");
  CHECK(error_of("a: " + std::string(1 << 20, '[')) ==
        "1:259: found values nested more than 256 levels deep, wanted fewer");
  CHECK(error_of(repeated("{a: ", 1 << 18)) == "1:1025: found values nested more than 256 levels deep, wanted fewer");
  CHECK(error_of(repeated("- ", 1 << 19)) == "1:513: found values nested more than 256 levels deep, wanted fewer");
  CHECK(error_of(repeated("{\"a\":", 1 << 18)) ==
        "1:1281: found values nested more than 256 levels deep, wanted fewer");
  CHECK(cpu_seconds() - begin < 5);
}

TEST_CASE("an alias bomb") {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string name = "a" + std::to_string(i), before = "*a" + std::to_string(i - 1);
    text += name + ": &" + name + " [" + before + repeated(", " + before, 8) + "]\n";
  }
  const double begin = cpu_seconds();
  CHECK(error_of(text) ==
        "6:10: found the alias *a4 that makes the document too large or too deep, wanted at most 100000 values made "
        "by aliases and 256 levels");
  CHECK(cpu_seconds() - begin < 2);
}

TEST_CASE("a merge key bomb") {
  std::string text = "a0: &a0 {";
  for (int i = 0; i < 1000; ++i) text += "k" + std::to_string(i) + ": 1, ";
  text += "}\nb: {<<: [*a0" + repeated(", *a0", 200) + "]}\n";
  CHECK(error_of(text) ==
        "2:505: found the alias *a0 that makes the document too large or too deep, wanted at most 100000 values made "
        "by aliases and 256 levels");
}

TEST_CASE("as many values as the limit says") {
  ReadLimits limits;
  limits.nodes = 4;
  CHECK(outcome_of("[1, 2, 3]", limits).documents.size() == 1);
  CHECK(error_of("[1, 2, 3, 4]", limits) == "1:11: found more than 4 values, wanted fewer");
  CHECK(outcome_of("- 1\n- 2\n- 3\n", limits).documents.size() == 1);
  CHECK(error_of("- 1\n- 2\n- 3\n- 4\n", limits) == "4:3: found more than 4 values, wanted fewer");
  // All documents of an input together; a broken one takes nothing.
  CHECK(outcome_of("[1\n---\n[1]\n---\n[2]\n", limits).documents.size() == 2);
  CHECK(outcome_of("[1]\n---\n[2]\n---\n[3]\n", limits).errors ==
        std::vector<std::string>{"5:1: found more than 4 values, wanted fewer"});
}

TEST_CASE("as many documents as the limit says") {
  ReadLimits limits;
  limits.documents = 2;
  for (const char* text : {"a\n---\nb\n---\nc\n---\nd\n", "[]\n---\n,\n---\n[]\n", "{a: b}\n---\n{}\n---\n[]\n"}) {
    INFO(text);
    const Outcome outcome = outcome_of(text, limits);
    REQUIRE(!outcome.errors.empty());
    CHECK(outcome.errors.back() == "5:1: found more than 2 documents, wanted fewer");
    CHECK(outcome.documents.size() + outcome.errors.size() == 3);
  }
  CHECK(outcome_of("{}{}{}{}", limits).errors ==
        std::vector<std::string>{"1:5: found more than 2 documents, wanted fewer"});
  CHECK(outcome_of("---\n---\n# c\n---\n", limits).errors.empty());
}

TEST_CASE("megabytes of small broken things") {
  const double begin = cpu_seconds();
  for (const std::string& piece :
       {std::string("---\n,\n"), std::string("{]"), std::string("{} "), std::string("---\n")}) {
    INFO(piece);
    ReadLimits limits;
    limits.documents = 1000;
    size_t documents = 0;
    const auto errors =
        read(source_of(repeated(piece, (size_t{8} << 20) / piece.size())), limits, [&](Document&&) { ++documents; });
    CHECK(errors.size() + documents <= 1001);
    CHECK((errors.empty() || errors.back().message.find("wanted") != std::string::npos));
  }
  CHECK(cpu_seconds() - begin < 30);
}

TEST_CASE("many keys, many duplicates, many anchors") {
  std::string keys, anchors;
  for (int i = 0; i < 50'000; ++i) {
    keys += "k" + std::to_string(i % 40'000) + ": 1\n";
    anchors += "- &a" + std::to_string(i) + " 1\n- *a" + std::to_string(i / 2) + "\n";
  }
  const double begin = cpu_seconds();
  const ReadResult result = read(source_of(keys));
  REQUIRE(result.documents.size() == 1);
  CHECK(result.documents[0].notes().size() == 100);
  CHECK(outcome_of(anchors).documents.size() == 1);
  CHECK(cpu_seconds() - begin < 10);
}

TEST_CASE("a deep tree compares in the time it takes to walk it once") {
  // Two maps whose keys stand in another order on every level.
  std::string left = "1", right = "1";
  for (int i = 0; i < 200; ++i) {
    left = "{\"a\": 1, \"b\": " + left + "}";
    right = "{\"b\": " + right + ", \"a\": 1}";
  }
  const ReadResult a = read(source_of(left)), b = read(source_of(right));
  REQUIRE(a.documents.size() == 1);
  REQUIRE(b.documents.size() == 1);
  const double begin = cpu_seconds();
  CHECK(same_value(a.documents[0].root(), b.documents[0].root()));
  CHECK(cpu_seconds() - begin < 1);
}

TEST_CASE("many tag directives") {
  // libyaml compares each with all before it.
  const double begin = cpu_seconds();
  for (const std::string line_break : {"\n", "\r", "\xE2\x80\xA8"}) {
    for (const std::string before : {"", "a: 1\r...\r"}) {
      std::string text = before;
      for (int i = 0; i < 10'000; ++i) text += "%TAG !a" + std::to_string(i) + "! b" + line_break;
      INFO(before + line_break);
      const ReadResult result = read(source_of(text + "--- a\n"));
      REQUIRE(result.errors.size() == 1);
      CHECK(result.errors[0].message == "found more than 100 %TAG directives, wanted fewer");
    }
  }
  CHECK(cpu_seconds() - begin < 5);
  std::string few;
  for (int i = 0; i < 100; ++i) few += "%TAG !a" + std::to_string(i) + "! b\n";
  CHECK(outcome_of(few + "--- a\n").documents.size() == 1);
  CHECK(outcome_of("a: \"" + repeated("%TAG ", 1000) + "\"\n").documents.size() == 1);
}

// What is one document, and what a broken one hides: nothing.
#include <string>
#include <vector>

#include "read_support.h"

using namespace brokergate;
using namespace brokergate::test;

using Texts = std::vector<std::string>;

TEST_CASE("documents end at --- and ... lines") {
  CHECK(outcome_of("a: 1\n---\nb: 2\n").documents == Texts{R"({"a":1})", R"({"b":2})"});
  CHECK(outcome_of("---\na: 1\n...\n---\nb: 2\n...\n").documents == Texts{R"({"a":1})", R"({"b":2})"});
  CHECK(outcome_of("a: 1\n...\nb: 2\n").documents == Texts{R"({"a":1})", R"({"b":2})"});
  CHECK(outcome_of("a: 1\n---   # next\nb: 2\n").documents == Texts{R"({"a":1})", R"({"b":2})"});
  CHECK(outcome_of("a: 1\n---\tb\n").documents == Texts{R"({"a":1})", R"("b")"});
}

TEST_CASE("text behind --- belongs to the document") {
  CHECK(outcome_of("--- a\n--- {b: 1}\n--- |\n  c\n").documents == Texts{R"("a")", R"({"b":1})", R"("c\n")"});
}

TEST_CASE("what only looks like a marker ends nothing") {
  CHECK(json_of("a: 1\nb:\n  ---\n") == R"({"a":1,"b":"---"})");
  CHECK(json_of("---a: 1\n") == R"({"---a":1})");
  CHECK(json_of("a: |\n  ---\n  x\n") == R"({"a":"---\nx\n"})");
  CHECK(json_of("...a: 1\n") == R"({"...a":1})");
}

TEST_CASE("empty documents are nothing") {
  for (const char* text : {"", "\n", "# only a comment\n", "---\n", "---\n---\n", "---\n# c\n---\n\n...\n", "...\n",
                           "\xEF\xBB\xBF", "\xEF\xBB\xBF# c\n"}) {
    INFO(text);
    CHECK(outcome_of(text).documents.empty());
    CHECK(outcome_of(text).errors.empty());
  }
  CHECK(outcome_of("---\n---\na: 1\n---\n").documents == Texts{R"({"a":1})"});
  // An explicit null is a document.
  CHECK(outcome_of("--- ~\n").documents == Texts{"null"});
  CHECK(outcome_of("''\n").documents == Texts{R"("")"});
}

TEST_CASE("directives belong to the document that follows") {
  CHECK(outcome_of("%YAML 1.1\n---\na: 1\n...\n%TAG !e! tag:yaml.org,2002:\n---\nb: !e!str 2\n").documents ==
        Texts{R"({"a":1})", R"({"b":"2"})"});
  CHECK(outcome_of("a: 1\n...\n# c\n%YAML 1.2\n--- b\n").documents == Texts{R"({"a":1})", R"("b")"});
  // In the middle of a document a % begins no directive.
  CHECK(outcome_of("a: b\n %c\n").documents == Texts{R"({"a":"b %c"})"});
  CHECK(error_of("%YAML 1.1\na: 1\n") == "2:1: found `a`, wanted the end of the document or `---`");
}

TEST_CASE("byte order mark, CRLF and comments") {
  CHECK(outcome_of("\xEF\xBB\xBF"
                   "a: 1\r\n---\r\nb: |\r\n  x\r\n  y\r\n# c\r\n")
            .documents == Texts{R"({"a":1})", R"({"b":"x\ny\n"})"});
  CHECK(json_of("\xEF\xBB\xBF{\"a\": 1}\r\n") == R"({"a":1})");
  CHECK(json_of("# c\na: 1 # c\n  # c\nb: 2#c\n") == R"({"a":1,"b":"2#c"})");
  CHECK(error_of("\xEF\xBB\xBF"
                 "a: @\n") == "1:4: found `@`, wanted a value in quotes: none begins with this character");
}

TEST_CASE("a broken document hides no other") {
  const Outcome outcome = outcome_of("a: 1\n---\nb: [1\n---\nc: 3\n---\n,\n---\nd: \"x\n---\ne: 5\n");
  CHECK(outcome.documents == Texts{R"({"a":1})", R"({"c":3})", R"({"e":5})"});
  CHECK(outcome.errors ==
        Texts{"4:1: found the end of the document, wanted `,` or `]` of the list that begins in line 3",
              "7:1: found `,`, wanted a value",
              "10:1: found the end of the document, wanted the closing quote of the string that begins in line 9"});
}

TEST_CASE("a lone carriage return ends a line, but no document") {
  CHECK(json_of("a: 1\rb: 2\r") == R"({"a":1,"b":2})");
  CHECK(json_of("---\ra: 1\r") == R"({"a":1})");
  CHECK(json_of("--- # c\ra: 1\r") == R"({"a":1})");
  const Outcome outcome = outcome_of("a: 1\r---\rb: 2\n---\nc: 3\n");
  CHECK(outcome.documents == Texts{R"({"a":1})", R"({"c":3})"});
  CHECK(outcome.errors == Texts{"1:6: found a document marker behind a line break that is no line feed, wanted a line "
                                "feed before it"});
}

TEST_CASE("documents are told as they are read, in order") {
  std::vector<std::string> seen;
  const auto errors =
      read(source_of("a: 1\n---\n{\"b\": 2}\n---\n[\n---\nc: 3\n"), ReadLimits{}, [&](Document&& document) {
        seen.push_back(std::string(document.json() ? "json " : "yaml ") + to_json(document.root()));
      });
  CHECK(seen == Texts{R"(yaml {"a":1})", R"(json {"b":2})", R"(yaml {"c":3})"});
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].position == Position{6, 1});
}

TEST_CASE("a reader may be used inside a sink") {
  std::vector<std::string> seen;
  read(source_of("{\"a\": \"b: [1, 2]\"} {\"a\": \"c: 1\"}"), ReadLimits{}, [&](Document&& document) {
    const ReadResult inner = read(source_of(document.root()["a"].str()));
    for (const Document& each : inner.documents) seen.push_back(to_json(each.root()));
  });
  CHECK(seen == Texts{R"({"b":[1,2]})", R"({"c":1})"});
}

TEST_CASE("a document knows its bytes") {
  const std::string text = "# one\n---\na: 1\n--- # two\nb: 2\n...\n--- c\n";
  const ReadResult result = read(source_of(text));
  REQUIRE(result.documents.size() == 3);
  const auto bytes = [&](size_t i) {
    const Document& document = result.documents[i];
    return text.substr(document.begin(), document.end() - document.begin());
  };
  CHECK(bytes(0) == "a: 1\n");
  CHECK(bytes(1) == "b: 2\n");
  CHECK(bytes(2) == "c\n");
}

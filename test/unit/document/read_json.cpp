// JSON files and requests: the same tree, with the same spans.
#include <string>
#include <vector>

#include "read_support.h"

using namespace brokergate;
using namespace brokergate::test;

using Texts = std::vector<std::string>;

TEST_CASE("JSON is read as JSON, with the span of every value") {
  const std::string text =
      "  {\"a\" : [1, -2.50 , \"x\\u00e9\\n\", true, null],\n \"b\\\"c\": {\"d\": {} , \"e\":[ ]}}  \n";
  const ReadResult result = read(source_of(text));
  REQUIRE(result.documents.size() == 1);
  const Document& document = result.documents[0];
  CHECK(document.json());
  const Value root = document.root();
  CHECK(to_json(root) == "{\"a\":[1,-2.5,\"x\u00e9\\n\",true,null],\"b\\\"c\":{\"d\":{},\"e\":[]}}");
  CHECK(root->begin == 2);
  CHECK(bytes_of(document, root) == text.substr(2, text.size() - 5));
  CHECK(bytes_of(document, root["a"]) == "[1, -2.50 , \"x\\u00e9\\n\", true, null]");
  CHECK(key_bytes_of(document, root["a"]) == "\"a\"");
  CHECK(bytes_of(document, root["a"].at(1)) == "-2.50");
  CHECK(bytes_of(document, root["a"].at(2)) == "\"x\\u00e9\\n\"");
  CHECK(bytes_of(document, root["a"].at(3)) == "true");
  CHECK(bytes_of(document, root["a"].at(4)) == "null");
  CHECK(key_bytes_of(document, root.at(1)) == "\"b\\\"c\"");
  CHECK(root.at(1)->key == "b\"c");
  CHECK(bytes_of(document, root.at(1)["d"]) == "{}");
  CHECK(bytes_of(document, root.at(1)["e"]) == "[ ]");
  CHECK(root->style == Style::kFlow);
  CHECK(root["a"].at(0)->style == Style::kPlain);
  CHECK(root["a"].at(2)->style == Style::kDoubleQuoted);
}

TEST_CASE("values that follow one another are documents of their own") {
  const std::string text = "{\"a\": 1}{\"b\": 2}\n\n[3] {\"c\": \"}{\"}";
  const ReadResult result = read(source_of(text));
  REQUIRE(result.documents.size() == 4);
  CHECK(result.errors.empty());
  CHECK(to_json(result.documents[3].root()) == R"({"c":"}{"})");
  CHECK(bytes_of(result.documents[1], result.documents[1].root()) == "{\"b\": 2}");
  CHECK(result.documents[1].begin() == 8);
  CHECK(result.documents[1].end() == 16);
}

TEST_CASE("managed fields are left out where the caller wants it, and only there") {
  ReadLimits limits;
  limits.skip_managed_fields = true;
  const auto read_so = [&](const std::string& text) { return read(source_of(text), limits); };
  const std::string text =
      R"({"managedFields":[1],"metadata":{"managedFields": [{"a":[1,{"]":"}"}]},2] ,"name":"x"},"b":{"managedFields":[2]}})";
  const ReadResult result = read_so(text);
  REQUIRE(result.documents.size() == 1);
  const Document& document = result.documents[0];
  CHECK(to_json(document.root()) ==
        R"({"managedFields":[1],"metadata":{"managedFields":[],"name":"x"},"b":{"managedFields":[2]}})");
  CHECK(bytes_of(document, document.root()["metadata"]["managedFields"]) == R"([{"a":[1,{"]":"}"}]},2])");
  CHECK(read(source_of(text)).documents[0].root()["metadata"]["managedFields"].size() == 2);
  for (const char* broken : {R"({"metadata":{"managedFields":[{]}}})", R"({"metadata":{"managedFields":[1})",
                             R"({"metadata":{"managedFields":[)"}) {
    INFO(broken);
    CHECK(read_so(broken).documents.empty());
    CHECK(read_so(broken).errors.size() == 1);
  }
  const std::string deep = R"({"metadata":{"managedFields":)" + std::string(300, '[') + std::string(300, ']') + "}}";
  REQUIRE(read_so(deep).errors.size() == 1);
  CHECK_THAT(read_so(deep).errors[0].message, Catch::Contains("256"));
}

TEST_CASE("the objects of a review are left out where the caller wants it, and only there") {
  ReadLimits limits;
  limits.skip_reviewed_objects = true;
  const std::string text =
      R"({"object":{"a":1},"request":{"object":{"b":[{"}":1}]},"oldObject":null,"x":{"object":{"c":2}},"options":{}}})";
  const ReadResult result = read(source_of(text), limits);
  REQUIRE(result.documents.size() == 1);
  CHECK(to_json(result.documents[0].root()) ==
        R"({"object":{"a":1},"request":{"object":{},"oldObject":null,"x":{"object":{"c":2}},"options":{}}})");
  CHECK(bytes_of(result.documents[0], result.documents[0].root()["request"]["object"]) == R"({"b":[{"}":1}]})");
  CHECK(read(source_of(R"({"request":{"object":{]}}})"), limits).documents.empty());
}

TEST_CASE("a broken value of a stream hides no other") {
  const Outcome outcome = outcome_of("{\"a\": 1}\n{\"b\" 2}\n{\"c\": 3}\n");
  CHECK(outcome.documents == Texts{R"({"a":1})", R"({"c":3})"});
  CHECK(outcome.errors == Texts{"2:6: found `2`, wanted `:` after the key"});
}

TEST_CASE("JSON that is none but YAML is YAML, as kubectl decides") {
  CHECK(json_of("{a: b}") == R"({"a":"b"})");
  CHECK(json_of("{\"a\": b, }") == R"({"a":"b"})");
  CHECK(json_of("[a, 'b']\n") == R"(["a","b"])");
  CHECK(json_of("{\"a\": 1} # a comment\n") == R"({"a":1})");
  CHECK(json_of("{\"a\": 1}\n...\n") == R"({"a":1})");
  CHECK(outcome_of("{a: b}\n---\n{c: d}\n").documents == Texts{R"({"a":"b"})", R"({"c":"d"})"});
}

TEST_CASE("what is wrong in JSON is said, and where") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"{\"a\" 1}", "1:6: found `1`, wanted `:` after the key"},
      {"{\"a\": 1 \"b\": 2}", "1:9: found a string, wanted `,` or `}`"},
      {"{\"a\": 1,, \"b\": 2}", "1:9: found `,`, wanted a key in double quotes"},
      {"{\"a\":\n  [1, 2}\n}", "2:8: found `}`, wanted `,` or `]`"},
      {"{\"a\": \"x", "1:7: found a string without an end, wanted a closing `\"`"},
      {"{\"a\": {\"b\": 1}", "1:15: found the end of the document, wanted `,` or `}`"},
      {"{\"a\": \"\\q\"}",
       "1:8: found an unknown escape in a string, wanted one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"},
      {"{\"a\": \"\\ud800\"}", "1:8: found half of a surrogate pair (\\u), wanted both halves"},
      {"{\"a\": \"\\u12G4\"}", "1:8: found \\u without four hexadecimal digits, wanted them"},
      {"[1, 1e999]", "1:5: found `1e999`, wanted a number that a double can hold"},
      {"{\"é\": @}", "1:7: found `@`, wanted a value"},
      {"{\"a\": \"x\x01\"}", "1:9: found the control character U+0001 inside a string, wanted it escaped"},
  };
  for (const auto& [text, error] : rows) {
    INFO(text);
    CHECK(error_of(text) == error);
  }
}

TEST_CASE("what stands behind JSON is an error, and the JSON before it is read") {
  const Outcome outcome = outcome_of("{\"a\": 1} x");
  CHECK(outcome.documents == Texts{R"({"a":1})"});
  CHECK(outcome.errors ==
        Texts{"1:10: found `x` after the JSON value, wanted the end of the document or another { or ["});
  CHECK(outcome_of("{\"a\": 1}}").errors ==
        Texts{"1:9: found `}` after the JSON value, wanted the end of the document or another { or ["});
}

TEST_CASE("numbers of JSON") {
  CHECK(json_of("[0, -0, 12, -9223372036854775808, 18446744073709551616, 1.0, 1e3, 1E-7, 0.1]") ==
        "[0,0,12,-9223372036854775808,18446744073709552000,1,1000,1e-7,0.1]");
  const ReadResult result = read(source_of("[123456789012345678, 1234567890123456789, 18446744073709551616, 1.0]"));
  REQUIRE(result.documents.size() == 1);
  const Value list = result.documents[0].root();
  CHECK(list.at(0).as_int() == 123456789012345678);
  CHECK(list.at(1).as_int() == 1234567890123456789);
  CHECK(list.at(2).kind() == Kind::kFloat);
  CHECK(list.at(3).kind() == Kind::kFloat);
}

TEST_CASE("strings of every length around the words the reader compares") {
  for (size_t length = 0; length < 80; ++length) {
    for (size_t escape = 0; escape <= length; ++escape) {
      std::string plain(length, 'x'), text = plain;
      if (escape < length) {
        plain[escape] = '\n';
        text.replace(escape, 1, "\\n");
      }
      const ReadResult result = read(source_of("{\"" + text + "\": \"" + text + "\"}"));
      REQUIRE(result.documents.size() == 1);
      const Value value = result.documents[0].root().at(0);
      REQUIRE(value->key == plain);
      REQUIRE(value.str() == plain);
    }
  }
}

TEST_CASE("keys written twice: the last counts, and a note says so") {
  const ReadResult result = read(source_of("{\"a\": 1,\n\"b\": {\"x\": 1, \"x\": 2, \"x\": 3},\n\"a\": 2}"));
  REQUIRE(result.documents.size() == 1);
  const Document& document = result.documents[0];
  CHECK(to_json(document.root()) == R"({"a":2,"b":{"x":3}})");
  CHECK(document.root()["a"].as_int() == 2);
  REQUIRE(document.notes().size() == 2);
  CHECK(document.notes()[0].message == "key \"x\" is written 3 times in this map; the last one (line 2) counts");
  CHECK(document.notes()[0].map == document.root()["b"].node());
  CHECK(document.notes()[1].message == "key \"a\" is written twice in this map; the last one (line 3) counts");
  CHECK(document.notes()[1].map == document.root().node());
  CHECK(document.source()->position(document.notes()[1].offset) == Position{1, 2});
}

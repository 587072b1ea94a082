#include <ctime>
#include <string>
#include <vector>

#include "catch.h"
#include "text_support.h"

using namespace edit_test;

TEST_CASE("Entries of a map in brackets") {
  CHECK(changed("a: {b: c}\n", {set("a d", "x y")}) == "a: {b: c, d: x y}\n");
  CHECK(changed("a: { b: c } # z\n", {set("a d", LiteralList{1, "2"})}) == "a: { b: c, d: [1, \"2\"] } # z\n");
  CHECK(changed("a: {\"b\": 1}\n", {set("a d", "x")}) == "a: {\"b\": 1, \"d\": \"x\"}\n");
  CHECK(changed("a: {b: c, d: e, f: g}\n", {drop("a b")}) == "a: {d: e, f: g}\n");
  CHECK(changed("a: {b: c, d: e, f: g}\n", {drop("a d")}) == "a: {b: c, f: g}\n");
  CHECK(changed("a: {b: c, d: e, f: g}\n", {drop("a f"), drop("a d")}) == "a: {b: c}\n");
  CHECK(changed("a: {b: c}\n", {drop("a b")}) == "a: {}\n");
  CHECK(changed("a: {b: c}\n", {drop("a b"), set("a d", 1)}) == "a: {d: 1}\n");
  CHECK(changed("a: {b: , c}\n", {set("a d", 1), replace("a c", 2), replace("a b", 3)}) == "a: {b: 3 , c: 2, d: 1}\n");
  CHECK(changed("a: {b: }\n", {set("a d", 1)}) == "a: {b: , d: 1 }\n");
}

TEST_CASE("Elements of a list in brackets") {
  CHECK(changed("a: [b, c]\n", {insert("a", 0, "x"), insert("a", 2, "http://h:1")}) ==
        "a: [x, b, c, \"http://h:1\"]\n");
  CHECK(changed("a: [b, c,]\n", {insert("a", 2, "x"), drop("a 0")}) == "a: [c, x]\n");
  CHECK(changed("a: [b, c]\n", {insert("a", 1, LiteralMap{{"k", "v"}})}) == "a: [b, {k: v}, c]\n");
  CHECK(changed("a: [k: v, c]\n", {set("a 0 l", "w")}) == "a: [{k: v, l: w}, c]\n");
}

TEST_CASE("Brackets over several lines keep one entry in a line, and comments") {
  const std::string text = "a: [\n  b, # one\n  c # two\n]\n";
  CHECK(changed(text, {insert("a", 2, "x")}) == "a: [\n  b, # one\n  c, # two\n  x\n]\n");
  CHECK(changed(text, {insert("a", 0, "x")}) == "a: [\n  x,\n  b, # one\n  c # two\n]\n");
  CHECK(changed(text, {drop("a 0")}) == "a: [\n  c # two\n]\n");
  CHECK(changed(text, {drop("a 1")}) == "a: [\n  b # one\n]\n");
}

TEST_CASE("JSON stays JSON: compact") {
  CHECK(changed("{\"a\":1,\"b\":{}}", {set("b c", "x"), set("d", LiteralList{true, Literal()})}) ==
        "{\"a\":1,\"b\":{\"c\":\"x\"},\"d\":[true,null]}");
  CHECK(changed("{\"a\":\"x\",\"b\":[1,2]}\n", {replace("a", "yes"), drop("b 0"), insert("b", 2, "3")}) ==
        "{\"a\":\"yes\",\"b\":[2,\"3\"]}\n");
  CHECK(changed("{\"a\": 1, \"b\": 2}", {drop("a"), set("c d", "\"\\\n")}) ==
        "{\"b\": 2, \"c\": {\"d\": \"\\\"\\\\\\n\"}}");
}

TEST_CASE("JSON stays JSON: pretty") {
  const std::string text = "{\n    \"a\": {\n        \"b\": 1\n    },\n    \"c\": [],\n    \"d\": {}\n}\n";
  CHECK(changed(text, {set("a x", "y")}) ==
        "{\n    \"a\": {\n        \"b\": 1,\n        \"x\": \"y\"\n    },\n    \"c\": [],\n    \"d\": {}\n}\n");
  CHECK(changed(text, {drop("a"), drop("d")}) == "{\n    \"c\": []\n}\n");
  CHECK(changed(text, {drop("a b"), set("d x", 1)}) ==
        "{\n    \"a\": {},\n    \"c\": [],\n    \"d\": {\n        \"x\": 1\n    }\n}\n");
  CHECK(changed(text, {insert("c", 0, LiteralMap{{"n", LiteralList{1}}})}) ==
        "{\n    \"a\": {\n        \"b\": 1\n    },\n    \"c\": [\n        {\n            \"n\": [\n                1\n"
        "            ]\n        }\n    ],\n    \"d\": {}\n}\n");
}

TEST_CASE("Many changes in one long line take their own time, not the line's") {
  std::string text = "{\"a\":[", wanted = text;
  std::vector<Step> steps;
  for (size_t i = 0; i < 3000; ++i) {
    const std::string begin = std::string(i > 0 ? "," : "") + "{\"b\":{\"c\":\"" + std::string(500, 'x') + "\"";
    text += begin + "}}";
    wanted += begin + ",\"d\":1}}";
    steps.push_back(set("a " + std::to_string(i) + " b d", 1));
  }
  const std::clock_t begin = std::clock();
  CHECK((changed(text + "]}", steps) == wanted + "]}"));
  CHECK(static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC < 15);
}

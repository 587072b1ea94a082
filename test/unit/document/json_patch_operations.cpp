#include "catch.h"
#include "text_support.h"

using namespace edit_test;

TEST_CASE("Each edit is the smallest operation that does it") {
  const std::string text = "a: {b: 1}\nl: [1, 2, 3]\ne: {}\nz: null\n";
  CHECK(patch_of(text, {set("a c", 2)}) == R"([{"op":"add","path":"/a/c","value":2}])");
  CHECK(patch_of(text, {set("a b", 2)}) == R"([{"op":"replace","path":"/a/b","value":2}])");
  CHECK(patch_of(text, {replace("a b", "x")}) == R"([{"op":"replace","path":"/a/b","value":"x"}])");
  CHECK(patch_of(text, {drop("a b")}) == R"([{"op":"remove","path":"/a/b"}])");
  CHECK(patch_of(text, {set("e x", true)}) == R"([{"op":"add","path":"/e/x","value":true}])");
  CHECK(patch_of(text, {set("z x", Literal())}) == R"([{"op":"replace","path":"/z","value":{"x":null}}])");
  CHECK(patch_of(text, {set("n x", "v")}) == R"([{"op":"add","path":"/n","value":{"x":"v"}}])");
  CHECK(patch_of(text, {insert("l", 3, 4)}) == R"([{"op":"add","path":"/l/-","value":4}])");
  CHECK(patch_of(text, {}) == "[]");
}

TEST_CASE("Keys are escaped as RFC 6901 says") {
  CHECK(patch_of("m: {}\n", {set("m a/b~c", 1)}) == R"([{"op":"add","path":"/m/a~1b~0c","value":1}])");
  CHECK(patch_of("m: {\"~1\": 1}\n", {drop("m ~1")}) == R"([{"op":"remove","path":"/m/~01"}])");
  CHECK(patch_of("\"\": {\"q\\\"\": 1}\n", {}) == "[]");
  CHECK(patch_of("m: {'q\"\\': 1}\n", {drop("m q\"\\")}) == R"([{"op":"remove","path":"/m/q\"\\"}])");
}

TEST_CASE("List indices follow the operations before") {
  const std::string text = "[a, b, c, d]\n";
  CHECK(patch_of(text, {insert("", 0, "x"), replace("0", "1")}) ==
        R"([{"op":"add","path":"/0","value":"x"},{"op":"replace","path":"/1","value":"1"}])");
  CHECK(patch_of(text, {drop("0"), drop("2"), replace("3", "1")}) ==
        R"([{"op":"remove","path":"/0"},{"op":"remove","path":"/1"},{"op":"replace","path":"/1","value":"1"}])");
  CHECK(
      patch_of(text, {insert("", 1, 1), insert("", 1, 2), drop("1"), insert("", 2, 3)}) ==
      R"([{"op":"add","path":"/1","value":1},{"op":"add","path":"/2","value":2},{"op":"remove","path":"/3"},{"op":"add","path":"/3","value":3}])");
  CHECK(patch_of("[{k: [x]}]\n", {insert("", 0, 0), insert("0 k", 0, 1)}) ==
        R"([{"op":"add","path":"/0","value":0},{"op":"add","path":"/1/k/0","value":1}])");
}

TEST_CASE("A map or list is never replaced as a whole by another") {
  CHECK(patch_of("m: {a: 1, b: {c: 2}}\n", {replace("m", LiteralMap{{"a", 1}, {"b", LiteralMap{{"d", 3}}}})}) ==
        R"([{"op":"remove","path":"/m/b/c"},{"op":"add","path":"/m/b/d","value":3}])");
  CHECK(patch_of("l: [1, 2, 3]\n", {replace("l", LiteralList{1, 5, 6, 3})}) ==
        R"([{"op":"replace","path":"/l/1","value":5},{"op":"add","path":"/l/2","value":6}])");
  CHECK(patch_of("l: [1, 2]\n", {replace("l", LiteralMap{{"a", 1}})}) ==
        R"([{"op":"replace","path":"/l","value":{"a":1}}])");
}

TEST_CASE("Entries of aliases and merge keys are entries like others") {
  CHECK(patch_of("a: &x {b: 1}\nc: *x\nd: {<<: *x }\n", {replace("c b", 2), drop("d b")}) ==
        R"([{"op":"replace","path":"/c/b","value":2},{"op":"remove","path":"/d/b"}])");
}

TEST_CASE("A shadowed duplicate is not in JSON") {
  CHECK(patch_of("a: 1\na: 2\n", {drop("a")}) == R"([{"op":"remove","path":"/a"}])");
  const auto source = std::make_shared<const brokergate::Source>("x", "a: 1\na: 2\n");
  const auto result = brokergate::read(source);
  Edit edit;
  edit.target = result.documents.at(0).root().at(0).node();
  edit.value = 5;
  CHECK(to_json_patch(result.documents[0].root(), {edit}) == "[]");
}

TEST_CASE("Literals of every kind") {
  std::string out;
  append_json(
      LiteralMap{{"a", LiteralList{Literal(), true, false, -5, int64_t{1} << 62, "q\"\n"}}, {"b", LiteralMap{}}}, out);
  CHECK(out == R"({"a":[null,true,false,-5,4611686018427387904,"q\"\n"],"b":{}})");
}

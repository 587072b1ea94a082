// Edits at one place: the same outcome in every rendering, whatever their order.
#include <algorithm>

#include "catch.h"
#include "edit_check.h"
#include "text_support.h"

using namespace edit_test;

namespace {

// The object, in JSON, in whatever order the steps come.
std::string outcome(const std::string& text, std::vector<Step> steps) {
  const auto by_place = [](const Step& a, const Step& b) {
    return std::tie(a.path, a.index) < std::tie(b.path, b.index);
  };
  std::stable_sort(steps.begin(), steps.end(), by_place);
  std::string first;
  do {
    const std::string after = changed(text, steps);
    const auto result = brokergate::read(std::make_shared<const brokergate::Source>("x", after));
    if (result.documents.size() != 1) return after;
    const std::string json = canonical(to_json(result.documents[0].root()));
    if (first.empty()) first = json;
    if (json != first) return first + " or " + json;
  } while (std::next_permutation(steps.begin(), steps.end(), by_place));
  return first;
}

}  // namespace

TEST_CASE("Entries below one missing parent are put together") {
  const std::vector<Step> steps = {set("m annotations a", 1), set("m annotations b", 2), set("m labels c d", 3)};
  CHECK(changed("m:\n  x: 0\n", steps) ==
        "m:\n  x: 0\n  annotations:\n    a: 1\n    b: 2\n  labels:\n    c:\n      d: 3\n");
  CHECK(
      patch_of("m:\n  x: 0\n", steps) ==
      R"([{"op":"add","path":"/m/annotations","value":{"a":1,"b":2}},{"op":"add","path":"/m/labels","value":{"c":{"d":3}}}])");
  CHECK(outcome("m: {x: 0}\n", steps) == R"({"m":{"annotations":{"a":1,"b":2},"labels":{"c":{"d":3}},"x":0}})");
}

TEST_CASE("An entry goes into the map that another edit makes") {
  CHECK(outcome("m: {}\n", {set("m a", LiteralMap{{"x", 1}}), set("m a b", 2)}) == R"({"m":{"a":{"b":2,"x":1}}})");
  CHECK(outcome("m: {a: }\n", {set("m a", LiteralMap{{"x", 1}}), set("m a b", 2)}) == R"({"m":{"a":{"b":2,"x":1}}})");
  CHECK(outcome("m: {a: {c: 1}}\n", {set("m a", LiteralMap{{"x", 1}}), set("m a b", 2)}) ==
        R"({"m":{"a":{"b":2,"x":1}}})");
}

TEST_CASE("Lists that two edits make at one place hold what both want") {
  CHECK(outcome("m: {}\n", {set("m l", LiteralList{1, 2}), set("m l", LiteralList{2})}) == R"({"m":{"l":[1,2]}})");
}

TEST_CASE("A removal wins over everything at its place and below") {
  const std::string text = "a:\n  b: 1\n  l:\n  - x\n  - z\nc: 2\n";
  CHECK(outcome(text, {drop("a"), replace("a b", 5), insert("a l", 1, 6), set("a n", 7)}) == R"({"c":2})");
  CHECK(outcome(text, {drop("a l 0"), replace("a l 0", 5)}) == R"({"a":{"b":1,"l":["z"]},"c":2})");
  CHECK(outcome(text, {drop("a b"), set("a b", 5)}) == R"({"a":{"l":["x","z"]},"c":2})");
}

TEST_CASE("A replacement wins over what is below it") {
  const std::string text = "a:\n  b: 1\n  l:\n  - x\nc: 2\n";
  CHECK(outcome(text, {replace("a", "s"), replace("a b", 5), insert("a l", 1, 6)}) == R"({"a":"s","c":2})");
  CHECK(outcome(text, {replace("a", LiteralMap{{"k", 1}}), replace("a b", 5), set("a n", 7)}) ==
        R"({"a":{"k":1,"n":7},"c":2})");
}

TEST_CASE("Insertions beside a removal keep their places") {
  CHECK(outcome("[a, b, c]\n", {drop("0"), drop("1"), insert("", 1, "x"), insert("", 2, "v"), insert("", 3, "w")}) ==
        R"(["x","v","c","w"])");
  CHECK(outcome("- a\n- b\n- c\n", {drop("1"), drop("2"), insert("", 1, "x"), insert("", 3, "w")}) ==
        R"(["a","x","w"])");
}

TEST_CASE("An object that removes itself is null") {
  CHECK(patch_of("a: 1\n", {drop("")}) == R"([{"op":"replace","path":"","value":null}])");
}

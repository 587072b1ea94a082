#include "catch.h"
#include "text_support.h"

using namespace edit_test;

namespace {
const Literal kItem = LiteralMap{{"name", "W"}, {"value", "v"}};
}

TEST_CASE("An element goes in at its place, in both styles of indentation") {
  CHECK(changed("env:\n- name: A\n  value: b\n", {insert("env", 0, kItem)}) ==
        "env:\n- name: W\n  value: v\n- name: A\n  value: b\n");
  CHECK(changed("env:\n  - name: A\n    value: b\nx: 1\n", {insert("env", 1, kItem)}) ==
        "env:\n  - name: A\n    value: b\n  - name: W\n    value: v\nx: 1\n");
  CHECK(changed("env:\n  -   name: A\n      value: b\n", {insert("env", 1, kItem)}) ==
        "env:\n  -   name: A\n      value: b\n  -   name: W\n      value: v\n");
  CHECK(changed("l:\n- a # one\n# of b\n- b\n", {insert("l", 1, "x"), insert("l", 2, "v")}) ==
        "l:\n- a # one\n- x\n# of b\n- b\n- v\n");
  CHECK(changed("l:\n# of a\n- a\n", {insert("l", 0, "x")}) == "l:\n- x\n# of a\n- a\n");
  CHECK(changed("- - a\n  - b\n", {insert("0", 0, "x"), insert("0", 2, "v")}) == "- - x\n  - a\n  - b\n  - v\n");
  CHECK(changed("l:\n- a:\n    b: 1\n  # of a\n- c\n", {insert("l", 1, 2)}) ==
        "l:\n- a:\n    b: 1\n  # of a\n- 2\n- c\n");
}

TEST_CASE("Several elements at one place keep their order") {
  CHECK(changed("l:\n- a\n- b\n", {insert("l", 1, "x"), insert("l", 1, "v"), insert("l", 0, "z")}) ==
        "l:\n- z\n- a\n- x\n- v\n- b\n");
}

TEST_CASE("A new list is indented as the others of the document are") {
  CHECK(changed("a:\n- 1\nb: 2\n", {set("c", LiteralList{"x", "v"})}) == "a:\n- 1\nb: 2\nc:\n- x\n- v\n");
  CHECK(changed("a:\n    - 1\nb: 2\n", {set("c", LiteralList{"x"})}) == "a:\n    - 1\nb: 2\nc:\n    - x\n");
  CHECK(changed("b: 2\n", {set("c", LiteralList{LiteralMap{{"name", "x"}, {"port", 1}}})}) ==
        "b: 2\nc:\n  - name: x\n    port: 1\n");
  CHECK(changed("a:\n- 1\nb: []\n", {insert("b", 0, kItem)}) == "a:\n- 1\nb:\n- name: W\n  value: v\n");
}

TEST_CASE("Elements go: first, middle, last, only") {
  const std::string text = "l:\n  - a # one\n  # of b\n  - b:\n      c: 1\n  - d\nm: 1\n";
  CHECK(changed(text, {drop("l 0")}) == "l:\n  # of b\n  - b:\n      c: 1\n  - d\nm: 1\n");
  CHECK(changed(text, {drop("l 1")}) == "l:\n  - a # one\n  # of b\n  - d\nm: 1\n");
  CHECK(changed(text, {drop("l 2")}) == "l:\n  - a # one\n  # of b\n  - b:\n      c: 1\nm: 1\n");
  CHECK(changed("l: # c\n- a\nm: 1\n", {drop("l 0")}) == "l: [] # c\nm: 1\n");
  CHECK(changed("- - a\n  - b\n- c\n", {drop("0 0")}) == "- - b\n- c\n");
  CHECK(changed("- - a\n- c\n", {drop("0 0")}) == "- []\n- c\n");
  CHECK(changed("l:\n- a\n- b\n", {drop("l 0"), insert("l", 1, "x"), drop("l 1")}) == "l:\n- x\n");
  CHECK(changed("- - a\n  - b\n  - c\n", {drop("0 0"), insert("0", 1, "x"), replace("0 2", "v")}) ==
        "- - x\n  - b\n  - v\n");
}

TEST_CASE("What replaces a list changes only the elements that differ") {
  CHECK(changed("l:\n- a # 1\n- b # 2\n- c # 3\n", {replace("l", LiteralList{"a", "x", "c"})}) ==
        "l:\n- a # 1\n- x # 2\n- c # 3\n");
  CHECK(changed("l:\n- a # 1\n- c # 3\n", {replace("l", LiteralList{"a", "b", "c"})}) == "l:\n- a # 1\n- b\n- c # 3\n");
  CHECK(changed("l:\n- a # 1\n- b\n- c # 3\n", {replace("l", LiteralList{"a", "c"})}) == "l:\n- a # 1\n- c # 3\n");
}

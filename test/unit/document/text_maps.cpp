#include "catch.h"
#include "text_support.h"

using namespace edit_test;

TEST_CASE("An entry is added behind the last of its map") {
  CHECK(changed("a:\n  b: 1 # one\n\nc: 2\n", {set("a d", "x")}) == "a:\n  b: 1 # one\n  d: x\n\nc: 2\n");
  CHECK(changed("a:\n    b: 1\nc: 2\n", {set("a d e", "x")}) == "a:\n    b: 1\n    d:\n        e: x\nc: 2\n");
  CHECK(changed("a: 1\nb:\n - c\n", {set("d e", LiteralList{1, 2})}) == "a: 1\nb:\n - c\nd:\n  e:\n   - 1\n   - 2\n");
  CHECK(changed("a:\n  b: 1\n  # e: 1\n# of c\nc: 2\n", {set("a d", 3)}) ==
        "a:\n  b: 1\n  d: 3\n  # e: 1\n# of c\nc: 2\n");
  CHECK(changed("a:\n  b: 1\n    # deeper\nc: 2\n", {set("a d", 3)}) == "a:\n  b: 1\n    # deeper\n  d: 3\nc: 2\n");
}

TEST_CASE("Below an empty value the map is made in the style of its neighbours") {
  CHECK(changed("m:\n  annotations:\nn: 1\n", {set("m annotations x", "w")}) == "m:\n  annotations:\n    x: w\nn: 1\n");
  CHECK(changed("m:\n  annotations: # none yet\nn: 1\n", {set("m annotations x", "w")}) ==
        "m:\n  annotations: # none yet\n    x: w\nn: 1\n");
  CHECK(changed("m:\n  annotations: null # none\n", {set("m annotations x", "w")}) ==
        "m:\n  annotations: # none\n    x: w\n");
  CHECK(changed("m:\n  annotations: ~\n", {set("m annotations x", "w")}) == "m:\n  annotations:\n    x: w\n");
  CHECK(changed("m:\n  annotations: {}   # none\n", {set("m annotations x", "w"), set("m annotations z", true)}) ==
        "m:\n  annotations:   # none\n    x: w\n    z: true\n");
  CHECK(changed("m:\n   annotations: {}\n", {set("m annotations x", "w")}) == "m:\n   annotations:\n      x: w\n");
  CHECK(changed("- {}\n-\n- a\n", {set("0 x", 1), replace("1", LiteralMap{{"v", 2}, {"z", 3}})}) ==
        "- x: 1\n- v: 2\n  z: 3\n- a\n");
}

TEST_CASE("An entry behind the first on a dash's line is aligned with it") {
  CHECK(changed("- name: a\n- name: b\n", {set("0 value", "x")}) == "- name: a\n  value: x\n- name: b\n");
  CHECK(changed("-   name: a\n", {set("0 value m", "x")}) == "-   name: a\n    value:\n      m: x\n");
  CHECK(changed("- - name: a\n  - b\n", {set("0 0 value", "x")}) == "- - name: a\n    value: x\n  - b\n");
}

TEST_CASE("A removed entry takes its lines and its comment, not those of others") {
  const std::string text = "m:\n  # of a\n  a: 1 # one\n  b: 2\n\n  c: 3\no: 4\n";
  CHECK(changed(text, {drop("m a")}) == "m:\n  # of a\n  b: 2\n\n  c: 3\no: 4\n");
  CHECK(changed(text, {drop("m b")}) == "m:\n  # of a\n  a: 1 # one\n\n  c: 3\no: 4\n");
  CHECK(changed(text, {drop("m c")}) == "m:\n  # of a\n  a: 1 # one\n  b: 2\n\no: 4\n");
  CHECK(changed(text, {drop("o")}) == "m:\n  # of a\n  a: 1 # one\n  b: 2\n\n  c: 3\n");
  CHECK(changed(text, {drop("m")}) == "o: 4\n");
  CHECK(changed(text, {drop("m a"), drop("m b"), drop("m c")}) == "m: {}\n  # of a\n\no: 4\n");
  CHECK(changed(text, {drop("m a"), drop("m b"), drop("m c"), set("m d", 5)}) == "m:\n  # of a\n  d: 5\n\no: 4\n");
}

TEST_CASE("The entry on the dash's line can go") {
  CHECK(changed("- name: a # n\n  value: b\n", {drop("0 name")}) == "- value: b\n");
  CHECK(changed("- name: a\n  # of value\n  value: b\n", {drop("0 name")}) == "- # of value\n  value: b\n");
  CHECK(changed("- name: a\n  value: b\n  x: c\n", {drop("0 name"), drop("0 value")}) == "- x: c\n");
  CHECK(changed("- name: a # n\n- b\n", {drop("0 name")}) == "- {}\n- b\n");
  CHECK(changed("- name: a\n  value: b\n", {drop("0 name"), drop("0 value"), set("0 x", 1)}) == "- x: 1\n");
}

TEST_CASE("A scalar becomes a map or list, and the other way round") {
  CHECK(changed("a: 1 # c\nb: 2\n", {replace("a", LiteralMap{{"x", 1}, {"v", LiteralList{"z"}}})}) ==
        "a: # c\n  x: 1\n  v:\n    - z\nb: 2\n");
  CHECK(changed("a:\n  - 1\n  - 2\nb: 2\n", {replace("a", "x")}) == "a: x\nb: 2\n");
  CHECK(changed("a: # c\n  x: 1\n  # of y\n  y: 2\nb: 2\n", {replace("a", 7)}) == "a: 7 # c\nb: 2\n");
  CHECK(changed("- a: 1\n  b: 2\n- c\n", {replace("0", "x"), replace("1", LiteralMap{{"d", 1}, {"e", 2}})}) ==
        "- x\n- d: 1\n  e: 2\n");
}

TEST_CASE("Keys are quoted as their neighbours are, and where they must be") {
  CHECK(changed("\"a\": 1\n", {set("b", 2)}) == "\"a\": 1\n\"b\": 2\n");
  CHECK(changed("'a': 1\n", {set("b", 2)}) == "'a': 1\n'b': 2\n");
  CHECK(changed("a: 1\n", {set("yes", 2), set("8080", 3), set("cloud.google.com/x", 4), set("on", "off")}) ==
        "a: 1\n\"yes\": 2\n\"8080\": 3\ncloud.google.com/x: 4\n\"on\": \"off\"\n");
}

TEST_CASE("A key that is written twice goes and changes as the one that counts") {
  CHECK(changed("a: 1\nb: 2\na: 3\n", {drop("a")}) == "b: 2\n");
  CHECK(changed("a: 1\nb: 2\na: 3\n", {replace("a", 4)}) == "a: 1\nb: 2\na: 4\n");
}

#include "catch.h"
#include "text_support.h"

using namespace edit_test;

TEST_CASE("A change below an alias is written where the alias stands") {
  CHECK(changed("a: &x\n  b: 1\n  c: [k]\nd: *x # e\n", {set("d w", "v")}) ==
        "a: &x\n  b: 1\n  c: [k]\nd: {b: 1, c: [k], w: v} # e\n");
  CHECK(changed("a: &x {b: {c: 1}}\nl:\n- *x\n- {k: *x }\n", {replace("l 0 b c", "o"), drop("l 1 k b")}) ==
        "a: &x {b: {c: 1}}\nl:\n- {b: {c: o}}\n- {k: {} }\n");
  CHECK(changed("a: &x v\nb: *x\n", {replace("b", "w")}) == "a: &x v\nb: w\n");
}

TEST_CASE("Other values of the anchor stay what they are") {
  CHECK(changed("a: &x\n  b: 1\nd: *x\n", {replace("a b", 2)}) == "a: &x\n  b: 2\nd: {b: 1}\n");
  CHECK(changed("a: &x v\nb: *x\n", {replace("a", "w")}) == "a: &x w\nb: v\n");
  CHECK(changed("a: &x\n  b: 1\nd: *x\n", {drop("a")}) == "d: {b: 1}\n");
}

TEST_CASE("An alias that changes as its anchor does stays an alias") {
  CHECK(changed("a: &x\n  b: 1\nd: *x\n", {replace("a b", 2), replace("d b", 2)}) == "a: &x\n  b: 2\nd: *x\n");
  CHECK(changed("a: &x [1]\nd: *x\n", {insert("a", 1, 2), insert("d", 1, 2)}) == "a: &x [1, 2]\nd: *x\n");
}

TEST_CASE("A merged entry that changes becomes an entry of its own, behind the merge key") {
  CHECK(changed("a: &x {b: 1, c: 2}\nd:\n  e: 3\n  <<: *x\nf: 4\n", {replace("d b", 9)}) ==
        "a: &x {b: 1, c: 2}\nd:\n  e: 3\n  <<: *x\n  b: 9\nf: 4\n");
  CHECK(changed("a: &x {b: {c: 1}}\nd:\n  <<: *x\n", {set("d b w", 2)}) ==
        "a: &x {b: {c: 1}}\nd:\n  <<: *x\n  b:\n    c: 1\n    w: 2\n");
  CHECK(changed("a: &x {b: 1}\nd: {<<: *x }\n", {replace("d b", 9)}) == "a: &x {b: 1}\nd: {b: 9}\n");
  CHECK(changed("a: &x {b: 1}\nd:\n  <<: *x\n", {replace("a b", 2)}) == "a: &x {b: 2}\nd:\n  <<: *x\n  b: 1\n");
  CHECK(changed("a: &x {b: 1}\nd:\n  <<: *x\n", {replace("a b", 2), replace("d b", 2)}) ==
        "a: &x {b: 2}\nd:\n  <<: *x\n");
}

TEST_CASE("What a merge key makes impossible is refused") {
  CHECK(changed("a: &x {b: 1}\nd:\n  <<: *x\n", {drop("d b")}) ==
        "error: line 3: an entry that a merge key (<<) brings in cannot be removed in the text");
  CHECK(changed("a: &x {b: 1}\nd:\n  <<: *x\n", {drop("a")}) ==
        "error: a value goes whose entries a merge key (<<) elsewhere brings in");
  CHECK(changed("a: &x {b: 1}\nd:\n  <<: *x\n", {set("a c", 2)}) ==
        "error: the changed text would not read as the changed object");
}

TEST_CASE("Anchors and tags stay before a value that changes") {
  CHECK(changed("a: &x b\nc: !!str d\n", {replace("a", "v"), replace("c", "w")}) == "a: &x v\nc: !!str w\n");
  CHECK(changed("a: &x {}\nb: &z\n", {set("a c", 1), set("b c", 1)}) == "a: &x\n  c: 1\nb: &z\n  c: 1\n");
  CHECK(changed("- &x {}\n- *x\n", {set("0 c", 1), set("1 c", 1)}) == "- &x\n  c: 1\n- *x\n");
  CHECK(changed("a: &x\n  b: 1\nc: *x\n", {drop("a b"), drop("c b")}) == "a: &x {}\nc: *x\n");
}

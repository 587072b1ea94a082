// An element that goes at one place and comes at another keeps its lines.
#include "catch.h"
#include "text_support.h"

using namespace edit_test;

namespace {

const Literal kName = LiteralMap{{"name", "POD"}, {"value", "p"}};

}  // namespace

TEST_CASE("A moved element keeps its comments, its quotes and its layout") {
  const std::string text =
      "env:\n- name: A # a\n  value: $(POD)\n# of POD\n- name: \"POD\"   # who\n  value: 'p'\n  # deep\n- name: Z\nx: "
      "1\n";
  CHECK(
      changed(text, {insert("env", 0, kName), drop("env 1")}) ==
      "env:\n# of POD\n- name: \"POD\"   # who\n  value: 'p'\n  # deep\n- name: A # a\n  value: $(POD)\n- name: Z\nx: "
      "1\n");
  CHECK(
      changed("env:\n  - {name: A}\n  - {name: POD, value: 'p'}  # who\n", {insert("env", 0, kName), drop("env 1")}) ==
      "env:\n  - {name: POD, value: 'p'}  # who\n  - {name: A}\n");
  CHECK(changed("env:\n- a\n- b\n- 'POD'", {insert("env", 1, "POD"), drop("env 2")}) == "env:\n- a\n- 'POD'\n- b\n");
  CHECK(changed("env:\r\n- a\r\n- 'POD' # c\r\n", {insert("env", 0, "POD"), drop("env 1")}) ==
        "env:\r\n- 'POD' # c\r\n- a\r\n");
}

TEST_CASE("A move and new elements beside it") {
  CHECK(changed("l:\n- a\n- 'b' # b\n", {insert("l", 0, "b"), drop("l 1"), insert("l", 2, "c")}) ==
        "l:\n- 'b' # b\n- a\n- c\n");
  CHECK(changed("l:\n- 'a' # a\n- b\n", {drop("l 0"), insert("l", 2, "a")}) == "l:\n- b\n- 'a' # a\n");
  CHECK(changed("l:\n- a\n- 'b' # 1\n- 'b' # 2\n", {insert("l", 0, "b"), drop("l 2")}) ==
        "l:\n- 'b' # 2\n- a\n- 'b' # 1\n");
}

TEST_CASE("What would mean something else elsewhere is written anew") {
  CHECK(changed("l:\n- &x a\n- *x\n- 'b'\n", {insert("l", 0, "a"), drop("l 1")}) == "l:\n- a\n- &x a\n- 'b'\n");
  CHECK(changed("l: ['a', \"b\"]\n", {insert("l", 0, "b"), drop("l 1")}) == "l: [b, 'a']\n");
}

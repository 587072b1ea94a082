#include "catch.h"
#include "text_support.h"

using namespace edit_test;

namespace {
const std::string kScript =
    "command:\n- sh\n- -c\n- | # the start\n  export A=1\n\n  # keep\n  exec run \\\n    --x \"$A\"\nenv: []\n";
const std::string kValue = "export A=1\n\n# keep\nexec run \\\n  --x \"$A\"\n";
}  // namespace

TEST_CASE("Of a literal text only the changed lines change") {
  CHECK(changed(kScript, {replace("command 2", "export A=2\n\n# keep\nexec run \\\n  --x \"$A\"\n")}) ==
        "command:\n- sh\n- -c\n- | # the start\n  export A=2\n\n  # keep\n  exec run \\\n    --x \"$A\"\nenv: []\n");
  CHECK(changed(kScript, {replace("command 2", "export B=2\n" + kValue)}) ==
        "command:\n- sh\n- -c\n- | # the start\n  export B=2\n  export A=1\n\n  # keep\n  exec run \\\n    --x "
        "\"$A\"\nenv: "
        "[]\n");
  CHECK(changed(kScript, {replace("command 2", kValue + "echo done\n")}) ==
        "command:\n- sh\n- -c\n- | # the start\n  export A=1\n\n  # keep\n  exec run \\\n    --x \"$A\"\n  echo "
        "done\nenv: "
        "[]\n");
  CHECK(changed(kScript, {replace("command 2", "export A=1\nexec run \\\n  --x \"$A\"\n")}) ==
        "command:\n- sh\n- -c\n- | # the start\n  export A=1\n  exec run \\\n    --x \"$A\"\nenv: []\n");
}

TEST_CASE("Blanks at the ends of lines that stay are not touched") {
  CHECK(changed("a: |\n  one  \n   \n  two\n  three\n", {replace("a", "one  \n \n2\nthree\n")}) ==
        "a: |\n  one  \n   \n  2\n  three\n");
}

TEST_CASE("How a literal text ends is written in its header") {
  CHECK(changed("a: |\n  x\nb: 1\n", {replace("a", "x")}) == "a: |-\n  x\nb: 1\n");
  CHECK(changed("a: |-\n  x\nb: 1\n", {replace("a", "x\n")}) == "a: |\n  x\nb: 1\n");
  CHECK(changed("a: |-\n  x\n\nb: 1\n", {replace("a", "y")}) == "a: |-\n  y\n\nb: 1\n");
  CHECK(changed("a: |+\n  x\n\nb: 1\n", {replace("a", "y\n\n")}) == "a: |+\n  y\n\nb: 1\n");
  CHECK(changed("a: |+\n  x\n\nb: 1\n", {replace("a", "y\n")}) == "a: |+\n  y\nb: 1\n");
  CHECK(changed("a: |\n  x\nb: 1\n", {replace("a", "x\n\n")}) == "a: |+\n  x\n\nb: 1\n");
  CHECK(changed("a: |\n  x\nb: 1\n", {replace("a", "")}) == "a: \"\"\nb: 1\n");
}

TEST_CASE("A text that begins with blanks needs the indentation digit") {
  CHECK(changed("a: |\n    x\nb: 1\n", {replace("a", "  x\ny\n")}) == "a: |4\n      x\n    y\nb: 1\n");
  CHECK(changed("m:\n  a: |2\n      x\n    y\n", {replace("m a", "  x\nz\n")}) == "m:\n  a: |2\n      x\n    z\n");
  CHECK(changed("- |1-\n  x\n", {replace("0", "y\n x")}) == "- |1-\n y\n  x\n");
}

TEST_CASE("A literal text with CRLF keeps it") {
  CHECK(changed("a: |\r\n  one\r\n  two\r\nb: 1\r\n", {replace("a", "one\n2\nthree\n")}) ==
        "a: |\r\n  one\r\n  2\r\n  three\r\nb: 1\r\n");
}

TEST_CASE("A literal text at an end without line break") {
  CHECK(changed("a: |\n  one\n  two", {replace("a", "one\n2\n")}) == "a: |\n  one\n  2");
  CHECK(changed("a: |-\n  one", {replace("a", "one\ntwo")}) == "a: |-\n  one\n  two");
  CHECK(changed("a: |\n  one", {set("b", 1)}) == "a: |\n  one\nb: 1");
  CHECK(changed("a: |+\n  one", {replace("a", "one\n\n"), set("b", 1)}) == "a: |+\n  one\n\nb: 1");
}

TEST_CASE("A text that a literal cannot hold leaves the literal") {
  CHECK(changed("a: | # c\n  one\n  two\nb: 1\n", {replace("a", "x\ty\x01")}) == "a: \"x\\ty\\u0001\" # c\nb: 1\n");
  CHECK(changed("a: |\n  one\nb: 1\n", {replace("a", 5)}) == "a: 5\nb: 1\n");
  CHECK(changed("a: |\n  one\nb: 1\n", {replace("a", LiteralMap{{"c", 1}})}) == "a:\n  c: 1\nb: 1\n");
}

TEST_CASE("A folded text changes where it differs, or becomes a literal") {
  const std::string text = "a: >-\n  one two\n  three\n\n  four\nb: 1\n";
  CHECK(changed(text, {replace("a", "one 2 three\nfour")}) == "a: >-\n  one 2\n  three\n\n  four\nb: 1\n");
  CHECK(changed(text, {replace("a", "one two three\nfour five")}) ==
        "a: >-\n  one two\n  three\n\n  four five\nb: 1\n");
  CHECK(changed("a: >\n  one\n  two\nb: 1\n", {replace("a", "one\ntwo\n")}) == "a: >\n  one\n\n  two\nb: 1\n");
  CHECK(changed("a: >\n  one\n  two\nb: 1\n", {replace("a", "one\n two\n")}) == "a: |\n  one\n   two\nb: 1\n");
  CHECK(changed("a: >\n  one\n  two\nb: 1\n", {replace("a", "one two")}) == "a: one two\nb: 1\n");
}

#include "catch.h"
#include "text_support.h"

using namespace edit_test;

TEST_CASE("A replaced scalar keeps its quotes where they can hold the value") {
  CHECK(changed("a: b # c\n", {replace("a", "x")}) == "a: x # c\n");
  CHECK(changed("a:   b\n", {replace("a", "x: y")}) == "a:   \"x: y\"\n");
  CHECK(changed("a: 'b'\n", {replace("a", "it's")}) == "a: 'it''s'\n");
  CHECK(changed("a: 'b'\n", {replace("a", "x\x01")}) == "a: \"x\\u0001\"\n");
  CHECK(changed("a: \"b\"\n", {replace("a", "say \"x\"\n")}) == "a: \"say \\\"x\\\"\\n\"\n");
  CHECK(changed("a: \"8080\"\n", {replace("a", "9092")}) == "a: \"9092\"\n");
  CHECK(changed("a: \"8080\"\n", {replace("a", 9092)}) == "a: 9092\n");
  CHECK(changed("a: 8080\n", {replace("a", "8080")}) == "a: \"8080\"\n");
  CHECK(changed("a: b\n", {replace("a", Literal())}) == "a: null\n");
  CHECK(changed("a:\n", {replace("a", true)}) == "a: true\n");
  CHECK(changed("a:    # c\n", {replace("a", "b")}) == "a: b    # c\n");
  CHECK(changed("a:\n  b\nc: 1\n", {replace("a", "x")}) == "a: x\nc: 1\n");
}

TEST_CASE("A value that is there already is not written again") {
  CHECK(changed("a: 'x' # c\nb: 0x10\nc: off\n", {replace("a", "x"), replace("b", 16), replace("c", false)}) ==
        "a: 'x' # c\nb: 0x10\nc: off\n");
  CHECK(patch_of("a: 'x'\nb: 0x10\n", {replace("a", "x"), replace("b", 16), set("b", 16)}) == "[]");
}

TEST_CASE("A string is quoted where a YAML reader could take it for something else") {
  const std::vector<std::string> quoted = {"yes",        "No",
                                           "on",         "OFF",
                                           "y",          "N",
                                           "true",       "null",
                                           "Null",       "~",
                                           "",           "017",
                                           "0x1F",       "1e3",
                                           "1_000",      "+1",
                                           "-1",         ".5",
                                           ".inf",       "12:30",
                                           "1.5",        "0b1",
                                           "2001-01-01", "- a",
                                           "-",          "a: b",
                                           "a:",         "a #b",
                                           "#a",         " a",
                                           "a ",         "*a",
                                           "&a",         "!a",
                                           "%a",         "@a",
                                           "`a",         "|",
                                           ">",          "? a",
                                           "{a",         "[a",
                                           "]a",         "'a",
                                           "\"a",        ",a",
                                           "=",          "<<",
                                           "---",        "...",
                                           "a\tb",       "\x7F",
                                           "\xC3\xA9",   "\xE2\x80\xA8",
                                           ".NaN",       "0o17",
                                           "1.0.0",      "2001-12-14t21:59:43.10-05:00"};
  for (const std::string& text : quoted) {
    CAPTURE(text);
    const std::string out = changed("a: b\n", {replace("a", text)});
    CHECK(out.starts_with("a: \""));
    CHECK(out.ends_with("\"\n"));
  }
}

TEST_CASE("A string that every reader takes for one stays plain") {
  for (const std::string text :
       {"Internal",     "a b",           "a:b",        "a#b",    "PLAINTEXT://kafka-0.example.com:9092",
        "10.0.0.1",     "10.0.0.1:9092", "--override", "-Xmx1g", "/opt/kafka",
        "$(A)",         "kafka-0",       "x,y",        "a{b}",   "yes please",
        "3.9.1-debian", "1Gi",           "100m",       "=x",     "a'b\"c"}) {
    CAPTURE(text);
    CHECK(changed("a: b\n", {replace("a", text)}) == "a: " + text + "\n");
  }
}

TEST_CASE("In brackets more must be quoted") {
  CHECK(changed("[a]\n", {replace("0", "x,y")}) == "[\"x,y\"]\n");
  CHECK(changed("[a]\n", {replace("0", "x:y")}) == "[\"x:y\"]\n");
  CHECK(changed("[a]\n", {replace("0", "x{y}")}) == "[\"x{y}\"]\n");
  CHECK(changed("[a]\n", {replace("0", "one\ntwo")}) == "[\"one\\ntwo\"]\n");
  CHECK(changed("[a]\n", {replace("0", "plain text")}) == "[plain text]\n");
}

TEST_CASE("A new text of several lines is a block scalar") {
  CHECK(changed("a: b # c\nd: 1\n", {replace("a", "one\n two\n\nthree\n")}) ==
        "a: | # c\n  one\n   two\n\n  three\nd: 1\n");
  CHECK(changed("a: 'b'\n", {replace("a", "one\ntwo")}) == "a: |-\n  one\n  two\n");
  CHECK(changed("a: b\n", {replace("a", " one\ntwo\n")}) == "a: |2\n   one\n  two\n");
  CHECK(changed("a: b\n", {replace("a", "\n\none\n")}) == "a: |\n\n\n  one\n");
  CHECK(changed("- a\n- b\n", {replace("0", "one\ntwo\n")}) == "- |\n  one\n  two\n- b\n");
  CHECK(changed("a:\n    b: 1\n", {set("a c", "one\ntwo\n")}) == "a:\n    b: 1\n    c: |\n        one\n        two\n");
}

TEST_CASE("A text that no block scalar holds exactly is in double quotes") {
  for (const std::string text : {"one\n\n", "\n", " \n", "one\r\ntwo", "one\x01\ntwo", "a\xE2\x80\xA8\nb"}) {
    CAPTURE(text);
    CHECK(changed("a: b\n", {replace("a", text)}).starts_with("a: \""));
  }
  // A comment that stands deeper than the text would become part of it.
  CHECK(changed("a: b\n   # c\nd: 1\n", {replace("a", "one\ntwo\n")}) == "a: \"one\\ntwo\\n\"\n   # c\nd: 1\n");
}

TEST_CASE("A plain or quoted scalar over several lines changes where it differs") {
  const std::string text = "a: one two\n  three four\n  five # c\nb: 1\n";
  CHECK(changed(text, {replace("a", "one two three 4 five")}) == "a: one two\n  three 4\n  five # c\nb: 1\n");
  CHECK(changed(text, {replace("a", "one two three five")}) == "a: one two\n  three\n  five # c\nb: 1\n");
  CHECK(changed(text, {replace("a", "0 two three four five")}) == "a: 0 two\n  three four\n  five # c\nb: 1\n");
  CHECK(changed(text, {replace("a", "one two three # five")}) == "a: \"one two three # five\" # c\nb: 1\n");
  CHECK(changed("a: 'one\n  two'\n", {replace("a", "one too")}) == "a: 'one\n  too'\n");
  CHECK(changed("a: \"one\n  two\"\n", {replace("a", "one too")}) == "a: \"one\n  too\"\n");
  CHECK(changed("a: \"one\\\n  two\"\n", {replace("a", "one too")}) == "a: \"one too\"\n");
}

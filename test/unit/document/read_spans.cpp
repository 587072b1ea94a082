// Every value knows its bytes: what the text editor writes over.
#include <string>

#include "read_support.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

// The bytes of the value under key "v" (and of nothing else) in a document.
std::string value_bytes(const std::string& text) {
  const ReadResult result = read(source_of(text));
  if (result.documents.size() != 1) return "unreadable";
  return bytes_of(result.documents[0], result.documents[0].root()["v"]);
}

}  // namespace

TEST_CASE("scalars: from the first to the last byte, quotes included") {
  CHECK(value_bytes("v:   abc  # c\nw: 1\n") == "abc");
  CHECK(value_bytes("v: 'a''b' \n") == "'a''b'");
  CHECK(value_bytes("v: \"a\\n\"\n") == "\"a\\n\"");
  CHECK(value_bytes("v: a\n  b\n  c\nw: 1\n") == "a\n  b\n  c");
  CHECK(value_bytes("v: \"a\n  b\"\n") == "\"a\n  b\"");
  CHECK(value_bytes("v:\nw: 1\n") == "");
  CHECK(value_bytes("v: # c\nw: 1\n") == "");
  CHECK(value_bytes("v: ''\n") == "''");
}

TEST_CASE("an empty value stands right behind its colon") {
  const ReadResult result = read(source_of("a: 1\nv:   # c\nw: 2\n"));
  REQUIRE(result.documents.size() == 1);
  const Value value = result.documents[0].root()["v"];
  CHECK(value->begin == 7);
  CHECK(value->end == 7);
  CHECK(value.is_null());
}

TEST_CASE("block scalars: from the indicator to the last line that is not blank") {
  CHECK(value_bytes("v: |\n  a\n  b\nw: 1\n") == "|\n  a\n  b");
  CHECK(value_bytes("v: |- # c\n  a  \n\n\nw: 1\n") == "|- # c\n  a  ");
  CHECK(value_bytes("v: |+\n  a\n\n\nw: 1\n") == "|+\n  a");
  CHECK(value_bytes("v: >2\n    a\n\n  b\n# c\n") == ">2\n    a\n\n  b");
  CHECK(value_bytes("v: |\r\n  a\r\n  b\r\nw: 1\r\n") == "|\r\n  a\r\n  b");
  CHECK(value_bytes("v: |\n  a") == "|\n  a");
  CHECK(value_bytes("v: |\nw: 1\n") == "|");
}

TEST_CASE("containers: brackets, or from the first key or dash to the last value") {
  CHECK(value_bytes("v: {a: 1, b: [2]}  # c\n") == "{a: 1, b: [2]}");
  CHECK(value_bytes("v: [1,\n  2 ]\nw: 1\n") == "[1,\n  2 ]");
  CHECK(value_bytes("v:\n  a: 1\n  b:\n    c: 2 # c\n\n# d\nw: 1\n") == "a: 1\n  b:\n    c: 2");
  CHECK(value_bytes("v:\n- 1\n- a: 2\n  b: 3\nw: 1\n") == "- 1\n- a: 2\n  b: 3");
  CHECK(value_bytes("v:\n  - |\n    x\n\nw: 1\n") == "- |\n    x");
  CHECK(value_bytes("v:\n  a:\n  b:\nw: 1\n") == "a:\n  b:");
  CHECK(value_bytes("v: []\n") == "[]");
  CHECK(value_bytes("v:\n  - \n  -\nw: 1\n") == "- \n  -");
  CHECK(value_bytes("v:\n  ? a\n  : b\n") == "? a\n  : b");
}

TEST_CASE("anchors and tags are not part of a value's bytes") {
  CHECK(value_bytes("v: &x abc\n") == "abc");
  CHECK(value_bytes("v: !!str &x abc\n") == "abc");
  CHECK(value_bytes("v: &x !!str abc\n") == "abc");
  CHECK(value_bytes("v: &x # c\n  a: 1\n") == "a: 1");
  CHECK(value_bytes("v: &x\n  - 1\n") == "- 1");
  CHECK(value_bytes("v: &x {a: 1}\n") == "{a: 1}");
  CHECK(value_bytes("v: !<tag:yaml.org,2002:str> 1\n") == "1");
  CHECK(value_bytes("v: [&x , 1]\n") == "[&x , 1]");
  CHECK(value_bytes("v: !!null\nw: 1\n") == "");
  CHECK(value_bytes("w: &x 1\nv: *x\n") == "*x");
}

TEST_CASE("styles") {
  const ReadResult result =
      read(source_of("a: p\nb: 's'\nc: \"d\"\nd: |\n  l\ne: >\n  f\nf:\n  - 1\ng: {}\nh: &x {a: 1}\ni: *x\n"));
  REQUIRE(result.documents.size() == 1);
  const Value root = result.documents[0].root();
  CHECK(root->style == Style::kBlock);
  CHECK(root["a"]->style == Style::kPlain);
  CHECK(root["b"]->style == Style::kSingleQuoted);
  CHECK(root["c"]->style == Style::kDoubleQuoted);
  CHECK(root["d"]->style == Style::kLiteral);
  CHECK(root["e"]->style == Style::kFolded);
  CHECK(root["f"]->style == Style::kBlock);
  CHECK(root["g"]->style == Style::kFlow);
  CHECK_FALSE(root["h"]->alias);
  CHECK(root["i"]->alias);
}

TEST_CASE("keys: their bytes and their decoded text") {
  const ReadResult result = read(source_of("\"a\\tb\" : 1\n? 'c'\n: 2\nyes: 3\n{d: 4}: 5\n"));
  CHECK(result.documents.empty());
  const ReadResult good = read(source_of("\"a\\tb\" : 1\n? 'c'\n: 2\nyes: 3\n"));
  REQUIRE(good.documents.size() == 1);
  const Document& document = good.documents[0];
  const Value root = document.root();
  CHECK(root.at(0)->key == "a\tb");
  CHECK(key_bytes_of(document, root.at(0)) == "\"a\\tb\"");
  CHECK(root.at(1)->key == "c");
  CHECK(key_bytes_of(document, root.at(1)) == "'c'");
  CHECK(root.at(2)->key == "true");
  CHECK(key_bytes_of(document, root.at(2)) == "yes");
}

TEST_CASE("spans are bytes where text is not ASCII") {
  const std::string text =
      "# \u00fc\u65e5\u672c\nk\u00e9y: 'v\u00e4l' # \U0001F600\nlist: [\u00e9, b\U0001F600, c]\nz: |\n  \u00fc\n  "
      "x\nv: end\n";
  const ReadResult result = read(source_of(text));
  REQUIRE(result.documents.size() == 1);
  const Document& document = result.documents[0];
  const Value root = document.root();
  CHECK(key_bytes_of(document, root.at(0)) == "k\u00e9y");
  CHECK(bytes_of(document, root.at(0)) == "'v\u00e4l'");
  CHECK(bytes_of(document, root["list"]) == "[\u00e9, b\U0001F600, c]");
  CHECK(bytes_of(document, root["list"].at(1)) == "b\U0001F600");
  CHECK(bytes_of(document, root["list"].at(2)) == "c");
  CHECK(bytes_of(document, root["z"]) == "|\n  \u00fc\n  x");
  CHECK(bytes_of(document, root["v"]) == "end");
  // A column counts characters.
  CHECK(document.source()->position(root["list"].at(2)->begin) == Position{3, 15});
}

TEST_CASE("positions and lines of a source") {
  const Source source("x", "ab\r\n\u00e9\tc\n\nlast");
  CHECK(source.position(0) == Position{1, 1});
  CHECK(source.position(4) == Position{2, 1});
  CHECK(source.position(6) == Position{2, 2});
  CHECK(source.position(7) == Position{2, 3});
  CHECK(source.position(9) == Position{3, 1});
  CHECK(source.position(14) == Position{4, 5});
  CHECK(source.position(1000) == Position{4, 5});
  CHECK(source.line(1) == "ab");
  CHECK(source.line(2) == "\u00e9\tc");
  CHECK(source.line(3) == "");
  CHECK(source.line(4) == "last");
  CHECK(source.line(5) == "");
  CHECK(source.line(0) == "");
  CHECK(Source("x",
               "\xEF\xBB\xBF"
               "ab\n")
            .line(1) == "ab");
  CHECK(Source("x",
               "\xEF\xBB\xBF"
               "ab\n")
            .position(4) == Position{1, 2});
}

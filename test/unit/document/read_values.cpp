// Value: looking up, walking and printing a tree.
#include <string>
#include <vector>

#include "read_support.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

std::string json_string(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

bool same(std::string_view left, std::string_view right) {
  const ReadResult a = read(source_of(left)), b = read(source_of(right));
  REQUIRE(a.documents.size() == 1);
  REQUIRE(b.documents.size() == 1);
  return same_value(a.documents[0].root(), b.documents[0].root());
}

}  // namespace

TEST_CASE("what is not there is a false value that answers everything with nothing") {
  const ReadResult result = read(source_of("a: {b: [1, two]}\n"));
  REQUIRE(result.documents.size() == 1);
  const Value root = result.documents[0].root();
  CHECK(root["a"]["b"].at(1).str() == "two");
  const Value missing = root["x"]["y"].at(3);
  CHECK_FALSE(missing);
  CHECK(missing.is_null());
  CHECK(missing.str().empty());
  CHECK(missing.scalar().empty());
  CHECK(missing.size() == 0);
  CHECK(missing.children().empty());
  CHECK(missing.as_int() == std::nullopt);
  CHECK(missing.pointer(root).empty());
  CHECK_FALSE(root["a"].at(1));
  CHECK_FALSE(root["a"]["b"]["0"]);
  CHECK_FALSE(root["a"]["b"].at(0)["x"]);
}

TEST_CASE("pointers and paths lead back") {
  const ReadResult result = read(source_of("a/b:\n  '~': [x, {'': deep}]\n"));
  REQUIRE(result.documents.size() == 1);
  const Value root = result.documents[0].root();
  const Value deep = root["a/b"]["~"].at(1)[""];
  CHECK(deep.str() == "deep");
  CHECK(deep.pointer(root) == "/a~1b/~0/1/");
  CHECK(deep.path(root) == std::vector<std::string>{"a/b", "~", "1", ""});
  CHECK(deep.pointer(root["a/b"]) == "/~0/1/");
  CHECK(deep.pointer(deep).empty());
  CHECK(find(root, deep.path(root)) == deep);
  CHECK_FALSE(find(root, std::vector<std::string>{"a/b", "~", "01"}));
  CHECK_FALSE(find(root, std::vector<std::string>{"a/b", "~", "-"}));
  CHECK_FALSE(find(root, std::vector<std::string>{"a/b", "~", "2"}));
  CHECK_FALSE(find(root, std::vector<std::string>{"a/b", "~", "0", "z"}));
}

TEST_CASE("parents and places among them") {
  const ReadResult result = read(source_of("- a\n- b: [c, d]\n"));
  REQUIRE(result.documents.size() == 1);
  const Value root = result.documents[0].root();
  CHECK(root->parent == nullptr);
  const Value d = root.at(1)["b"].at(1);
  CHECK(d->index == 1);
  CHECK(d->parent == root.at(1)["b"].node());
  CHECK(d->parent->parent == root.at(1).node());
  CHECK(d->parent->parent->parent == root.node());
}

TEST_CASE("same values, whatever they are written like") {
  CHECK(same("a: 1\nb: [x, 'y']\n", "{\"b\": [\"x\", \"y\"], \"a\": 0x1}"));
  CHECK(same("a: yes\n", "a: true\n"));
  CHECK(same("a: ~\n", "a:\n"));
  CHECK(same("a: 1.50\n", "a: 1.5e0\n"));
  CHECK(same("a: 1\na: 2\n", "a: 2\n"));
  CHECK(same("a: 1\nb: 2\na: 3\n", "a: 3\nb: 2\n"));
  CHECK_FALSE(same("a: 1\n", "a: '1'\n"));
  CHECK_FALSE(same("a: 1\n", "a: 1.0\n"));
  CHECK_FALSE(same("a: [1, 2]\n", "a: [2, 1]\n"));
  CHECK_FALSE(same("a: 1\n", "a: 1\nb: null\n"));
  CHECK_FALSE(same("a: {}\n", "a: []\n"));
  CHECK_FALSE(same("a: yes\n", "a: no\n"));
  CHECK(same_value(Value(), Value()));
}

TEST_CASE("JSON strings") {
  CHECK(json_string("a\"b\\c/\n\r\t\b\x1f") == R"("a\"b\\c/\n\r\t\u0008\u001f")");
  CHECK(json_string("\u00e9\u65e5\U0001F600") == "\"\u00e9\u65e5\U0001F600\"");
  CHECK(json_string("a\xFFz") == "\"a\xEF\xBF\xBDz\"");
  CHECK(json_string("\xE2\x82") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(json_string("") == "\"\"");
  CHECK(json_string(std::string_view("\0", 1)) == "\"\\u0000\"");
}

TEST_CASE("JSON of a tree") {
  CHECK(json_of("a: []\nb: {}\nc: [[], {d: ~}]\n") == R"({"a":[],"b":{},"c":[[],{"d":null}]})");
  CHECK(to_json(Value()) == "null");
}

TEST_CASE("maps with many keys find duplicates too") {
  for (const int count : {2, 30, 47, 48, 49, 200}) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "key-" + std::to_string(i) + ": 1\n";
    CHECK(read(source_of(text)).documents.at(0).notes().empty());
    text += "key-1: 2\n";
    const ReadResult result = read(source_of(text));
    REQUIRE(result.documents.size() == 1);
    CHECK(result.documents[0].notes().size() == 1);
    CHECK(result.documents[0].root()["key-1"].as_int() == 2);
  }
}

#include "catch.h"
#include "text_support.h"

using namespace edit_test;
using namespace brokergate;

namespace {
SourcePtr source_of(std::string text) { return std::make_shared<const Source>("a.yaml", std::move(text)); }
}  // namespace

TEST_CASE("apply() leaves the object alone and marks what is new") {
  const SourcePtr source = source_of("m: {a: \"x\\ny\", b: [1, 2]}\nk: v\n");
  ReadResult result = read(source);
  const Value root = result.documents.at(0).root();
  const std::string before = to_json(root);
  Edit insertion;
  insertion.op = Edit::Op::kInsert;
  insertion.target = root["m"]["b"].node();
  insertion.index = 1;
  insertion.value = "new";
  Edit replacement;
  replacement.target = root["k"].node();
  replacement.value = LiteralMap{{"w", true}};
  const Document after = apply(source, root, {insertion, replacement});
  CHECK(to_json(root) == before);
  CHECK(to_json(after.root()) == R"({"m":{"a":"x\ny","b":[1,"new",2]},"k":{"w":true}})");
  const Value list = after.root()["m"]["b"];
  CHECK(list.at(1)->style == Style::kSynthetic);
  CHECK(after.root()["k"]->style == Style::kSynthetic);
  CHECK(after.root()["k"]["w"]->style == Style::kSynthetic);
  CHECK(after.root()["k"]->begin == root["k"]->begin);
  CHECK(list->style == Style::kFlow);
  CHECK(list.at(2)->begin == root["m"]["b"].at(1)->begin);
  CHECK(list.at(2)->index == 2);
  CHECK(list.at(2)->parent == list.node());
  CHECK(list.at(2).pointer(after.root()) == "/m/b/2");
}

TEST_CASE("What apply() returns does not need the document it came from") {
  const SourcePtr source = source_of("a: \"decoded \\u0041\"\nb: \"\\u0042 \\t\"\nc: 1\n\"k\\ney\": z\n");
  Document after = [&] {
    ReadResult result = read(source);
    return apply(source, result.documents.at(0).root(), {set_edit(result.documents.at(0).root(), {"d"}, "e")});
  }();
  CHECK(to_json(after.root()) == R"({"a":"decoded A","b":"B \t","c":1,"k\ney":"z","d":"e"})");
}

TEST_CASE("apply() of an item of a List makes a document of its own") {
  const SourcePtr source = source_of("items:\n- a: 1\n- a: 2\n");
  const ReadResult result = read(source);
  const Value item = result.documents.at(0).root()["items"].at(1);
  const Document after = apply(source, item, {set_edit(item, {"b", "c"}, 3)});
  CHECK(to_json(after.root()) == R"({"a":2,"b":{"c":3}})");
  CHECK(after.root()->parent == nullptr);
  CHECK(after.root()["b"]["c"].pointer(after.root()) == "/b/c");
}

TEST_CASE("apply() without edits gives the same object") {
  const SourcePtr source = source_of("a: &x {b: [1, null, 1.5, yes]}\nc: *x\n");
  const ReadResult result = read(source);
  const Document after = apply(source, result.documents.at(0).root(), {});
  CHECK(same_value(after.root(), result.documents.at(0).root()));
  CHECK(after.root()["c"]->alias);
  CHECK(after.root()["c"]["b"]->copied);
}

TEST_CASE("set_edit() finds the deepest map on the way") {
  const SourcePtr source = source_of("m: {a: , l: [{n: 1}], s: text}\n");
  const ReadResult result = read(source);
  const Value root = result.documents.at(0).root();
  const auto keys = [&](std::vector<std::string> path) {
    const Edit edit = set_edit(root, std::move(path), 1);
    std::string out = Value(edit.target).pointer(root) + ":";
    for (const std::string& key : edit.keys) out += " " + key;
    return out;
  };
  CHECK(keys({"x", "z"}) == ": x z");
  CHECK(keys({"m", "x"}) == "/m: x");
  CHECK(keys({"m", "a", "x"}) == "/m: a x");
  CHECK(keys({"m", "l", "0", "n"}) == "/m/l/0: n");
  CHECK(keys({"m", "l", "0", "o", "p"}) == "/m/l/0: o p");
  CHECK(keys({"m", "s", "x"}) == "/m: s x");
}

// Line breaks, ends, several documents in one text, Lists.
#include "catch.h"
#include "text_support.h"

using namespace edit_test;
using namespace brokergate;

TEST_CASE("CRLF lines get CRLF neighbours") {
  CHECK(changed("a:\r\n  b: 1 # c\r\nd:\r\n- 2\r\n", {set("a x", LiteralList{1}), insert("d", 1, 3), drop("d 0")}) ==
        "a:\r\n  b: 1 # c\r\n  x:\r\n  - 1\r\nd:\r\n- 3\r\n");
  CHECK(changed("- a: 1\r\n  b: 2\r\n", {drop("0 a")}) == "- b: 2\r\n");
}

TEST_CASE("A missing line break at the end stays missing") {
  CHECK(changed("a: 1", {set("b", 2)}) == "a: 1\nb: 2");
  CHECK(changed("a:\n  b: 1", {set("a c", 2), set("d", 3)}) == "a:\n  b: 1\n  c: 2\nd: 3");
  CHECK(changed("a: # c", {set("a b", 2)}) == "a: # c\n  b: 2");
  CHECK(changed("l:\n- a\n- b", {drop("l 1"), insert("l", 2, "c")}) == "l:\n- a\n- c");
  CHECK(changed("l:\n- a\n- b", {drop("l 1"), set("m", 1)}) == "l:\n- a\nm: 1");
}

TEST_CASE("A byte order mark is no indentation") {
  CHECK(changed("\xEF\xBB\xBF"
                "a: 1\n",
                {set("b c", 2)}) ==
        "\xEF\xBB\xBF"
        "a: 1\nb:\n  c: 2\n");
}

TEST_CASE("Documents of a stream do not touch each other") {
  const std::string text = "# one\na: 1\n---\n# two\na: 2\n...\n--- # three\na: 3\n";
  CHECK(changed(text, {in_document(1, set("b", 1))}) ==
        "# one\na: 1\n---\n# two\na: 2\nb: 1\n...\n--- # three\na: 3\n");
  CHECK(changed(text, {in_document(0, set("b", 1)), in_document(2, replace("a", 4))}) ==
        "# one\na: 1\nb: 1\n---\n# two\na: 2\n...\n--- # three\na: 4\n");
  CHECK(changed("%TAG !k! tag:k,2000:\n---\na: !k!x y\n", {set("b", 1)}) ==
        "%TAG !k! tag:k,2000:\n---\na: !k!x y\nb: 1\n");
  CHECK(changed("{\"a\":1}{\"a\":2}\n", {in_document(1, set("b", 1))}) == "{\"a\":1}{\"a\":2,\"b\":1}\n");
}

TEST_CASE("Items of a List are edited as objects of their own, all at once") {
  const std::string text = "kind: List\nitems:\n- kind: A\n- kind: B\n  x: 1\n";
  const auto source = std::make_shared<const Source>("list.yaml", text);
  const ReadResult result = read(source);
  REQUIRE(result.documents.size() == 1);
  const Document& document = result.documents[0];
  std::vector<ObjectEdits> objects;
  for (const Node& item : document.root()["items"].children()) {
    objects.push_back({&document, Value(&item), {set_edit(Value(&item), {"metadata", "name"}, "x")}});
  }
  const TextResult edits = to_text_edits(source, objects);
  CHECK(edits.error.empty());
  CHECK(apply_text(text, edits.edits) ==
        "kind: List\nitems:\n- kind: A\n  metadata:\n    name: x\n- kind: B\n  x: 1\n  metadata:\n    name: x\n");
  CHECK(to_json_patch(objects[0].root, objects[0].edits) ==
        R"([{"op":"add","path":"/metadata","value":{"name":"x"}}])");
}

TEST_CASE("What cannot be planned is said, and nothing is written") {
  const std::string text = "a: x\nb: {}\n";
  const auto source = std::make_shared<const Source>("x.yaml", text);
  const ReadResult result = read(source);
  const Document& document = result.documents.at(0);
  const Value root = document.root();
  const auto text_of = [&](Value object, Edit edit) {
    const TextResult out = to_text_edits(source, {{&document, object, {std::move(edit)}}});
    CHECK(out.edits.empty());
    return out.error;
  };
  CHECK(text_of(root, set_edit(root, {"a", "k"}, 1)) == "\"k\" cannot be set in a string");
  CHECK(text_of(root["b"], set_edit(root, {"c"}, 1)) == "an edit names a value outside of its object");
  Edit insertion;
  insertion.op = Edit::Op::kInsert;
  insertion.target = root["b"].node();
  CHECK(text_of(root, insertion) == "nothing can be inserted in a map");
  CHECK(to_json_patch(root, {set_edit(root, {"a", "k"}, 1), insertion}) == "[]");
  CHECK(same_value(apply(source, root, {set_edit(root, {"a", "k"}, 1), insertion}).root(), root));
}

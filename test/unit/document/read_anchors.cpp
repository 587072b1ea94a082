// Anchors, aliases and merge keys, as go-yaml v2 expands them.
#include <string>

#include "read_support.h"

using namespace brokergate;
using namespace brokergate::test;

TEST_CASE("an alias is the anchor's value again") {
  CHECK(json_of("a: &x [1, {b: c}]\nd: *x\ne: *x\n") == R"({"a":[1,{"b":"c"}],"d":[1,{"b":"c"}],"e":[1,{"b":"c"}]})");
  CHECK(json_of("a: &x 1\nb: &x 2\nc: *x\n") == R"({"a":1,"b":2,"c":2})");
  CHECK(json_of("a: &x k\n*x : v\n") == R"({"a":"k","k":"v"})");
  CHECK(json_of("&x a: b\nc: *x\n") == R"({"a":"b","c":"a"})");
  CHECK(json_of("a: &x\nb: *x\n") == R"({"a":null,"b":null})");
}

TEST_CASE("what an alias made is marked, and points at the anchor's text") {
  const std::string text = "a: &x [1, {b: c}]\nd: *x\n";
  const ReadResult result = read(source_of(text));
  REQUIRE(result.documents.size() == 1);
  const Document& document = result.documents[0];
  const Value anchor = document.root()["a"], alias = document.root()["d"];
  CHECK(bytes_of(document, alias) == "*x");
  CHECK(alias->alias);
  CHECK_FALSE(alias->copied);
  CHECK_FALSE(anchor->alias);
  CHECK_FALSE(anchor.at(0)->copied);
  CHECK(alias.at(0)->copied);
  CHECK(alias.at(1)["b"]->copied);
  CHECK(bytes_of(document, alias.at(1)["b"]) == "c");
  CHECK(alias.at(1)["b"]->begin == anchor.at(1)["b"]->begin);
  CHECK(alias.at(1)["b"].pointer(document.root()) == "/d/1/b");
  CHECK(same_value(anchor, alias));
}

TEST_CASE("anchors end with their document") {
  const Outcome outcome = outcome_of("a: &x 1\n---\nb: *x\n");
  REQUIRE(outcome.errors.size() == 1);
  CHECK(outcome.errors[0] == "3:4: found the alias *x, wanted an anchor &x before it");
}

TEST_CASE("a value cannot contain itself") {
  CHECK(error_of("&x [*x]\n") ==
        "1:5: found the alias *x inside the value of its own anchor &x, wanted a value that does not contain itself");
  CHECK(error_of("a: &x\n  b:\n    c: *x\n") ==
        "3:8: found the alias *x inside the value of its own anchor &x, wanted a value that does not contain itself");
  CHECK(error_of("a: &x\n  <<: *x\n") ==
        "2:7: found the alias *x inside the value of its own anchor &x, wanted a value that does not contain itself");
}

TEST_CASE("merge keys bring the entries that are not written behind them") {
  CHECK(json_of("a: &x {p: 1, q: 2}\nb:\n  <<: *x\n  q: 3\n") == R"({"a":{"p":1,"q":2},"b":{"p":1,"q":3}})");
  CHECK(json_of("b:\n  <<: {p: 1}\n  q: 3\n") == R"({"b":{"p":1,"q":3}})");
  CHECK(json_of("b: {<<: {}}\n") == R"({"b":{}})");
  // Quoted it is a key as any other.
  CHECK(json_of("\"<<\": 1\n") == R"({"<<":1})");
  CHECK(json_of("!!merge <<: {a: 1}\n") == R"({"a":1})");
}

TEST_CASE("of several merged maps the first counts") {
  CHECK(json_of("a: &x {p: 1, q: 1}\nb: &y {q: 2, r: 2}\nc:\n  <<: [*x, *y]\n  r: 3\n") ==
        R"({"a":{"p":1,"q":1},"b":{"q":2,"r":2},"c":{"p":1,"q":1,"r":3}})");
}

TEST_CASE("merged entries are marked; a written one keeps its place") {
  const ReadResult result = read(source_of("a: &x {p: 1, q: {r: 2}}\nb:\n  <<: *x\n  p: 3\n"));
  REQUIRE(result.documents.size() == 1);
  const Value map = result.documents[0].root()["b"];
  REQUIRE(map.size() == 2);
  CHECK(map["q"]->merged);
  CHECK(map["q"]->copied);
  CHECK(map["q"]["r"].node() != nullptr);
  CHECK(map["q"]["r"]->copied);
  CHECK_FALSE(map["p"]->merged);
  CHECK_FALSE(map["p"]->copied);
  CHECK(map["q"]->parent == map.node());
  CHECK(bytes_of(result.documents[0], map) == "<<: *x\n  p: 3");
  CHECK(result.documents[0].notes().empty());
}

TEST_CASE("a merge key behind a written key overrides it, which kubectl does and a note tells") {
  const ReadResult result = read(source_of("b:\n  q: 3\n  <<: {p: 1, q: 2}\n"));
  REQUIRE(result.documents.size() == 1);
  CHECK(to_json(result.documents[0].root()) == R"({"b":{"p":1,"q":2}})");
  REQUIRE(result.documents[0].notes().size() == 1);
  CHECK(result.documents[0].notes()[0].message == "key \"q\" is overridden by the merge key (<<) after it");
}

TEST_CASE("merge keys want maps") {
  const char* wanted = "found a value under the merge key (<<) that is no map, wanted a map or a list of maps";
  CHECK(error_of("<<: 3\n") == std::string("1:5: ") + wanted);
  CHECK(error_of("<<:\n") == std::string("1:4: ") + wanted);
  CHECK(error_of("<<: [{a: 1}, 2]\n") == std::string("1:14: ") + wanted);
  CHECK(error_of("a: &x [{b: 1}]\nc:\n  <<: *x\n") == std::string("3:7: ") + wanted);
}

TEST_CASE("keys written twice: the last counts, and a note names both lines") {
  const ReadResult result = read(source_of("a: 1\nb: {c: 1, c: 2}\n\na: 2\nyes: 1\n\"true\": 2\n"));
  REQUIRE(result.documents.size() == 1);
  const Document& document = result.documents[0];
  CHECK(to_json(document.root()) == R"({"a":2,"b":{"c":2},"true":2})");
  CHECK(document.root().size() == 5);
  REQUIRE(document.notes().size() == 3);
  CHECK(document.notes()[0].message == "key \"c\" is written twice in this map; the last one (line 2) counts");
  CHECK(document.notes()[1].message == "key \"a\" is written twice in this map; the last one (line 4) counts");
  CHECK(document.source()->position(document.notes()[1].offset) == Position{1, 1});
  CHECK(document.notes()[1].map == document.root().node());
  CHECK(document.notes()[2].message == "key \"true\" is written twice in this map; the last one (line 6) counts");
}

// edits_for: the first wish for a place wins, the same wish counts once.
#include <utility>

#include "catch.h"
#include "unit/engine/helpers.h"

using namespace brokergate;
using namespace brokergate::test;

namespace {

struct Wishes {
  Bundle bundle = parse(service(kInternal));
  Verdict verdict;
  const Object& object() const { return bundle.objects[0]; }
  void wish(std::vector<Edit> edits, bool suppressed = false) {
    Finding& finding = verdict.findings.emplace_back();
    finding.object = &object();
    finding.suppressed = suppressed;
    finding.fixes.push_back({&object(), std::move(edits)});
  }
  Edit set(std::vector<std::string> path, Literal value) const {
    return set_edit(object().root, std::move(path), std::move(value));
  }
  Edit node(Edit::Op op, Value target, Literal value = {}) const {
    Edit edit;
    edit.op = op;
    edit.target = target.node();
    edit.value = std::move(value);
    return edit;
  }
  size_t count() const { return edits_for(verdict, object()).size(); }
};

}  // namespace

TEST_CASE("equal edits count once, others stay") {
  Wishes all;
  all.wish({all.set({"metadata", "annotations", "a"}, "1"), all.set({"metadata", "labels", "x"}, "1")});
  all.wish({all.set({"metadata", "annotations", "a"}, "1"), all.set({"metadata", "labels", "y"}, "1")});
  CHECK(all.count() == 3);
}

TEST_CASE("of two wishes for one place the first wins") {
  Wishes all;
  all.wish({all.set({"metadata", "annotations", "owner"}, "first")});
  all.wish({all.set({"metadata", "annotations", "owner"}, "second")});
  all.wish({all.node(Edit::Op::kRemove, all.object().metadata()["annotations"]["owner"])});
  all.wish({all.node(Edit::Op::kReplace, all.object().metadata()["annotations"]["owner"], "third")});
  all.wish({all.set({"metadata", "labels"}, LiteralMap{{"a", "b"}})});
  all.wish({all.set({"metadata", "labels", "a"}, "c")});
  const std::vector<Edit> edits = edits_for(all.verdict, all.object());
  REQUIRE(edits.size() == 2);
  CHECK(std::get<std::string>(edits[0].value.value) == "first");
}

TEST_CASE("what lies below a removed or replaced value is not edited") {
  Wishes all;
  all.wish({all.node(Edit::Op::kRemove, all.object().metadata()["annotations"])});
  all.wish({all.set({"metadata", "annotations", "new"}, "1")});
  CHECK(all.count() == 1);
  Wishes other;
  other.wish({other.set({"metadata", "annotations", "new"}, "1")});
  other.wish({other.node(Edit::Op::kRemove, other.object().metadata()["annotations"])});
  CHECK(other.count() == 1);
}

TEST_CASE("inserts at one place keep their order, equal ones count once") {
  Wishes all;
  Edit insert = all.node(Edit::Op::kInsert, all.object().spec()["ports"], LiteralMap{{"port", 1}});
  Edit other = insert;
  other.value = LiteralMap{{"port", 2}};
  all.wish({insert, other});
  all.wish({insert});
  CHECK(all.count() == 2);
}

TEST_CASE("suppressed findings change nothing, and nor do those of other objects") {
  Wishes all;
  all.wish({all.set({"metadata", "annotations", "a"}, "1")}, true);
  CHECK(all.count() == 0);
  const Object elsewhere = all.object();
  all.wish({all.set({"metadata", "annotations", "a"}, "1")});
  CHECK(edits_for(all.verdict, elsewhere).empty());
}

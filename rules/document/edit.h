// The edits of one object, sorted into the tree they change. All renderings
// start from this, so that they cannot disagree about edits that meet.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "brokergate/edit.h"

namespace brokergate {

// A node that is changed, or that has a change somewhere below it.
struct Change {
  enum class Fate : uint8_t { kKept, kReplaced, kRemoved };
  struct Insertion {
    size_t index = 0;  // before this child of the unchanged list
    Literal value;
  };

  const Node* node = nullptr;
  Fate fate = Fate::kKept;
  Literal value;                                  // of a kReplaced node
  LiteralMap added;                               // new entries of a kept map, behind its own
  std::vector<Insertion> inserted;                // new elements of a kept list, sorted by index
  std::vector<std::unique_ptr<Change>> children;  // of a kept container, sorted by Node::index

  // The change of a child, or null.
  const Change* at(const Node& child) const;
  // True when nothing is changed here or below.
  bool empty() const { return fate == Fate::kKept && added.empty() && inserted.empty() && children.empty(); }
  bool removed() const { return fate == Fate::kRemoved; }
};

// What happens where edits meet: a removal wins over everything at and below
// its target; a replacement over what is below it, except new entries for a
// map that it writes; new values at one place are merged (merge_literal).
// Edits that change nothing are left out, and a container that replaces a
// container becomes the changes between the two.
// Not called Plan: the Kafka model has a brokergate::Plan, and two types of one
// name in one program end in a crash.
struct ChangePlan {
  Change root;
  // Why an edit could not be planned (its target is outside of the object, a
  // path that runs through a scalar). Such an edit is in no rendering.
  std::string error;
};
using Plan = ChangePlan;
Plan make_plan(Value root, std::span<const Edit> edits);
void add_to_plan(Plan& plan, Value object, std::span<const Edit> edits);
void finish_plan(Plan& plan);
// The change that stands for a node at or below the plan's root; null for others.
Change* change_at(Plan& plan, const Node* node);

}  // namespace brokergate

#include "rules/reordered_plan.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "rules/env_faults.h"

namespace brokergate {
namespace {

// The moves for all values that listeners depend on, each once.
std::vector<Edit> moves(const BrokerSet& set) {
  std::vector<Edit> out;
  for (const EnvFault& fault : env_faults(set)) {
    if (fault.kind != EnvFault::Kind::kLater) continue;
    const std::vector<Edit> edits = reorder(set, fault);
    for (size_t i = 0; i + 1 < edits.size(); i += 2) {
      const Edit &insert = edits[i], &remove = edits[i + 1];
      const bool known =
          std::any_of(out.begin(), out.end(), [&](const Edit& edit) { return edit.target == remove.target; });
      if (known) continue;
      out.push_back(insert);
      out.push_back(remove);
    }
  }
  return out;
}

// From nodes of the copy to those of the set as it is written.
class WayBack {
 public:
  WayBack(Value copy, Value original, Value env, const std::vector<Edit>& moved)
      : copy_(copy), original_(original), env_(env) {
    // The list as the moves leave it: original places, kMoved for what was put in.
    for (size_t i = 0; i <= env.size(); ++i) {
      for (const Edit& edit : moved)
        if (edit.op == Edit::Op::kInsert && edit.index == i) places_.push_back(kMoved);
      const bool gone = i == env.size() || std::any_of(moved.begin(), moved.end(), [&](const Edit& edit) {
                          return edit.op == Edit::Op::kRemove && edit.target == env.at(i).node();
                        });
      if (!gone) places_.push_back(i);
    }
  }

  // Null where the node is one that was moved, or made by the moves.
  const Node* node(const Node* in_copy) const {
    if (in_copy == copy_.node()) return original_.node();
    if (!in_copy || !in_copy->parent) return nullptr;
    const Node* parent = node(in_copy->parent);
    if (!parent) return nullptr;
    size_t index = in_copy->index;
    if (parent == env_.node()) index = index < places_.size() ? places_[index] : kMoved;
    return index < parent->count ? &parent->children[index] : nullptr;
  }

  std::optional<Edit> edit(const Edit& planned) const {
    Edit out = planned;
    out.target = node(planned.target);
    if (!out.target) return std::nullopt;
    if (out.op == Edit::Op::kInsert && out.target == env_.node()) {
      size_t at = planned.index;
      while (at < places_.size() && places_[at] == kMoved) ++at;
      out.index = at < places_.size() ? places_[at] : env_.size();
    }
    return out;
  }

 private:
  static constexpr size_t kMoved = SIZE_MAX;
  Value copy_, original_, env_;
  std::vector<size_t> places_;
};

}  // namespace

Plan plan_reordered(const BrokerSet& set, const WantedListener& wanted) {
  Plan out;
  const Object& object = *set.object;
  std::vector<Edit> edits = moves(set);
  if (edits.empty()) return out;
  Object copy = object;
  copy.document = std::make_shared<const Document>(apply(object.source(), object.root, edits));
  copy.root = copy.document->root();
  const std::optional<BrokerSet> reordered = recognise_broker_set(copy);
  if (!reordered) return out;
  const Plan planned = plan_external_listener(*reordered, wanted);
  if (!planned.refusal.empty()) return out;
  const WayBack back(copy.root, object.root, set.container["env"], edits);
  for (const Edit& edit : planned.edits) {
    auto own = back.edit(edit);
    if (!own) return out;
    edits.push_back(std::move(*own));
  }
  const Document both = apply(object.source(), object.root, edits);
  const Document wished = apply(object.source(), copy.root, planned.edits);
  if (!same_value(both.root(), wished.root())) return out;
  out.edits = std::move(edits);
  return out;
}

}  // namespace brokergate

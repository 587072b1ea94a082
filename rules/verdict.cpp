#include "brokergate/verdict.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace brokergate {
namespace {

bool same_literal(const Literal& a, const Literal& b) {
  std::string left, right;
  append_json(a, left);
  append_json(b, right);
  return left == right;
}

bool same_edit(const Edit& a, const Edit& b) {
  return a.op == b.op && a.target == b.target && a.keys == b.keys && a.index == b.index &&
         same_literal(a.value, b.value);
}

bool prefix_of(const std::vector<std::string>& shorter, const std::vector<std::string>& longer) {
  return shorter.size() <= longer.size() && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

// Collects edits; a later one that meets an earlier one in the same place gives way.
class Wishes {
 public:
  void add(const Edit& edit) {
    if (!edit.target) return;
    // kSet on an entry that exists and kReplace of that entry are one place.
    const Node* place = edit.target;
    bool whole = edit.op == Edit::Op::kReplace || edit.op == Edit::Op::kRemove;
    if (edit.op == Edit::Op::kSet && edit.keys.size() == 1) {
      if (const Value entry = Value(edit.target)[edit.keys[0]]) {
        place = entry.node();
        whole = true;
      }
    }
    for (const Node* node = place; node; node = node->parent) {
      if (replaced_.contains(node)) return;
    }
    if (whole) {
      // Something below is changed already: the first wish wins.
      if (!touched_.insert(place).second) return;
      replaced_.insert(place);
    } else if (clashes(edit)) {
      return;
    }
    for (const Node* node = place; node && touched_.insert(node).second; node = node->parent) {
    }
    by_target_[edit.target].push_back(edits_.size());
    edits_.push_back(edit);
  }
  std::vector<Edit> take() { return std::move(edits_); }

 private:
  bool clashes(const Edit& edit) const {
    const auto others = by_target_.find(edit.target);
    if (others == by_target_.end()) return false;
    return std::any_of(others->second.begin(), others->second.end(), [&](size_t index) {
      const Edit& other = edits_[index];
      if (other.op != edit.op) return false;
      if (edit.op == Edit::Op::kInsert) return same_edit(other, edit);
      return prefix_of(other.keys, edit.keys) || prefix_of(edit.keys, other.keys);
    });
  }

  std::vector<Edit> edits_;
  std::unordered_map<const Node*, std::vector<size_t>> by_target_;
  std::unordered_set<const Node*> replaced_;  // written as a whole, or removed
  std::unordered_set<const Node*> touched_;   // these and what holds them
};

}  // namespace

std::string Finding::path() const {
  std::string path = at && object ? at.pointer(object->root) : std::string();
  if (!missing.empty()) path += "/" + missing;
  return path;
}

std::vector<Edit> edits_for(const Verdict& verdict, const Object& object) {
  Wishes wishes;
  for (const Finding& finding : verdict.findings) {
    if (finding.suppressed) continue;
    for (const Finding::Fix& fix : finding.fixes) {
      if (fix.object != &object) continue;
      for (const Edit& edit : fix.edits) wishes.add(edit);
    }
  }
  return wishes.take();
}

}  // namespace brokergate

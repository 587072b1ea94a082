#include "rules/document/edit.h"

#include <algorithm>

#include "rules/document/literal.h"

namespace brokergate {
namespace {

using Fate = Change::Fate;

auto position_of(auto& children, const Node& child) {
  return std::lower_bound(children.begin(), children.end(), child.index,
                          [](const auto& change, uint32_t index) { return change->node->index < index; });
}

Change& child_change(Change& parent, const Node& child) {
  auto at = position_of(parent.children, child);
  if (at == parent.children.end() || (*at)->node != &child) {
    at = parent.children.insert(at, std::make_unique<Change>());
    (*at)->node = &child;
  }
  return **at;
}

void replace(Change& change, Literal value) {
  if (change.fate == Fate::kRemoved) return;
  if (change.fate == Fate::kReplaced) {
    merge_literal(change.value, std::move(value));
  } else {
    change.fate = Fate::kReplaced;
    change.value = std::move(value);
  }
}

Literal nested(std::span<const std::string> keys, Literal value) {
  if (keys.empty()) return value;
  LiteralMap map;
  merge_at(map, keys, std::move(value));
  return map;
}

const char* kind_name(Kind kind) {
  switch (kind) {
    case Kind::kNull:
      return "null";
    case Kind::kBool:
      return "a boolean";
    case Kind::kInt:
    case Kind::kFloat:
      return "a number";
    case Kind::kString:
      return "a string";
    case Kind::kSeq:
      return "a list";
    case Kind::kMap:
      break;
  }
  return "a map";
}

// Empty when planned; else why not.
std::string plan_set(Plan& plan, const Edit& edit) {
  std::span<const std::string> keys = edit.keys;
  const Node* node = edit.target;
  while (node->kind == Kind::kMap && !keys.empty()) {
    Value child = Value(node)[keys[0]];
    if (!child) {
      merge_at(change_at(plan, node)->added, keys, edit.value);
      return {};
    }
    node = child.node();
    keys = keys.subspan(1);
  }
  if (!keys.empty() && node->kind != Kind::kNull) {
    return "\"" + keys[0] + "\" cannot be set in " + kind_name(node->kind);
  }
  replace(*change_at(plan, node), nested(keys, edit.value));
  return {};
}

std::string plan_edit(Plan& plan, Value object, const Edit& edit) {
  const Node* ancestor = edit.target;
  while (ancestor && ancestor != object.node()) ancestor = ancestor->parent;
  Change* change = ancestor ? change_at(plan, edit.target) : nullptr;
  if (!change) return "an edit names a value outside of its object";
  switch (edit.op) {
    case Edit::Op::kSet:
      return plan_set(plan, edit);
    case Edit::Op::kReplace:
      replace(*change, edit.value);
      return {};
    case Edit::Op::kRemove:
      // An object cannot remove itself: what is left of it is null.
      change->fate = Fate::kReplaced;
      change->value = {};
      if (edit.target != object.node()) change->fate = Fate::kRemoved;
      return {};
    case Edit::Op::kInsert: {
      if (edit.target->kind != Kind::kSeq)
        return std::string("nothing can be inserted in ") + kind_name(edit.target->kind);
      const size_t index = std::min<size_t>(edit.index, edit.target->count);
      auto at = std::upper_bound(change->inserted.begin(), change->inserted.end(), index,
                                 [](size_t i, const Change::Insertion& have) { return i < have.index; });
      change->inserted.insert(at, {index, edit.value});
      return {};
    }
  }
  return {};
}

void compare(Change& parent, const Node& child, Literal value) {
  Change& change = child_change(parent, child);
  if (change.fate == Fate::kRemoved) return;
  change.fate = Fate::kReplaced;
  change.value = std::move(value);
}

// A map that replaces a map: what differs between the two.
void compare_maps(Change& change) {
  LiteralMap wanted = std::move(std::get<LiteralMap>(change.value.value));
  const Value map(change.node);
  std::vector<bool> used(wanted.size());
  change.children.clear();
  for (const Node& child : map.children()) {
    size_t i = wanted.size();
    while (i > 0 && wanted[i - 1].first != child.key) --i;
    if (i == 0) {
      child_change(change, child).fate = Fate::kRemoved;
    } else {
      used[i - 1] = true;
      if (map[child.key].node() == &child) compare(change, child, std::move(wanted[i - 1].second));
    }
  }
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (!used[i] && !map[wanted[i].first])
      merge_at(change.added, std::span(&wanted[i].first, 1), std::move(wanted[i].second));
  }
}

// A list that replaces a list: equal elements at both ends stay, of the others
// as many as possible are changed in place.
void compare_lists(Change& change) {
  LiteralList wanted = std::move(std::get<LiteralList>(change.value.value));
  const Value list(change.node);
  change.children.clear();
  change.inserted.clear();
  size_t head = 0, tail = 0;
  const size_t common = std::min(list.size(), wanted.size());
  while (head < common && same_value(wanted[head], list.at(head))) ++head;
  while (tail < common - head && same_value(wanted[wanted.size() - 1 - tail], list.at(list.size() - 1 - tail))) ++tail;
  for (size_t i = head; i < list.size() - tail; ++i) {
    if (i < wanted.size() - tail) {
      compare(change, list->children[i], std::move(wanted[i]));
    } else {
      child_change(change, list->children[i]).fate = Fate::kRemoved;
    }
  }
  for (size_t i = std::max(head, list.size() - tail); i < wanted.size() - tail; ++i) {
    change.inserted.push_back({list.size() - tail, std::move(wanted[i])});
  }
}

void settle_replaced(Change& change) {
  auto* map = std::get_if<LiteralMap>(&change.value.value);
  if (map) {
    for (auto& [key, value] : change.added) merge_at(*map, std::span(&key, 1), std::move(value));
  }
  change.added.clear();
  change.inserted.clear();
  change.children.clear();
  const bool same_kind = (map && change.node->kind == Kind::kMap) ||
                         (std::holds_alternative<LiteralList>(change.value.value) && change.node->kind == Kind::kSeq);
  if (same_value(change.value, Value(change.node))) {
    change.fate = Fate::kKept;
  } else if (same_kind) {
    change.fate = Fate::kKept;
    map ? compare_maps(change) : compare_lists(change);
  }
}

// With the entry that counts its shadowed duplicates go, or they would count.
void remove_duplicates(Change& map) {
  std::vector<const Node*> gone;
  for (const auto& child : map.children) {
    if (child->removed() && Value(map.node)[child->node->key].node() == child->node) gone.push_back(child->node);
  }
  for (const Node* entry : gone) {
    for (const Node& child : Value(map.node).children()) {
      if (child.key == entry->key) child_change(map, child).fate = Fate::kRemoved;
    }
  }
}

void settle(Change& change) {
  if (change.fate == Fate::kReplaced) settle_replaced(change);
  if (change.fate == Fate::kRemoved) {
    change.added.clear();
    change.inserted.clear();
    change.children.clear();
    return;
  }
  if (change.node->kind == Kind::kMap) remove_duplicates(change);
  for (auto& child : change.children) settle(*child);
  std::erase_if(change.children, [](const auto& child) { return child->empty(); });
}

}  // namespace

const Change* Change::at(const Node& child) const {
  auto at = position_of(children, child);
  return at != children.end() && (*at)->node == &child ? at->get() : nullptr;
}

Change* change_at(Plan& plan, const Node* node) {
  std::vector<const Node*> way;
  for (; node && node != plan.root.node; node = node->parent) way.push_back(node);
  if (!node) return nullptr;
  Change* change = &plan.root;
  for (auto step = way.rbegin(); step != way.rend(); ++step) change = &child_change(*change, **step);
  return change;
}

void add_to_plan(Plan& plan, Value object, std::span<const Edit> edits) {
  for (const Edit& edit : edits) {
    std::string error = plan_edit(plan, object, edit);
    if (plan.error.empty()) plan.error = std::move(error);
  }
}

void finish_plan(Plan& plan) { settle(plan.root); }

Plan make_plan(Value root, std::span<const Edit> edits) {
  Plan plan;
  plan.root.node = root.node();
  if (!root) return plan;
  add_to_plan(plan, root, edits);
  finish_plan(plan);
  return plan;
}

Edit set_edit(Value root, std::vector<std::string> path, Literal value) {
  Edit edit;
  edit.op = Edit::Op::kSet;
  edit.value = std::move(value);
  size_t deepest = 0;
  Value at = root;
  edit.target = root.node();
  for (size_t i = 0; at && i < path.size(); ++i) {
    if (at.is_map()) {
      deepest = i;
      edit.target = at.node();
    }
    at = find(at, std::span(&path[i], 1));
  }
  edit.keys.assign(std::make_move_iterator(path.begin() + static_cast<ptrdiff_t>(deepest)),
                   std::make_move_iterator(path.end()));
  return edit;
}

}  // namespace brokergate

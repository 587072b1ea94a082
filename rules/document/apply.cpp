#include "rules/document/apply.h"

#include <functional>

namespace brokergate {
namespace {

class Builder {
 public:
  explicit Builder(Document& out) : out_(out), source_(out.source()->text()) {}

  // Fills `to`; its parent, index and key are the caller's.
  void copy(const Node& from, Node& to) {
    to = from;
    to.text = keep(from.text);
    if (from.count == 0) return;
    Node* children = out_.allocate(from.count);
    to.children = children;
    for (uint32_t i = 0; i < from.count; ++i) {
      copy(from.children[i], children[i]);
      children[i].key = keep(from.children[i].key);
      children[i].parent = &to;
    }
  }

  void change(const Change& change, Node& to) {
    const Node& from = *change.node;
    if (change.fate != Change::Fate::kKept) {
      make(change.value, from.begin, to);
      to.begin = from.begin;
      to.end = from.end;
      to.key_begin = from.key_begin;
      to.key_end = from.key_end;
      return;
    }
    if (from.kind != Kind::kMap && from.kind != Kind::kSeq) return copy(from, to);
    to = from;
    size_t count = from.count + change.added.size() + change.inserted.size();
    for (const auto& child : change.children) count -= child->removed() ? 1 : 0;
    Node* next = out_.allocate(count);
    to.children = next;
    to.count = static_cast<uint32_t>(count);
    auto place = [&](Node& child, std::string_view key) {
      child.parent = &to;
      child.index = static_cast<uint32_t>(&child - to.children);
      child.key = key;
    };
    auto child_change = change.children.begin();
    auto insertion = change.inserted.begin();
    for (uint32_t i = 0; i <= from.count; ++i) {
      for (; insertion != change.inserted.end() && insertion->index == i; ++insertion, ++next) {
        make(insertion->value, from.begin, *next);
        place(*next, {});
      }
      if (i == from.count) break;
      const Node& child = from.children[i];
      const Change* changed = nullptr;
      if (child_change != change.children.end() && (*child_change)->node == &child) changed = (child_change++)->get();
      if (changed && changed->removed()) continue;
      changed ? this->change(*changed, *next) : copy(child, *next);
      place(*next++, keep(child.key));
    }
    for (const auto& [key, value] : change.added) {
      make(value, from.begin, *next);
      place(*next++, out_.intern(key));
    }
  }

 private:
  // Text in the source outlives every document made from it; text in the old
  // document's arena does not.
  std::string_view keep(std::string_view text) {
    const std::less_equal<const char*> before;
    const bool in_source =
        before(source_.data(), text.data()) && before(text.data() + text.size(), source_.data() + source_.size());
    return in_source || text.empty() ? text : out_.intern(text);
  }

  void make(const Literal& literal, uint32_t at, Node& to) {
    to = Node{};
    to.style = Style::kSynthetic;
    to.begin = to.end = to.key_begin = to.key_end = at;
    if (const auto* flag = std::get_if<bool>(&literal.value)) {
      to.kind = Kind::kBool;
      to.text = *flag ? "true" : "false";
    } else if (const auto* number = std::get_if<int64_t>(&literal.value)) {
      to.kind = Kind::kInt;
      to.text = out_.intern(std::to_string(*number));
    } else if (const auto* text = std::get_if<std::string>(&literal.value)) {
      to.kind = Kind::kString;
      to.text = out_.intern(*text);
    } else if (const auto* list = std::get_if<LiteralList>(&literal.value)) {
      to.kind = Kind::kSeq;
      make_children(to, list->size(), [&](size_t i) -> const Literal& { return (*list)[i]; });
    } else if (const auto* map = std::get_if<LiteralMap>(&literal.value)) {
      to.kind = Kind::kMap;
      Node* children = make_children(to, map->size(), [&](size_t i) -> const Literal& { return (*map)[i].second; });
      for (size_t i = 0; i < map->size(); ++i) children[i].key = out_.intern((*map)[i].first);
    }
  }

  template <typename Item>
  Node* make_children(Node& to, size_t count, Item item) {
    Node* children = count > 0 ? out_.allocate(count) : nullptr;
    to.children = children;
    to.count = static_cast<uint32_t>(count);
    for (size_t i = 0; i < count; ++i) {
      make(item(i), to.begin, children[i]);
      children[i].parent = &to;
      children[i].index = static_cast<uint32_t>(i);
    }
    return children;
  }

  Document& out_;
  std::string_view source_;
};

}  // namespace

Document apply_plan(const SourcePtr& source, const Plan& plan) {
  Document out(source);
  if (!plan.root.node) return out;
  const Node& old = *plan.root.node;
  out.set_span(old.begin, old.end, false);  // before the arena is made: it takes its size from this
  Node* root = out.allocate(1);
  Builder builder(out);
  plan.root.empty() ? builder.copy(old, *root) : builder.change(plan.root, *root);
  root->parent = nullptr;
  root->index = 0;
  root->key = {};
  out.set_root(root);
  return out;
}

Document apply(const SourcePtr& source, Value root, const std::vector<Edit>& edits) {
  return apply_plan(source, make_plan(root, edits));
}

}  // namespace brokergate

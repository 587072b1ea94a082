#include <optional>
#include <unordered_map>

#include "rules/document/text_edit.h"

namespace brokergate::text {
namespace {

class AliasPlanner {
 public:
  AliasPlanner(Plan& plan, const Document& after, const Layout& layout, NodeSet& unchanged)
      : plan_(plan), after_(after), layout_(layout), unchanged_(unchanged) {}

  bool run() {
    if (!has_copies(*plan_.root.node)) return true;
    collect(*plan_.root.node);
    std::vector<const Node*> stale;
    for (const Node* node : copies_) {
      const auto place = locate(*node);
      if (!place) continue;  // an edit above it writes everything anew
      const Node* origin = node->merged ? entry_at(node->key_begin) : anchor_of(*node);
      const auto source = origin ? locate(*origin) : std::nullopt;
      const bool follows = source && (source->now && place->now ? same_value(Value(source->now), Value(place->now))
                                                                : source->now == place->now);
      if (node->merged && !source) return false;
      if (follows) {
        unchanged_.insert(node);
      } else if (!place->change) {
        stale.push_back(node);
      }
    }
    for (const Node* node : stale) change_at(plan_, node)->fate = Change::Fate::kReplaced;
    return true;
  }

 private:
  struct Place {
    const Change* change = nullptr;
    const Node* now = nullptr;  // null when removed
  };

  static bool has_copies(const Node& node) {
    for (const Node& child : Value(&node).children()) {
      if (child.alias || child.merged || has_copies(child)) return true;
    }
    return false;
  }

  // In source order: what an alias means is the last anchor of its name before it.
  void collect(const Node& node) {
    if (node.merged) {
      copies_.push_back(&node);
      return;
    }
    if (node.alias) {
      copies_.push_back(&node);
      const std::string_view name = layout_.slice(node.begin + 1, node.end);
      const auto anchor = anchors_.find(name);
      if (anchor != anchors_.end()) targets_.emplace(&node, anchor->second);
      return;
    }
    if (const std::string_view name = layout_.anchor(node); !name.empty()) anchors_[name] = &node;
    if (node.parent && node.parent->kind == Kind::kMap) entries_.emplace(node.key_begin, &node);
    for (const Node& child : Value(&node).children()) collect(child);
  }

  const Node* anchor_of(const Node& alias) const {
    const auto found = targets_.find(&alias);
    return found == targets_.end() ? nullptr : found->second;
  }
  const Node* entry_at(uint32_t key_begin) const {
    const auto found = entries_.find(key_begin);
    return found == entries_.end() ? nullptr : found->second;
  }

  // What a node of the unchanged tree becomes; nullopt when something above it
  // is replaced or removed as a whole.
  std::optional<Place> locate(const Node& node) const {
    if (&node == plan_.root.node) return Place{&plan_.root, after_.root().node()};
    const auto parent = locate(*node.parent);
    if (!parent || !parent->now) return std::nullopt;
    if (!parent->change) return Place{nullptr, &parent->now->children[node.index]};
    if (parent->change->fate != Change::Fate::kKept) return std::nullopt;
    size_t index = node.index;
    for (const auto& insertion : parent->change->inserted) index += insertion.index <= node.index ? 1 : 0;
    const Change* change = nullptr;
    for (const auto& sibling : parent->change->children) {
      if (sibling->node == &node) change = sibling.get();
      if (sibling->node->index < node.index && sibling->removed()) --index;
    }
    if (change && change->removed()) return Place{change, nullptr};
    return Place{change, &parent->now->children[index]};
  }

  Plan& plan_;
  const Document& after_;
  const Layout& layout_;
  NodeSet& unchanged_;
  std::vector<const Node*> copies_;
  std::unordered_map<std::string_view, const Node*> anchors_;
  std::unordered_map<const Node*, const Node*> targets_;
  std::unordered_map<uint32_t, const Node*> entries_;
};

}  // namespace

bool plan_aliases(Plan& plan, const Document& after, const Layout& layout, NodeSet& unchanged) {
  return AliasPlanner(plan, after, layout, unchanged).run();
}

}  // namespace brokergate::text

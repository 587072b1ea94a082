// Anchors, aliases and merge keys: values that stand in more than one place.
#include <algorithm>
#include <utility>

#include "rules/document/read_yaml.h"

namespace brokergate::document {
namespace {

constexpr const char* kWantMergeMap =
    "found a value under the merge key (<<) that is no map, wanted a map or a list of maps";

}  // namespace

void YamlReader::remember(std::string_view name, const Node& node, bool open) {
  auto found = anchors_.find(name);
  if (found == anchors_.end()) found = anchors_.emplace(document_->intern(name), Anchor{}).first;
  found->second = Anchor{node, open};
}

bool YamlReader::alias(const yaml_event_t& event) {
  const std::string_view name = chars(event.data.alias.anchor);
  const uint32_t begin = offset(event.start_mark), end = offset(event.end_mark);
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    return fail(begin,
                "found the alias *" + std::string(name) + ", wanted an anchor &" + std::string(name) + " before it");
  }
  if (found->second.open) {
    return fail(begin, "found the alias *" + std::string(name) + " inside the value of its own anchor &" +
                           std::string(name) + ", wanted a value that does not contain itself");
  }
  const Node target = found->second.node;
  if (awaits_key()) {
    if (target.kind == Kind::kMap || target.kind == Kind::kSeq) {
      return fail(begin, target.kind == Kind::kMap ? "found a map as a key, wanted a string"
                                                   : "found a list as a key, wanted a string");
    }
    return set_key(target.kind, target.text, begin, end, false);
  }
  if (!push_value(begin)) return false;
  Node& node = builder_.top();
  node.kind = target.kind;
  node.style = target.style;
  node.text = target.text;
  node.begin = begin;
  node.end = end;
  node.alias = true;
  const auto depth_left =
      static_cast<uint32_t>(input_.limits.depth - std::min<size_t>(frames_.size(), input_.limits.depth));
  if (alias_budget_ == 0 || !builder_.copy_children(target, node, --alias_budget_, depth_left)) {
    return fail(begin,
                "found the alias *" + std::string(name) +
                    " that makes the document too large or too deep, wanted at most " +
                    std::to_string(input_.limits.alias_nodes) + " values made by aliases and " +
                    std::to_string(input_.limits.depth) + " levels",
                true);
  }
  return value_done(end);
}

bool YamlReader::merge_map(const Node& map) {
  for (uint32_t i = 0; i < map.count; ++i) {
    if (alias_budget_ == 0) {
      return fail(map.begin,
                  "found merge keys (<<) that make the document too large, wanted at most " +
                      std::to_string(input_.limits.alias_nodes) + " values made by them",
                  true);
    }
    --alias_budget_;
    builder_.push_copy(map.children[i]);
    Node& entry = builder_.top();
    entry.merged = true;
    entry.copied = true;
  }
  return true;
}

bool YamlReader::merge_value() {
  Frame& frame = frames_.back();
  frame.merge = false;
  frame.has_merged = true;
  const Node value = builder_.top();
  builder_.pop();
  if (value.kind == Kind::kMap) return merge_map(value);
  if (value.kind != Kind::kSeq || value.alias) return fail(value.begin, kWantMergeMap);
  for (uint32_t i = 0; i < value.count; ++i) {
    if (value.children[i].kind != Kind::kMap) return fail(value.children[i].begin, kWantMergeMap);
  }
  // As go-yaml v2: of several maps the first counts, so it is written last.
  for (uint32_t i = value.count; i-- > 0;) {
    if (!merge_map(value.children[i])) return false;
  }
  return true;
}

}  // namespace brokergate::document

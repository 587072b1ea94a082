#include <algorithm>
#include <charconv>
#include <optional>

#include "rules/policy/spec_reader.h"

namespace brokergate {
namespace {

constexpr int kLongestStale = 86'400;

std::optional<NodePool> read_pool(SchemaReader& reader, const PolicyNode* node, const std::string& path) {
  const PolicyNode* map = reader.map(node, path, {"name", "preemptible", "labels", "taints"});
  if (!map) {
    if (node->kind == PolicyNode::Kind::kNull)
      reader.wrong(node, path, "a map with name, preemptible, labels or taints");
    return std::nullopt;
  }
  NodePool pool;
  const PolicyNode* name = SchemaReader::get(map, "name");
  if (auto text = reader.string(name, path + ".name")) pool.name = std::move(*text);
  if (auto preemptible = reader.boolean(SchemaReader::get(map, "preemptible"), path + ".preemptible")) {
    pool.preemptible = *preemptible;
  }
  pool.labels = reader.labels(SchemaReader::get(map, "labels"), path + ".labels");
  pool.taints = read_taints(reader, SchemaReader::get(map, "taints"), path + ".taints");
  if (!pool.name.empty() && pool.name.find('*') == std::string::npos) return pool;
  if (pool.name.empty()) {
    if (!name || name->is_string())
      reader.error(name ? name : map, path + ".name is missing or empty, wanted the pool's name");
  } else {
    reader.wrong(name, path + ".name", "the name of one pool", "patterns stand in spec.preemptible.pools");
  }
  return std::nullopt;
}

}  // namespace

void read_node_pools(SchemaReader& reader, const PolicyNode* node, Policy& policy) {
  const PolicyNode* pools = reader.list(node, "spec.nodePools");
  for (size_t i = 0; pools && i < pools->items.size(); ++i) {
    const std::string path = "spec.nodePools[" + std::to_string(i) + "]";
    auto pool = read_pool(reader, pools->items[i], path);
    if (!pool) continue;
    const auto same = std::find_if(policy.node_pools.begin(), policy.node_pools.end(),
                                   [&](const NodePool& known) { return known.name == pool->name; });
    if (same == policy.node_pools.end()) {
      policy.node_pools.push_back(std::move(*pool));
    } else {
      reader.error(SchemaReader::get(pools->items[i], "name"),
                   path + ".name: the pool \"" + pool->name.substr(0, 60) + "\" is there twice");
    }
  }
}

void read_cluster_view(SchemaReader& reader, const PolicyNode* node, Policy& policy) {
  const PolicyNode* view = reader.map(node, "spec.clusterView", {"whenStale", "staleAfterSeconds"});
  if (auto index =
          reader.choice(SchemaReader::get(view, "whenStale"), "spec.clusterView.whenStale", {"warn", "deny"})) {
    policy.when_stale = *index == 0 ? Severity::kWarn : Severity::kDeny;
  }
  const PolicyNode* after = SchemaReader::get(view, "staleAfterSeconds");
  if (!after) return;
  int seconds = 0;
  const auto [end, failed] = std::from_chars(after->text.data(), after->text.data() + after->text.size(), seconds);
  if (after->is_scalar() && after->type == PolicyNode::Type::kInt && failed == std::errc{} &&
      end == after->text.data() + after->text.size() && seconds >= 1 && seconds <= kLongestStale) {
    policy.stale_after = seconds;
  } else {
    reader.wrong(after, "spec.clusterView.staleAfterSeconds",
                 "a whole number of seconds from 1 to " + std::to_string(kLongestStale));
  }
}

}  // namespace brokergate

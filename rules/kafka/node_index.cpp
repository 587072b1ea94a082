#include "rules/kafka/node_index.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_set>
#include <utility>

#include "rules/kafka/node_marks.h"
#include "rules/policy/preemptible.h"

namespace brokergate {
namespace {

// Labels that the kubelet or the cloud puts on every node, whatever its pool.
constexpr std::array<std::string_view, 11> kOnEveryNode = {"kubernetes.io/hostname",
                                                           "kubernetes.io/os",
                                                           "kubernetes.io/arch",
                                                           "node.kubernetes.io/instance-type",
                                                           "topology.kubernetes.io/zone",
                                                           "topology.kubernetes.io/region",
                                                           "beta.kubernetes.io/os",
                                                           "beta.kubernetes.io/arch",
                                                           "failure-domain.beta.kubernetes.io/zone",
                                                           "failure-domain.beta.kubernetes.io/region",
                                                           "beta.kubernetes.io/instance-type"};

constexpr std::array<std::string_view, 17> kPassing = {"node.kubernetes.io/not-ready",
                                                       "node.kubernetes.io/unreachable",
                                                       "node.kubernetes.io/unschedulable",
                                                       "node.kubernetes.io/memory-pressure",
                                                       "node.kubernetes.io/disk-pressure",
                                                       "node.kubernetes.io/pid-pressure",
                                                       "node.kubernetes.io/network-unavailable",
                                                       "node.kubernetes.io/out-of-service",
                                                       "node.cloudprovider.kubernetes.io/uninitialized",
                                                       "node.cloudprovider.kubernetes.io/shutdown",
                                                       "ToBeDeletedByClusterAutoscaler",
                                                       "DeletionCandidateOfClusterAutoscaler",
                                                       "karpenter.sh/disruption",
                                                       "karpenter.sh/disrupted",
                                                       "karpenter.sh/unregistered",
                                                       "cloud.google.com/impending-node-termination",
                                                       "node.cilium.io/agent-not-ready"};

// Beyond them the reasons are not told apart: a reason is for people, and each costs a bit per node.
constexpr size_t kMostMarks = 32;

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

// The last of equal keys is the one that counts, as Go decodes.
void keep_last(Labels& labels) {
  std::stable_sort(labels.begin(), labels.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  auto to = labels.begin();
  for (auto from = labels.begin(); from != labels.end(); ++from) {
    if (std::next(from) == labels.end() || std::next(from)->first != from->first) *to++ = *from;
  }
  labels.erase(to, labels.end());
}

NodeFacts facts_of(const Object& object) {
  NodeFacts node;
  node.name = object.name;
  for (const Node& label : object.metadata()["labels"].children()) {
    if (!label.key.empty()) node.labels.emplace_back(label.key, Value(&label).scalar());
  }
  keep_last(node.labels);
  for (const Node& entry : object.spec()["taints"].children()) {
    const Value taint(&entry);
    node.taints.push_back({taint["key"].str(), taint["value"].scalar(), taint["effect"].str()});
  }
  node.unschedulable = object.spec()["unschedulable"].as_bool().value_or(false);
  return node;
}

// A node as it will come up in that pool.
NodeFacts facts_of(const NodePool& pool) {
  NodeFacts node;
  node.pool = pool.name;
  node.declared_preemptible = pool.preemptible;
  for (const std::string_view key : pool_label_keys()) node.labels.emplace_back(key, pool.name);
  for (const auto& [key, value] : pool.labels) node.labels.emplace_back(key, value);
  keep_last(node.labels);
  for (const TaintRule& taint : pool.taints) {
    // A taint whose effect the policy leaves open keeps pods away.
    node.taints.push_back(
        {taint.key, taint.value, taint.effect.empty() ? "NoSchedule" : std::string_view(taint.effect)});
  }
  return node;
}

// What of a node, or of a pool without one, its index entries are made from: labels and taints by their number among
// all that were met, because most nodes have the same. So nodes need not be there at the same time.
struct Kept {
  std::string_view name, pool;  // pool: the policy's, of which there is no node
  std::vector<uint32_t> labels, taints;
  uint32_t mark = 0;  // 1 + its number; 0: nothing says that it is preemptible
  bool unschedulable = false;
};

class Builder {
 public:
  explicit Builder(const Policy& policy) : policy_(policy), marker_(policy) {}

  void add_node(const Object& object) {
    if (object.kind == "Node" && object.api_version == "v1") add_node(facts_of(object));
  }

  std::unique_ptr<const NodeIndex::Impl> finish() {
    add_missing_pools();
    auto impl = std::make_unique<NodeIndex::Impl>();
    impl->total = kept_.size();
    impl->real = real_;
    for (NodeSet* set :
         {&impl->tainted, &impl->tainted_no_execute, &impl->all, &impl->pools, &impl->preemptible, &impl->unwell}) {
      *set = NodeSet(impl->total);
    }
    impl->names.reserve(impl->total);
    for (size_t i = 0; i < kept_.size(); ++i) index(i, kept_[i], *impl);
    for (auto& [key, label] : impl->labels) finish(label, impl->total);
    for (NodeIndex::Impl::Taints& taints : impl->taints) {
      taints.nodes.finish(impl->total);
      for (auto& [value, nodes] : taints.values) nodes.finish(impl->total);
    }
    return impl;
  }

 private:
  // A label that some node has, and where the index has it once one of its nodes is entered.
  struct Label {
    std::string_view key, value;
    NodeIndex::Impl::LabelKey* of_key = nullptr;
    Posting* nodes = nullptr;
    std::optional<int64_t> number;
  };

  // Two files of a dump may hold the same node: the one read last.
  void add_node(const NodeFacts& node) {
    const std::vector<DeclaredPool> pools = marker_.pools_of(node);
    for (const DeclaredPool& of : pools) there_.insert(of.pool);
    ++real_;
    if (node.name.empty()) {
      kept_.push_back(keep(node, pools));
      return;
    }
    const auto [place, fresh] = places_.emplace(own(node.name), kept_.size());
    if (fresh) {
      kept_.push_back(keep(node, pools));
    } else {
      kept_[place->second] = keep(node, pools);
      --real_;
    }
  }

  void add_missing_pools() {
    for (const NodePool& pool : policy_.node_pools) {
      if (there_.contains(&pool)) continue;
      const NodeFacts node = facts_of(pool);
      kept_.push_back(keep(node, marker_.pools_of(node)));
    }
  }

  Kept keep(const NodeFacts& node, const std::vector<DeclaredPool>& pools) {
    Kept kept{own(node.name), own(node.pool), {}, {}, 0, node.unschedulable};
    kept.labels.reserve(node.labels.size());
    for (const auto& [key, value] : node.labels) kept.labels.push_back(label(key, value));
    for (const NodeFacts::Taint& taint : node.taints) kept.taints.push_back(this->taint(taint));
    MarkText text = marker_.mark(node, pools);
    if (text.one.empty()) return kept;
    const auto [place, fresh] = mark_numbers_.emplace(text.one, static_cast<uint32_t>(marks_.size()));
    if (fresh) marks_.push_back(std::move(text));
    kept.mark = place->second + 1;
    return kept;
  }

  // The text, for as long as the builder is there.
  std::string_view own(std::string_view text) {
    if (text.empty()) return {};
    const auto found = texts_.find(text);
    return found == texts_.end() ? *texts_.emplace(text).first : *found;
  }

  uint32_t label(std::string_view key, std::string_view value) {
    const auto found = label_numbers_.find({key, value});
    if (found != label_numbers_.end()) return found->second;
    Label fresh{own(key), own(value), nullptr, nullptr, std::nullopt};
    if (int64_t read = 0; go_integer(value, read)) fresh.number = read;
    label_numbers_.emplace(std::pair(fresh.key, fresh.value), static_cast<uint32_t>(labels_.size()));
    labels_.push_back(fresh);
    return static_cast<uint32_t>(labels_.size() - 1);
  }

  uint32_t taint(const NodeFacts::Taint& taint) {
    const auto found = taint_numbers_.find({taint.key, taint.value, taint.effect});
    if (found != taint_numbers_.end()) return found->second;
    const NodeFacts::Taint kept{own(taint.key), own(taint.value), own(taint.effect)};
    taint_numbers_.emplace(std::tuple(kept.key, kept.value, kept.effect), static_cast<uint32_t>(taints_.size()));
    taints_.push_back(kept);
    return static_cast<uint32_t>(taints_.size() - 1);
  }

  static void finish(NodeIndex::Impl::LabelKey& label, size_t total) {
    label.nodes.finish(total);
    label.open.finish(total);
    for (auto& [value, nodes] : label.values) nodes.finish(total);
    std::sort(label.numbers.begin(), label.numbers.end());
  }

  void index(size_t number, const Kept& node, NodeIndex::Impl& impl) {
    impl.all.add(number);
    impl.names.emplace_back(node.pool.empty() ? node.name : node.pool);
    if (!node.pool.empty()) {
      impl.pools.add(number);
    } else if (!node.name.empty()) {
      impl.by_name.emplace(std::string(node.name), static_cast<uint32_t>(number));
    }
    if (node.unschedulable) impl.unwell.add(number);
    for (const uint32_t i : node.labels) {
      Label& label = labels_[i];
      if (!label.of_key) {
        // Entries stay where they are when others are added.
        label.of_key = &entry(impl.labels, label.key);
        label.nodes = &entry(label.of_key->values, label.value);
      }
      label.of_key->nodes.add(number);
      label.nodes->add(number);
      if (label.number) label.of_key->numbers.emplace_back(*label.number, static_cast<uint32_t>(number));
    }
    if (!node.pool.empty()) {
      for (const std::string_view key : kOnEveryNode) {
        const auto same = [&](uint32_t i) { return labels_[i].key == key; };
        if (std::any_of(node.labels.begin(), node.labels.end(), same)) continue;
        NodeIndex::Impl::LabelKey& label = entry(impl.labels, key);
        label.nodes.add(number);
        label.open.add(number);
      }
    }
    for (const uint32_t i : node.taints) index_taint(number, taints_[i], impl);
    if (node.mark != 0) mark(number, marks_[node.mark - 1], impl);
  }

  void index_taint(size_t number, const NodeFacts::Taint& taint, NodeIndex::Impl& impl) {
    if (passing_taint(taint.key)) {
      impl.unwell.add(number);
      return;
    }
    const bool no_execute = taint.effect == "NoExecute";
    if (!no_execute && taint.effect != "NoSchedule") return;
    const auto [place, fresh] = groups_.emplace(std::pair(taint.key, no_execute), impl.taints.size());
    if (fresh) {
      impl.taints.emplace_back();
      impl.taints.back().key = taint.key;
      impl.taints.back().no_execute = no_execute;
    }
    NodeIndex::Impl::Taints& group = impl.taints[place->second];
    if (const auto [last, first] = last_in_group_.emplace(place->second, number); !first) {
      if (last->second == number) group.one_each = false;
      last->second = number;
    }
    group.nodes.add(number);
    entry(group.values, taint.value).add(number);
    impl.tainted.add(number);
    if (no_execute) impl.tainted_no_execute.add(number);
  }

  void mark(size_t number, MarkText text, NodeIndex::Impl& impl) {
    impl.preemptible.add(number);
    if (impl.marks.size() == kMostMarks && !indexed_marks_.contains(text.one))
      text = {"is marked otherwise", "are marked otherwise", {}, {}};
    const auto [place, fresh] = indexed_marks_.emplace(text.one, impl.marks.size());
    if (fresh)
      impl.marks.push_back({std::move(text.one), std::move(text.many), NodeSet(impl.total), std::move(text.aways),
                            std::move(text.other)});
    impl.marks[place->second].nodes.add(number);
  }

  template <typename T>
  static T& entry(ByText<T>& map, std::string_view key) {
    const auto found = map.find(key);
    return found == map.end() ? map.emplace(std::string(key), T()).first->second : found->second;
  }

  struct PairHash {
    size_t operator()(const std::pair<std::string_view, std::string_view>& pair) const {
      const std::hash<std::string_view> hash;
      return hash(pair.first) * 0x9e3779b97f4a7c15 + hash(pair.second);
    }
  };

  const Policy& policy_;
  NodeMarker marker_;
  std::unordered_set<std::string, StringHash, std::equal_to<>> texts_;  // what all the views below are of
  std::vector<Label> labels_;
  std::unordered_map<std::pair<std::string_view, std::string_view>, uint32_t, PairHash> label_numbers_;
  std::vector<NodeFacts::Taint> taints_;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, uint32_t> taint_numbers_;
  std::vector<MarkText> marks_;
  ByText<uint32_t> mark_numbers_;
  std::vector<Kept> kept_;
  size_t real_ = 0;
  std::unordered_map<std::string_view, size_t> places_;
  std::set<const NodePool*> there_;  // of which there is a node
  std::map<std::pair<std::string_view, bool>, size_t> groups_;
  std::unordered_map<size_t, size_t> last_in_group_;
  ByText<size_t> indexed_marks_;
};

}  // namespace

bool passing_taint(std::string_view key) {
  return key.starts_with("aws-node-termination-handler/") ||
         std::find(kPassing.begin(), kPassing.end(), key) != kPassing.end();
}

bool go_integer(std::string_view text, int64_t& number) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return !text.empty() && failed == std::errc{} && end == text.data() + text.size();
}

NodeIndex::NodeIndex(const std::vector<Object>& nodes, const Policy& policy) {
  Builder builder(policy);
  for (const Object& node : nodes) builder.add_node(node);
  impl_ = builder.finish();
}

NodeIndex::NodeIndex(const Next& next, const Policy& policy) {
  Builder builder(policy);
  while (const Object* node = next()) builder.add_node(*node);
  impl_ = builder.finish();
}

NodeIndex::~NodeIndex() = default;

size_t NodeIndex::nodes() const { return impl_->real; }

size_t NodeIndex::preemptible() const { return (impl_->preemptible - impl_->pools).count(); }

}  // namespace brokergate

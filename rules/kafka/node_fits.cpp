#include "rules/kafka/node_fits.h"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_set>
#include <utility>

namespace brokergate {
namespace {

using Index = NodeIndex::Impl;

const Index::LabelKey* label(const Index& index, std::string_view key) {
  const auto found = index.labels.find(key);
  return found == index.labels.end() ? nullptr : &found->second;
}

void add_value(const Index::LabelKey& label, std::string_view value, NodeSet& set) {
  if (const auto found = label.values.find(value); found != label.values.end()) found->second.add_to(set);
}

void keep_value(const Index& index, std::string_view key, std::string_view value, NodeSet& fits) {
  NodeSet wanted(index.total);
  if (const auto* known = label(index, key)) {
    add_value(*known, value, wanted);
    known->open.add_to(wanted);
  }
  fits &= wanted;
}

// apimachinery's validation.IsValidLabelValue; a requirement with another value matches no node.
bool label_value(std::string_view text) {
  const auto alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (text.empty()) return true;
  return text.size() <= 63 && alphanumeric(text.front()) && alphanumeric(text.back()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

// False: the requirement is none, and its term matches no node.
bool keep_in(const Index& index, Value requirement, bool in, NodeSet& fits) {
  const Value values = requirement["values"];
  if (values.size() == 0) return false;
  NodeSet listed(index.total);
  const auto* known = label(index, requirement["key"].str());
  for (const Node& value : values.children()) {
    const std::string_view text = Value(&value).scalar();
    if (!label_value(text)) return false;
    if (known) add_value(*known, text, listed);
  }
  if (in && known) known->open.add_to(listed);
  if (in) {
    fits &= listed;
  } else {
    fits -= listed;
  }
  return true;
}

bool keep_compared(const Index& index, Value requirement, bool greater, NodeSet& fits) {
  const Value values = requirement["values"];
  int64_t bound = 0;
  if (values.size() != 1 || !label_value(values.at(0).scalar()) || !go_integer(values.at(0).scalar(), bound)) {
    return false;
  }
  NodeSet wanted(index.total);
  if (const auto* known = label(index, requirement["key"].str())) {
    const auto& numbers = known->numbers;
    const auto below = [](const auto& entry, int64_t number) { return entry.first < number; };
    const auto above = [](int64_t number, const auto& entry) { return number < entry.first; };
    const auto from = greater ? std::upper_bound(numbers.begin(), numbers.end(), bound, above) : numbers.begin();
    const auto to = greater ? numbers.end() : std::lower_bound(numbers.begin(), numbers.end(), bound, below);
    std::for_each(from, to, [&](const auto& entry) { wanted.add(entry.second); });
    known->open.add_to(wanted);
  }
  fits &= wanted;
  return true;
}

bool keep_expression(const Index& index, Value requirement, NodeSet& fits) {
  const std::string_view op = requirement["operator"].str();
  if (op == "In" || op == "NotIn") return keep_in(index, requirement, op == "In", fits);
  if (op == "Gt" || op == "Lt") return keep_compared(index, requirement, op == "Gt", fits);
  if ((op != "Exists" && op != "DoesNotExist") || requirement["values"].size() != 0) return false;
  NodeSet carriers(index.total);
  if (const auto* known = label(index, requirement["key"].str())) known->nodes.add_to(carriers);
  if (op == "Exists") {
    fits &= carriers;
  } else {
    fits -= carriers;
  }
  return true;
}

// Fields have one value each. What a node of a pool to come will be called is not known: no name asks for it.
bool keep_field(const Index& index, Value requirement, NodeSet& fits) {
  const std::string_view op = requirement["operator"].str();
  if ((op != "In" && op != "NotIn") || requirement["values"].size() != 1) return false;
  const std::string_view value = requirement["values"].at(0).scalar();
  NodeSet named(index.total);
  if (requirement["key"].str() != "metadata.name") {
    // A field that is not there reads as empty.
    if (value.empty()) named = index.all;
  } else if (const auto found = index.by_name.find(value); found != index.by_name.end()) {
    named.add(found->second);
  }
  if (op == "In") {
    fits &= named;
  } else {
    fits -= named;
  }
  return true;
}

bool keep_term(const Index& index, Value term, NodeSet& fits) {
  const auto all = [&](Value list, auto keep) {
    const auto entries = list.children();
    return std::all_of(entries.begin(), entries.end(), [&](const Node& entry) { return keep(index, &entry, fits); });
  };
  return all(term["matchExpressions"], keep_expression) && all(term["matchFields"], keep_field);
}

// Terms are alternatives; an empty one matches nothing.
void keep_affinity(const Index& index, Value required, NodeSet& fits) {
  if (!required.is_map()) return;
  NodeSet any(index.total);
  for (const Node& node : required["nodeSelectorTerms"].children()) {
    const Value term(&node);
    if (term["matchExpressions"].size() + term["matchFields"].size() == 0) continue;
    NodeSet own = fits;
    if (keep_term(index, term, own)) any |= own;
  }
  fits &= any;
}

// What tolerations of one key and effect take. Lt and Gt are the operators of the gate
// TaintTolerationComparisonOperators; without it no pod has them.
struct Tolerated {
  bool all = false;
  std::unordered_set<std::string_view> values;
  std::optional<int64_t> below, above;

  void add(Value toleration) {
    const std::string_view op = toleration["operator"].str(), value = toleration["value"].scalar();
    int64_t bound = 0;
    if (op.empty() || op == "Equal") {
      values.insert(value);
    } else if (op == "Exists") {
      all = true;
    } else if (op == "Lt" && go_integer(value, bound)) {
      below = std::max(bound, below.value_or(bound));
    } else if (op == "Gt" && go_integer(value, bound)) {
      above = std::min(bound, above.value_or(bound));
    }
  }
  bool compares() const { return below || above; }
  bool takes(std::string_view value) const {
    int64_t number = 0;
    if (all || values.contains(value)) return true;
    return compares() && go_integer(value, number) && ((below && number < *below) || (above && number > *above));
  }
};

// By key and effect; either may be empty, which is any. However many there are, a taint asks four times.
class Tolerations {
 public:
  explicit Tolerations(Value list) {
    for (const Node& entry : list.children()) {
      const Value toleration(&entry);
      by_place_[{toleration["key"].str(), toleration["effect"].str()}].add(toleration);
    }
  }

  bool none() const { return by_place_.empty(); }

  void leave_out(const Index& index, const Index::Taints& taints, NodeSet& fits) const {
    std::vector<const Tolerated*> own;
    size_t values = 0;
    bool compares = false;
    const std::string_view effect = taints.no_execute ? "NoExecute" : "NoSchedule";
    for (const auto& [key, with] : std::initializer_list<std::pair<std::string_view, std::string_view>>{
             {taints.key, effect}, {taints.key, ""}, {"", effect}, {"", ""}}) {
      const auto found = by_place_.find({key, with});
      if (found == by_place_.end()) continue;
      if (found->second.all) return;
      own.push_back(&found->second);
      values += found->second.values.size();
      compares = compares || found->second.compares();
    }
    NodeSet bad(index.total);
    if (taints.one_each && !compares && values < taints.values.size()) {
      taints.nodes.add_to(bad);
      for (const Tolerated* tolerated : own) {
        for (const std::string_view value : tolerated->values) {
          const auto same = taints.values.find(value);
          if (same != taints.values.end()) same->second.remove_from(bad);
        }
      }
    } else {
      for (const auto& entry : taints.values) {
        const auto takes = [&](const Tolerated* tolerated) { return tolerated->takes(entry.first); };
        if (std::none_of(own.begin(), own.end(), takes)) entry.second.add_to(bad);
      }
    }
    fits -= bad;
  }

 private:
  std::map<std::pair<std::string_view, std::string_view>, Tolerated> by_place_;
};

}  // namespace

NodeSet nodes_for(Value pod_spec, const NodeIndex::Impl& index) {
  NodeSet fits = index.all;
  // The kubelet, which alone judges a pod with nodeName, looks at NoExecute only.
  const Value node_name = pod_spec["nodeName"];
  const bool placed = !node_name.str().empty();
  if (placed) {
    fits = NodeSet(index.total);
    if (const auto found = index.by_name.find(node_name.str()); found != index.by_name.end()) fits.add(found->second);
  }
  for (const Node& entry : pod_spec["nodeSelector"].children()) {
    keep_value(index, entry.key, Value(&entry).scalar(), fits);
  }
  keep_affinity(index, pod_spec["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"], fits);
  const Tolerations tolerations(pod_spec["tolerations"]);
  if (tolerations.none()) return fits -= placed ? index.tainted_no_execute : index.tainted;
  for (const NodeIndex::Impl::Taints& taints : index.taints) {
    if (!placed || taints.no_execute) tolerations.leave_out(index, taints, fits);
  }
  return fits;
}

}  // namespace brokergate

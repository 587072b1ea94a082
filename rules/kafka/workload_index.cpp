#include "rules/kafka/workload_index.h"

#include <algorithm>
#include <cstdint>
#include <functional>

#include "rules/kafka/nearness.h"

namespace brokergate {
namespace {

// Sets of one namespace that one Service is compared with at most; real bundles stay below ten.
constexpr size_t kMaxCandidates = 256;

Value pod_labels(const Object& object) {
  if (object.kind == "Pod") return object.metadata()["labels"];
  if (object.kind == "StatefulSet" || object.kind == "Deployment" || object.kind == "ReplicaSet" ||
      object.kind == "DaemonSet" || object.kind == "PetSet") {
    return object.spec()["template"]["metadata"]["labels"];
  }
  return {};
}

// Near enough to say that a Service means a set it does not select.
bool belong_together(const Object& a, const Object& b) {
  const int found = distance(a, b);
  return found < kGuessedNamespace && (found != 2 || !a.ns.empty());
}

// Scopes that an object lies in: its file, its folder, anything, each for one
// namespace or for any. A Service looks into its own file and folder before it looks
// further, so that a long list of far candidates hides nothing.
struct Scope {
  char place;  // f, d or *
  std::string_view ns;
  bool any_namespace = false;
};

uint64_t mixed(uint64_t hash, uint64_t more) {
  hash ^= more + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2);
  return hash * 0xff51afd7ed558ccd;
}
uint64_t mixed(uint64_t hash, std::string_view text) { return mixed(hash, std::hash<std::string_view>{}(text)); }

uint64_t hash_of(const Object& object, const Scope& scope) {
  uint64_t hash = static_cast<uint64_t>(scope.place);
  if (scope.place == 'f') hash = mixed(hash, reinterpret_cast<uintptr_t>(object.source().get()));
  if (scope.place == 'd') hash = mixed(hash, object.source()->folder());
  return scope.any_namespace ? mixed(hash, 1) : mixed(hash, scope.ns);
}

// What is looked up in a scope: a label of the pods, a StatefulSet's name, a broker
// set's governing Service, or any broker set.
constexpr char kLabel = 'l', kName = 'n', kGoverning = 'g', kAnySet = 'b';

uint64_t hash_of(char what, std::string_view a, std::string_view b) {
  return mixed(mixed(static_cast<uint64_t>(what), a), b);
}

constexpr uint32_t kScanned = 64;

bool has_static_label(const Workload& workload, std::string_view key, std::string_view value) {
  const Value label = workload.label(key);
  return label && !label.is_null() && label.scalar() == value;
}

// The label that picks one of the set's brokers, when it can be one of this set.
std::optional<OrdinalLabel> picks(const BrokerSet& set, std::string_view key, std::string_view value) {
  const auto label = ordinal_label(key, value);
  if (!label || (!label->set.empty() && label->set != set.object->name)) return std::nullopt;
  return label;
}

std::optional<Match> match_of(const Workload& workload, const SelectorPairs& selector) {
  Match match;
  match.workload = &workload;
  for (const auto& [key, value] : selector) {
    if (has_static_label(workload, key, value)) continue;
    if (workload.set) {
      const auto one = picks(*workload.set, key, value);
      if (!one || (match.one && match.one->ordinal != one->ordinal)) return std::nullopt;
      if (!match.one || is_controller_label(key)) match.one = one;
      continue;
    }
    // Pods of other StatefulSets have the controller's labels as well.
    const auto label = ordinal_label(key, value);
    const bool theirs = label && is_controller_label(key) && workload.object->kind == "StatefulSet" &&
                        (label->set.empty() || label->set == workload.object->name);
    if (!theirs) return std::nullopt;
  }
  return match;
}

}  // namespace

Value Workload::label(std::string_view key) const {
  if (by_key.empty()) return labels[key];
  const auto found = by_key.find(key);
  return found == by_key.end() ? Value() : found->second;
}

WorkloadIndex::WorkloadIndex(const Bundle& bundle, const std::vector<BrokerSet>& sets) {
  std::unordered_map<const Object*, const BrokerSet*> set_of;
  for (const BrokerSet& set : sets) set_of.emplace(set.object, &set);
  for (const Object& object : bundle.objects) {
    const auto set = set_of.find(&object);
    const Value labels = set != set_of.end() ? object.spec()["template"]["metadata"]["labels"] : pod_labels(object);
    if (set == set_of.end() && !labels.is_map()) continue;
    const auto id = static_cast<uint32_t>(workloads_.size());
    workloads_.push_back({&object, set == set_of.end() ? nullptr : set->second, labels});
    id_of_object_.emplace(&object, id);
    if (labels.is_map()) {
      for (const Node& label : labels.children()) enter(object, id, kLabel, label.key, Value(&label).scalar());
      if (labels.size() > kScanned)
        for (const Node& label : labels.children()) workloads_.back().by_key[label.key] = Value(&label);
    }
    if (object.kind == "StatefulSet") enter(object, id, kName, object.name, {});
    if (set == set_of.end()) continue;
    enter(object, id, kAnySet, {}, {});
    const std::string_view governing = object.spec()["serviceName"].str();
    if (!governing.empty()) enter(object, id, kGoverning, governing, {});
  }
  std::sort(entries_.begin(), entries_.end());
}

void WorkloadIndex::enter(const Object& object, uint32_t id, char what, std::string_view a, std::string_view b) {
  const uint64_t looked_up = hash_of(what, a, b);
  for (const char place : {'f', 'd', '*'}) {
    entries_.push_back({mixed(hash_of(object, {place, object.ns}), looked_up), id});
    entries_.push_back({mixed(hash_of(object, {place, {}, true}), looked_up), id});
  }
}

WorkloadIndex::Ids WorkloadIndex::gather(const Object& service, char what, std::string_view a,
                                         std::string_view b) const {
  Ids ids;
  const uint64_t looked_up = hash_of(what, a, b);
  const auto take = [&](const Scope& scope) {
    const uint64_t hash = mixed(hash_of(service, scope), looked_up);
    auto at = std::lower_bound(entries_.begin(), entries_.end(), Entry{hash, 0});
    for (size_t left = kMaxCandidates; left > 0 && at != entries_.end() && at->hash == hash; ++at, --left) {
      ids.push_back(at->id);
    }
  };
  for (const char place : {'f', 'd', '*'}) {
    if (service.ns.empty()) {
      take({place, {}});
      take({place, {}, true});
    } else {
      take({place, service.ns});
      take({place, {}});
    }
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  return ids;
}

// The shortest list of workloads that one of the pairs leads to.
WorkloadIndex::Ids WorkloadIndex::candidates(const Object& service, const SelectorPairs& selector) const {
  Ids best;
  bool have = false;
  for (const auto& [key, value] : selector) {
    const auto one = ordinal_label(key, value);
    Ids found = gather(service, kLabel, key, value);
    if (found.empty() && one) {
      if (one->set.empty()) continue;
      found = gather(service, kName, one->set, {});
    }
    if (!have || found.size() < best.size()) best = std::move(found);
    have = true;
    if (best.empty()) break;
  }
  // Only a number (kafka-broker-id: "0"): any set it may reach.
  if (!have) best = gather(service, kAnySet, {}, {});
  return best;
}

std::optional<Match> WorkloadIndex::find(const Object& service, const SelectorPairs& selector) const {
  std::optional<Match> best;
  int best_distance = kOtherNamespace;
  size_t equals = 0;
  for (const uint32_t id : candidates(service, selector)) {
    const Workload& workload = workloads_[id];
    const int found = distance(service, *workload.object);
    if (found >= kOtherNamespace || found > best_distance) continue;
    auto match = match_of(workload, selector);
    if (!match) continue;
    const bool nearer = found < best_distance;
    equals = nearer ? 1 : equals + 1;
    if (!nearer && best->workload->set) {
      best->more_sets += workload.set ? 1 : 0;
      continue;
    }
    if (!nearer && !workload.set) continue;
    best = match;
    best_distance = found;
  }
  if (!best || best_distance < kGuessedNamespace) return best;
  if (equals > 1) return std::nullopt;
  best->guessed_namespace = true;
  return best;
}

std::vector<const BrokerSet*> WorkloadIndex::sets_of(const Object& service, char what, std::string_view name) const {
  std::vector<const BrokerSet*> sets;
  for (const uint32_t id : gather(service, what, name, {})) {
    const Workload& workload = workloads_[id];
    const bool meant = workload.set && (what == kName ? workload.object->name == name
                                                      : workload.object->spec()["serviceName"].str() == name);
    if (meant && belong_together(service, *workload.object)) sets.push_back(workload.set);
  }
  std::stable_sort(sets.begin(), sets.end(), [&](const BrokerSet* a, const BrokerSet* b) {
    return distance(service, *a->object) < distance(service, *b->object);
  });
  return sets;
}

std::vector<const BrokerSet*> WorkloadIndex::sets_named(const Object& service, std::string_view name) const {
  return sets_of(service, kName, name);
}

std::vector<const BrokerSet*> WorkloadIndex::sets_governed_by(const Object& service) const {
  return sets_of(service, kGoverning, service.name);
}

bool WorkloadIndex::has_label(const BrokerSet& set, const std::pair<std::string_view, std::string_view>& pair) const {
  const auto found = id_of_object_.find(set.object);
  if (found == id_of_object_.end()) return false;
  return has_static_label(workloads_[found->second], pair.first, pair.second) ||
         picks(set, pair.first, pair.second).has_value();
}

}  // namespace brokergate

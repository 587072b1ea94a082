// Which pods of the input a selector takes: an index by namespace and label, so
// that thousands of Services stay linear.
//
// Namespaces: objects match when both name the same one. Where one or both name
// none (charts leave it to the installer), objects of one file belong together,
// then those of one folder, then any, the nearest first. A Service and a set in
// different folders, only one of which names its namespace, are matched when there
// is no other choice, and the match is marked as guessed.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "brokergate/kafka.h"
#include "rules/kafka/selector.h"

namespace brokergate {

struct Workload {
  const Object* object = nullptr;
  const BrokerSet* set = nullptr;  // null for what runs no brokers
  Value labels;                    // of its pods
  // Only of long lists: a scan is quicker for the few labels of a real one.
  std::unordered_map<std::string_view, Value> by_key = {};

  Value label(std::string_view key) const;
};

struct Match {
  const Workload* workload = nullptr;
  std::optional<OrdinalLabel> one;  // the label that picks one broker of the set
  bool guessed_namespace = false;
  size_t more_sets = 0;  // broker sets as near as this one that the selector takes, too
};

class WorkloadIndex {
 public:
  // Both must outlive the index.
  WorkloadIndex(const Bundle& bundle, const std::vector<BrokerSet>& sets);
  WorkloadIndex(const WorkloadIndex&) = delete;
  WorkloadIndex& operator=(const WorkloadIndex&) = delete;

  // The nearest workload whose pods the selector takes; broker sets before others.
  std::optional<Match> find(const Object& service, const SelectorPairs& selector) const;
  // Sets in the Service's reach by name, and those whose spec.serviceName is the Service.
  std::vector<const BrokerSet*> sets_named(const Object& service, std::string_view name) const;
  std::vector<const BrokerSet*> sets_governed_by(const Object& service) const;
  // True when some pod of the set has the label, from the template or a controller.
  bool has_label(const BrokerSet& set, const std::pair<std::string_view, std::string_view>& pair) const;

 private:
  using Ids = std::vector<uint32_t>;
  // One hash for scope and what is looked up there. Two that collide only cost a
  // look: whatever is found is compared by its own text.
  struct Entry {
    uint64_t hash;
    uint32_t id;
    bool operator<(const Entry& other) const { return hash != other.hash ? hash < other.hash : id < other.id; }
  };
  void enter(const Object& object, uint32_t id, char what, std::string_view a, std::string_view b);
  Ids gather(const Object& service, char what, std::string_view a, std::string_view b) const;
  Ids candidates(const Object& service, const SelectorPairs& selector) const;
  std::vector<const BrokerSet*> sets_of(const Object& service, char what, std::string_view name) const;

  std::vector<Workload> workloads_;
  std::vector<Entry> entries_;  // sorted once all are in
  std::unordered_map<const Object*, uint32_t> id_of_object_;
};

}  // namespace brokergate

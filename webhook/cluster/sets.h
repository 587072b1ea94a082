// The StatefulSets of a cluster, those that run brokers by the labels of their pods, by the Service that governs
// them, by the ConfigMaps they mount and by the addresses they have.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "webhook/cluster/brokers.h"
#include "webhook/cluster/lookup.h"
#include "webhook/cluster/record.h"
#include "webhook/cluster/services.h"

namespace brokergate::webhook::cluster {

struct Set {
  RecordPtr record;
  std::vector<std::string> maps;           // ConfigMaps that its pods mount
  std::shared_ptr<const Brokers> brokers;  // null: it runs none
};

// Not thread-safe. Only sets of brokers are found, but for find() and users_of(). Where there is no memory, put() and
// remove() throw and leave all as it was.
class Sets {
 public:
  const Set* find(std::string_view ns, std::string_view name) const;
  void put(Set set);
  void remove(std::string_view ns, std::string_view name);
  size_t size() const { return all_.size(); }
  size_t broker_sets() const { return broker_sets_; }

  // Those whose pods the selector takes.
  template <typename See>
  void each_taken_by(std::string_view ns, const Labels& selector, const See& see) const;
  // Those that a Service means without taking their pods: by the name of a pod, because it governs them, or by
  // its own name.
  template <typename See>
  void each_meant_by(std::string_view ns, std::string_view service, const Labels& selector, const See& see) const;
  // Also such as run no brokers as far as is known.
  std::span<const Set* const> users_of(std::string_view ns, std::string_view config_map) const;
  std::span<const Set* const> claiming(uint64_t claim) const { return by_.find(claim); }
  template <typename See>
  void each(const See& see) const {
    for (const auto& entry : all_) see(entry.second);
  }

 private:
  std::vector<std::span<const Set* const>> candidates(std::string_view ns, const Labels& selector) const;
  const Set* brokers_named(std::string_view ns, std::string_view name) const;
  std::span<const Set* const> governed_by(std::string_view ns, std::string_view service) const;
  static std::string_view set_named_in(const std::pair<std::string, std::string>& label);
  static std::vector<uint64_t> keys_of(const Set& set);  // each once

  std::unordered_map<std::string, Set, TextHash, std::equal_to<>> all_;
  Lookup<const Set> by_;
  size_t broker_sets_ = 0;
};

template <typename See>
void Sets::each_taken_by(std::string_view ns, const Labels& selector, const See& see) const {
  for (const auto& some : candidates(ns, selector)) {
    for (const Set* set : some) {
      const bool near = set->brokers && set->record->ns == ns;
      if (near && takes(selector, set->record->name, set->brokers->labels)) see(*set);
    }
  }
}

template <typename See>
void Sets::each_meant_by(std::string_view ns, std::string_view service, const Labels& selector, const See& see) const {
  for (const auto& label : selector)
    if (const Set* set = brokers_named(ns, set_named_in(label))) see(*set);
  if (const Set* set = brokers_named(ns, service)) see(*set);
  for (const Set* set : governed_by(ns, service))
    if (set->brokers && set->record->ns == ns && set->brokers->governing == service) see(*set);
}

}  // namespace brokergate::webhook::cluster

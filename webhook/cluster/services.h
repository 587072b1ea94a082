// The Services of a cluster: by name, by the pods they take, by node port and by the names they ask for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "brokergate/object.h"
#include "webhook/cluster/lookup.h"
#include "webhook/cluster/pods.h"
#include "webhook/cluster/record.h"

namespace brokergate::webhook::cluster {

struct Selector;

// What of a Service is looked up, worked out before any lock is taken.
struct ServiceFacts {
  Labels selector;
  // Of its node ports and of the DNS names that its annotations ask external-dns for.
  std::vector<uint64_t> claims;
};
ServiceFacts facts_of_service(const Object& service);

struct Service {
  RecordPtr record;
  Selector* selector = nullptr;  // null: it has none
  std::vector<uint64_t> claims;
};

// Services of one namespace with the same selector, which is compared once for all of them.
struct Selector {
  std::string ns;
  Labels pairs;
  std::vector<uint64_t> keys;  // where `by_label_` has it
  std::vector<const Service*> services;
};

// Not thread-safe. Where there is no memory, put() and remove() throw and leave all as it was.
class Services {
 public:
  // Selectors that one question is compared with at most; a namespace of 20,000 Services has a few in each place.
  static constexpr size_t kMostLooks = 20'000;

  const Service* find(std::string_view ns, std::string_view name) const;
  void put(RecordPtr record, ServiceFacts facts);
  void remove(std::string_view ns, std::string_view name);
  size_t size() const { return all_.size(); }

  // Those that take pods of the set and those whose selector names one of its pods, whether or not the
  // rest of it fits. False when there are too many to be looked at.
  template <typename See>
  bool each_for(const Pods& pods, const See& see) const;
  template <typename See>
  void each(const See& see) const {
    for (const auto& entry : all_) see(entry.second);
  }
  std::span<const Service* const> claiming(uint64_t claim) const { return by_claim_.find(claim); }

 private:
  // Where a selector is entered: under the set that one of its labels names, else under the label that fewest
  // of the others are entered under.
  std::vector<uint64_t> places_for(const Selector& selector) const;
  static std::vector<uint64_t> places_of(const Pods& pods);
  static bool names_pod_of(const Selector& selector, const Pods& pods);
  // Has room for one more Service.
  Selector* selector_for(std::string_view ns, Labels pairs);
  void leave(Selector* selector, const Service* service);

  std::unordered_map<std::string, Service, TextHash, std::equal_to<>> all_;
  std::unordered_multimap<uint64_t, std::unique_ptr<Selector>> selectors_;
  Lookup<Selector> by_label_;
  Lookup<const Service> by_claim_;
};

template <typename See>
bool Services::each_for(const Pods& pods, const See& see) const {
  size_t looks = 0;
  for (const uint64_t place : places_of(pods)) {
    for (const Selector* selector : by_label_.find(place)) {
      if (++looks > kMostLooks) return false;
      if (selector->ns != pods.ns || (!takes(selector->pairs, pods.set, pods.labels) && !names_pod_of(*selector, pods)))
        continue;
      for (const Service* service : selector->services)
        if (!see(*service)) return false;
    }
  }
  return true;
}

// The key of an object in tables by name.
std::string full_name(std::string_view ns, std::string_view name);

}  // namespace brokergate::webhook::cluster

#include "webhook/cluster/sets.h"

#include <utility>

#include "rules/kafka/selector.h"

namespace brokergate::webhook::cluster {
namespace {

// Tables that share `by_` with the claims of brokers.cpp, whose letters these do not use.
constexpr char kLabel = 'l', kNamespace = 'n', kGoverning = 'g', kMap = 'm', kName = 's';

}  // namespace

const Set* Sets::find(std::string_view ns, std::string_view name) const {
  const auto found = all_.find(full_name(ns, name));
  return found == all_.end() ? nullptr : &found->second;
}

std::vector<uint64_t> Sets::keys_of(const Set& set) {
  std::vector<uint64_t> keys;
  const std::string_view ns = set.record->ns;
  for (const std::string& map : set.maps) keys.push_back(key_of(kMap, ns, map));
  if (!set.brokers) {
    sort_and_unite(keys);
    return keys;
  }
  keys.push_back(key_of(kNamespace, ns));
  keys.push_back(key_of(kName, ns, set.record->name));
  if (!set.brokers->governing.empty()) keys.push_back(key_of(kGoverning, ns, set.brokers->governing));
  for (const auto& [key, value] : set.brokers->labels) keys.push_back(key_of(kLabel, ns, key, value));
  keys.insert(keys.end(), set.brokers->claims.begin(), set.brokers->claims.end());
  sort_and_unite(keys);
  return keys;
}

void Sets::put(Set set) {
  const std::vector<uint64_t> keys = keys_of(set);
  for (const uint64_t key : keys) by_.prepare(key);
  const auto known = all_.find(full_name(set.record->ns, set.record->name));
  const std::vector<uint64_t> keys_before = known == all_.end() ? std::vector<uint64_t>() : keys_of(known->second);
  Set& kept = known == all_.end() ? all_[full_name(set.record->ns, set.record->name)] : known->second;
  // From here on nothing needs memory. The new ones first: where all of a key's go, its room goes as well.
  for (const uint64_t key : keys) by_.add(key, &kept);
  for (const uint64_t key : keys_before) by_.remove(key, &kept);
  if (kept.brokers) --broker_sets_;
  kept = std::move(set);
  if (kept.brokers) ++broker_sets_;
}

void Sets::remove(std::string_view ns, std::string_view name) {
  const auto found = all_.find(full_name(ns, name));
  if (found == all_.end()) return;
  for (const uint64_t key : keys_of(found->second)) by_.remove(key, &found->second);
  if (found->second.brokers) --broker_sets_;
  all_.erase(found);
}

std::vector<std::span<const Set* const>> Sets::candidates(std::string_view ns, const Labels& selector) const {
  std::vector<std::span<const Set* const>> best;
  size_t fewest = SIZE_MAX;
  for (const auto& [key, value] : selector) {
    const auto one = ordinal_label(key, value);
    // Only a number: any set of the namespace.
    if (one && one->set.empty()) continue;
    const auto written = by_.find(key_of(kLabel, ns, key, value));
    const auto named = one ? by_.find(key_of(kName, ns, one->set)) : std::span<const Set* const>();
    if (written.size() + named.size() >= fewest) continue;
    fewest = written.size() + named.size();
    best = {written, named};
  }
  if (fewest == SIZE_MAX) best = {by_.find(key_of(kNamespace, ns))};
  return best;
}

const Set* Sets::brokers_named(std::string_view ns, std::string_view name) const {
  const Set* set = name.empty() ? nullptr : find(ns, name);
  return set && set->brokers ? set : nullptr;
}

std::span<const Set* const> Sets::governed_by(std::string_view ns, std::string_view service) const {
  return by_.find(key_of(kGoverning, ns, service));
}

std::span<const Set* const> Sets::users_of(std::string_view ns, std::string_view config_map) const {
  return by_.find(key_of(kMap, ns, config_map));
}

std::string_view Sets::set_named_in(const std::pair<std::string, std::string>& label) {
  const auto one = ordinal_label(label.first, label.second);
  return one ? one->set : std::string_view();
}

}  // namespace brokergate::webhook::cluster

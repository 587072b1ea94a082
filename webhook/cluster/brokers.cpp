#include "webhook/cluster/brokers.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include "brokergate/kafka.h"
#include "rules/advertised_addresses.h"
#include "rules/facts.h"
#include "rules/kafka/config_maps.h"
#include "rules/kafka/facts.h"
#include "webhook/cluster/lookup.h"

namespace brokergate::webhook::cluster {
namespace {

// An address; a host at whatever port that is advertised; a host that the policy would give.
constexpr char kAddress = 'a', kHost = 'h', kPolicyHost = 'p';

void sort_and_unite(std::vector<uint64_t>& keys) {
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  keys.shrink_to_fit();
}

void add_claims(const BrokerSet& set, const Policy& policy, Brokers& out) {
  for (const AdvertisedAddress& address : advertised_addresses(set)) {
    const uint64_t whole = key_of(kAddress, address.text());
    out.claims.push_back(whole);
    out.claims.push_back(key_of(kHost, address.host));
    out.wants.push_back(whole);
    out.wants.push_back(key_of(kPolicyHost, address.host));
  }
  if (!policy.domain.empty() && is_readable(set) && policy.matches(*set.object)) {
    const int64_t brokers = std::clamp<int64_t>(set.replicas, 0, SetFacts::kMostBrokers);
    for (int64_t i = 0; i < brokers; ++i) {
      const std::string host = policy.host_for(set.name, set.object->ns, set.first_ordinal + i);
      out.claims.push_back(key_of(kPolicyHost, host));
      out.wants.push_back(key_of(kPolicyHost, host));
      out.wants.push_back(key_of(kHost, host));
    }
  }
  sort_and_unite(out.claims);
  sort_and_unite(out.wants);
}

size_t cost_of(const BrokerSet& set, const Bundle& bundle) {
  size_t bytes = 0;
  for (const Object& object : bundle.objects) bytes += object.source()->text().size();
  const auto brokers = static_cast<size_t>(std::clamp<int64_t>(set.replicas, 1, SetFacts::kMostBrokers));
  const std::lock_guard guard(set.facts->later->mutex);
  // The first broker's may be little and the others' not.
  return bytes / 64 + std::max(effort_of(set.facts->process) * brokers, set.facts->later->effort);
}

}  // namespace

std::optional<Brokers> brokers_of(const Object& stateful_set, std::span<const Object> maps, const Policy& policy) {
  Bundle bundle;
  bundle.objects.reserve(maps.size() + 1);
  bundle.objects.push_back(stateful_set);
  bundle.objects.insert(bundle.objects.end(), maps.begin(), maps.end());
  const auto set = recognise_broker_set(bundle.objects.front(), std::make_shared<const ConfigMaps>(bundle));
  if (!set) return std::nullopt;
  Brokers out;
  for (const auto& [key, value] : pods_of(stateful_set).labels) out.labels.emplace_back(key, value);
  out.governing = stateful_set.spec()["serviceName"].str();
  add_claims(*set, policy, out);
  out.cost = cost_of(*set, bundle);
  return out;
}

std::vector<std::string> mounted_maps(const Object& stateful_set) {
  const std::vector<std::string_view> names = config_maps_of(stateful_set);
  return {names.begin(), names.end()};
}

}  // namespace brokergate::webhook::cluster

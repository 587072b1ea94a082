#include "rules/advertised_addresses.h"

#include <algorithm>

#include "rules/address_kind.h"
#include "rules/facts.h"
#include "rules/text.h"

namespace brokergate {

bool is_own_host(const BrokerSet& set, int64_t ordinal, std::string_view host) {
  // Names without a dot and names of the cluster mean something else in each namespace.
  if (host.find('<') != std::string_view::npos || host.find('.') == std::string_view::npos || host == "0.0.0.0")
    return false;
  return !is_loopback(host) && !is_in_cluster(host, set, ordinal);
}

std::string AdvertisedAddress::text() const { return cat(host, ":", port); }

std::vector<AdvertisedAddress> advertised_addresses(const BrokerSet& set) {
  std::vector<AdvertisedAddress> out;
  if (!is_readable(set)) return out;
  const int64_t brokers = std::clamp<int64_t>(set.replicas, 0, SetFacts::kMostBrokers);
  for (int64_t i = 0; i < brokers; ++i) {
    const int64_t ordinal = set.first_ordinal + i;
    const Properties properties = set.properties(ordinal);
    const auto listed = properties.find("advertised.listeners");
    if (listed == properties.end() || !listed->second.value) continue;
    for (Address& address : addresses(*listed->second.value)) {
      if (address.port && is_own_host(set, ordinal, address.host))
        out.push_back({ordinal, std::move(address.host), *address.port});
    }
  }
  return out;
}

}  // namespace brokergate

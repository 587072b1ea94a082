// Where clients outside of the cluster are told to find the brokers of a set.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/kafka.h"

namespace brokergate {

// Whether a host that a broker advertises means the same wherever it is asked for: it has a dot, all of it
// is known, and it is no name of the cluster, no loopback and no wildcard address. Two brokers that
// advertise it with one port are in one another's way.
bool is_own_host(const BrokerSet& set, int64_t ordinal, std::string_view host);

struct AdvertisedAddress {
  int64_t ordinal = 0;
  std::string host;
  int64_t port = 0;
  std::string text() const;  // host:port
};
// Of every advertised listener of the set's first SetFacts::kMostBrokers brokers, those whose host is one of
// their own. Which listener is the one for clients outside may depend on Services, so all are told. Empty
// where the settings cannot be read.
std::vector<AdvertisedAddress> advertised_addresses(const BrokerSet& set);

}  // namespace brokergate

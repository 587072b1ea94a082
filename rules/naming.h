// What the name and the DNS annotation of a Service say about the broker behind
// it, compared with what its selector says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "brokergate/kafka.h"

namespace brokergate {

struct Contradiction {
  int64_t says = 0;  // the ordinal that it is named after
  std::string by;    // "its name" or "its DNS name kafka-1.kafka.example.com"
};
using Contradictions = std::unordered_map<const BrokerService*, Contradiction>;

// Services of one set that are named after another broker than they select.
// People count from 0 or from 1: the offset that most Services of the set share
// is their way of counting; those that leave it contradict themselves.
Contradictions contradictions_of(const std::vector<const BrokerService*>& services);

}  // namespace brokergate

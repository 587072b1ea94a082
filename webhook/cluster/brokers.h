// What a broker set says that others are compared with.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "brokergate/object.h"
#include "brokergate/policy.h"
#include "webhook/cluster/pods.h"

namespace brokergate::webhook::cluster {

// Two sets are rivals when one of `wants` of the one is among `claims` of the other: an address that both
// advertise, or a host that the policy would give the one and that the other has or would be given, too.
struct Brokers {
  Labels labels;
  std::string governing;  // spec.serviceName
  std::vector<uint64_t> claims, wants;
  // What looking at it in a request takes, roughly: the effort of its scripts for all brokers (shell::Result::effort)
  // and one for every 64 bytes of text. A hundred or so for a usual set; a million takes about a second.
  size_t cost = 0;
};

// nullopt where the StatefulSet runs no brokers, as far as it and `maps` (ConfigMaps of its namespace) tell.
// Costs what recognising it and deriving the settings of each broker costs: tens of microseconds and more.
std::optional<Brokers> brokers_of(const Object& stateful_set, std::span<const Object> maps, const Policy& policy);

// ConfigMaps from which its pods take files or variables, sorted.
std::vector<std::string> mounted_maps(const Object& stateful_set);

}  // namespace brokergate::webhook::cluster

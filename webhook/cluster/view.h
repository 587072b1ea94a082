// All that is known of a cluster's objects, and who is a peer of whom.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "webhook/cluster/record.h"
#include "webhook/cluster/services.h"
#include "webhook/cluster/sets.h"

namespace brokergate::webhook::cluster {

// Not thread-safe.
struct View {
  using Named = std::unordered_map<std::string, RecordPtr, TextHash, std::equal_to<>>;
  Services services;
  Sets sets;
  Named maps;  // those that broker sets mount
  Named nodes;

  static const RecordPtr* find(const Named& named, std::string_view ns, std::string_view name);
};

// What is asked for: an object of a request, in all the forms it has (new and old). Views into these.
struct Question {
  Resource resource = Resource::kServices;
  std::string_view ns, name;
  // A StatefulSet's.
  std::vector<Pods> pods;
  std::vector<std::string> governing;  // spec.serviceName
  std::vector<std::string> maps;
  std::vector<uint64_t> wants;  // Brokers::wants
  // A Service's.
  std::vector<Labels> selectors;
  std::vector<uint64_t> claims;  // ServiceFacts::claims
};

struct Neighbours {
  // No more of them are told, and no more sets that have an address of the one asked for.
  static constexpr size_t kMost = 500;
  static constexpr size_t kMostRivals = 16;
  // No more sets once these cost so much together (Brokers::cost); one is always told.
  static constexpr size_t kMostCost = 400'000;

  std::vector<RecordPtr> records;  // sorted by resource, namespace and name; each once, none is the one asked for
  bool complete = true;            // false: something was left out
};

// Of a StatefulSet: the Services that take or mean its pods, the ConfigMaps it mounts, and the broker sets that one
// of these Services takes as well or that are its rivals (Brokers), with their Services and ConfigMaps.
// Of a Service: the broker sets it takes or means, with their Services and ConfigMaps; those that one of these takes
// as well, with theirs; the Services that claim one of its node ports or DNS names.
// Of a ConfigMap: the broker sets that mount it, and then as for a Service.
Neighbours neighbours_of(const View& view, const Question& question);

}  // namespace brokergate::webhook::cluster

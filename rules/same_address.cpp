#include "rules/same_address.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "rules/advertised_addresses.h"
#include "rules/text.h"

namespace brokergate {
namespace {

struct Holder {
  size_t set = 0;
  int64_t ordinal = 0;
};
using Holders = std::unordered_map<std::string, std::vector<Holder>>;

// Two files of one set (a base and its variants) are no two sets. Where a manifest
// names no namespace, it may be any.
bool same_set(const Object& a, const Object& b) {
  return a.name == b.name && (a.ns == b.ns || a.ns.empty() || b.ns.empty());
}

// host:port of a broker as clients outside see it now; empty when it is no address of its own.
std::string present(const SetFacts& set, const OneBroker& broker) {
  if (!broker.external || !broker.external->port) return {};
  const std::string& host = broker.external->host;
  if (!is_own_host(*set.set, broker.ordinal, host)) return {};
  return cat(host, ":", *broker.external->port);
}

std::string address_of(const SetFacts& set, const OneBroker& broker, const Policy& policy) {
  if (!set.planned()) return present(set, broker);
  return cat(set.wanted_host(broker.ordinal, policy), ":", set.wanted_port(broker.ordinal));
}

std::string text_of(const std::string& address, const SetFacts& other, int64_t ordinal) {
  return cat(shown(address), ", which broker ", ordinal, " of ", describe(*other.set->object),
             other.planned() ? " would get, too" : " advertises, too");
}

class Comparison {
 public:
  Comparison(std::vector<SetFacts>& sets, const Policy& policy) : sets_(sets) {
    for (size_t i = 0; i < sets.size(); ++i) {
      for (const OneBroker& broker : sets[i].brokers) {
        std::string address = address_of(sets[i], broker, policy);
        if (!address.empty()) holders_[std::move(address)].push_back({i, broker.ordinal});
      }
    }
  }

  // Calls `meet(holder, other, address)` for each holder of an address that another set holds as well.
  template <typename Meet>
  void each_meeting(const Meet& meet) const {
    for (const auto& entry : holders_) {
      const auto& address = entry.first;
      const auto& all = entry.second;
      const auto stranger =
          std::find_if(all.begin(), all.end(), [&](const Holder& one) { return strange(one, all[0]); });
      if (stranger == all.end()) continue;
      for (const Holder& one : all) meet(one, strange(one, all[0]) ? all[0] : *stranger, address);
    }
  }
  const std::vector<Holder>* at(const std::string& address) const {
    const auto found = holders_.find(address);
    return found == holders_.end() ? nullptr : &found->second;
  }
  bool strange(const Holder& a, const Holder& b) const {
    return a.set != b.set && !same_set(*sets_[a.set].set->object, *sets_[b.set].set->object);
  }

 private:
  const std::vector<SetFacts>& sets_;
  Holders holders_;
};

}  // namespace

void refuse_same_addresses(std::vector<SetFacts>& sets, const Policy& policy) {
  const Comparison wanted(sets, policy);
  std::map<size_t, std::string> refused;
  wanted.each_meeting([&](const Holder& one, const Holder& other, const std::string& address) {
    if (sets[one.set].planned()) refused.try_emplace(one.set, text_of(address, sets[other.set], other.ordinal));
  });
  std::vector<size_t> queue;
  for (const auto& [set, text] : refused) queue.push_back(set);
  // A refused set keeps what it has, which may be what another one would get.
  while (!queue.empty()) {
    const size_t set = queue.back();
    queue.pop_back();
    sets[set].refuse(
        cat("it would be given ", refused[set], "; put {statefulset} and {namespace} into the policy's hostname"));
    for (const OneBroker& broker : sets[set].brokers) {
      const std::string address = present(sets[set], broker);
      const std::vector<Holder>* holders = address.empty() ? nullptr : wanted.at(address);
      for (const Holder& other : holders ? *holders : std::vector<Holder>()) {
        if (!sets[other.set].planned() || !wanted.strange({set, broker.ordinal}, other)) continue;
        if (refused.try_emplace(other.set, text_of(address, sets[set], broker.ordinal)).second)
          queue.push_back(other.set);
      }
    }
  }
  const Comparison now(sets, policy);
  now.each_meeting([&](const Holder& one, const Holder& other, const std::string& address) {
    std::string& collision = sets[one.set].collision;
    std::string text = text_of(address, sets[other.set], other.ordinal);
    if (collision.empty() || text < collision) collision = std::move(text);
  });
}

}  // namespace brokergate

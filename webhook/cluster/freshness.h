// How far what is known of a cluster may be relied on.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "webhook/cluster/record.h"

namespace brokergate::webhook::cluster {

using Clock = std::chrono::steady_clock;

struct State {
  struct Of {
    bool synced = false;                           // a whole list was read
    bool given_up = false;                         // the right to read it is missing: nobody waits for it; what
                                                   // was read of it before is used on, and grows old
    bool torn = false;                             // see Freshness::torn()
    std::optional<std::chrono::milliseconds> age;  // since it was last heard of; nullopt: never
    size_t objects = 0;
  };
  std::array<Of, kResources.size()> of;  // in the order of kResources
  bool synced = false;                   // all that are watched
  std::chrono::milliseconds age{0};      // of the oldest that is synced, also of what was given up later
  // Why it may not be relied on: "Services are not read yet; nothing heard of Nodes for 95 s". Empty: it may.
  // What was never allowed is no doubt where the engine says itself what it does not know, that is of Nodes and
  // ConfigMaps; that there is no Service or StatefulSet would be taken for a fact.
  std::string doubt;
  // The first of it and how much more there is, for a line: "nothing heard of Nodes for 95 s, nor of 2 more".
  std::string brief_doubt;
  // "Nodes, ConfigMaps": what is given up, and the doubt does not say so. Empty: nothing.
  std::string given_up;
};

// Thread-safe, and no lock: a resource's thread writes, anybody reads.
class Freshness {
 public:
  // Also what had been given up: there is the right again.
  void heard(Resource resource, Clock::time_point when);
  // A whole list was taken up.
  void synced(Resource resource);
  // Until it is heard of again. What is held of it is as old as it is.
  void give_up(Resource resource);
  // There was no memory to take something up: what is held is not to be relied on before synced().
  void torn(Resource resource);
  bool is_synced(Resource resource) const;
  bool is_torn(Resource resource) const;

  // Without State::Of::objects.
  State state(Clock::time_point now, std::chrono::seconds stale_after) const;

 private:
  struct Of {
    std::atomic<bool> synced = false, given_up = false, torn = false;
    std::atomic<int64_t> heard = INT64_MIN;  // ticks of the clock; INT64_MIN: never
  };
  std::array<Of, kResources.size()> of_;
};

}  // namespace brokergate::webhook::cluster

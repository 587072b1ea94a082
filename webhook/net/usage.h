// What all connections of a server take together, held against the limits.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

#include "webhook/net/limits.h"

namespace brokergate::webhook::net {

// What has happened since the start, for metrics. Only ever grows, but `open`.
struct Counts {
  std::atomic<uint64_t> accepted{0};
  std::atomic<uint64_t> handshakes_failed{0};
  std::atomic<uint64_t> clients_refused{0};  // of these, by the client's certificate or for want of one
  std::atomic<uint64_t> over_cap{0};         // not accepted because there were too many
  std::atomic<uint64_t> evicted{0};          // ended to make room
  std::atomic<uint64_t> timed_out{0};        // by any of the time limits but that of idle connections
  std::atomic<uint64_t> over_bytes{0};
  std::atomic<int64_t> open{0};
};

class Usage {
 public:
  explicit Usage(const Limits& limits) : limits_(limits) {}

  enum class Room { kYes, kNoneAtAll, kNoneForPeer };
  // kYes takes a place, which leave() gives back.
  Room enter(const std::string& peer);
  void leave(const std::string& peer);

  // False when it would exceed what may be in flight; nothing is taken then.
  bool take_bytes(size_t count);
  void give_bytes(size_t count) { bytes_.fetch_sub(count); }
  size_t bytes() const { return bytes_.load(); }

  Counts counts;

 private:
  const Limits& limits_;
  std::atomic<size_t> bytes_{0};
  std::mutex mutex_;
  size_t all_ = 0;
  std::unordered_map<std::string, size_t> by_peer_;
};

}  // namespace brokergate::webhook::net

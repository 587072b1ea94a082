#include "webhook/net/usage.h"

namespace brokergate::webhook::net {

Usage::Room Usage::enter(const std::string& peer) {
  const std::lock_guard lock(mutex_);
  if (all_ >= limits_.connections) return Room::kNoneAtAll;
  size_t& count = by_peer_[peer];
  if (count >= limits_.connections_per_peer) return Room::kNoneForPeer;
  ++count;
  ++all_;
  counts.open = static_cast<int64_t>(all_);
  return Room::kYes;
}

void Usage::leave(const std::string& peer) {
  const std::lock_guard lock(mutex_);
  --all_;
  counts.open = static_cast<int64_t>(all_);
  // Forgotten with its last connection, so that the map cannot grow beyond the cap.
  const auto found = by_peer_.find(peer);
  if (found != by_peer_.end() && --found->second == 0) by_peer_.erase(found);
}

bool Usage::take_bytes(size_t count) {
  if (bytes_.fetch_add(count) + count <= limits_.body_bytes_in_flight) return true;
  bytes_.fetch_sub(count);
  return false;
}

}  // namespace brokergate::webhook::net

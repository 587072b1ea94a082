// How long to wait before the next attempt.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace brokergate::webhook::watch {

// Exponential with full jitter: any time up to a bound that doubles from attempt to attempt, so that the clients of
// an API server that comes back do not come all at once.
class Backoff {
 public:
  using Duration = std::chrono::milliseconds;
  // `random`: at least 0, below 1.
  Backoff(Duration first, Duration most, std::function<double()> random)
      : first_(first), most_(most), bound_(first), random_(std::move(random)) {}

  Duration next() {
    const Duration bound = std::exchange(bound_, std::min(bound_ * 2, most_));
    return Duration(static_cast<int64_t>(static_cast<double>(std::min(bound, most_).count()) * random_()));
  }
  void reset() { bound_ = first_; }

 private:
  Duration first_, most_, bound_;
  std::function<double()> random_;
};

}  // namespace brokergate::webhook::watch

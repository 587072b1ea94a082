// What the watches count, for metrics.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "webhook/watch/failure.h"
#include "webhook/watch/reduce.h"

namespace brokergate::webhook::watch {

// Those of EventType, and a ConfigMap that was asked for by itself.
inline constexpr std::array<std::string_view, 6> kEventNames = {"added",    "modified", "deleted",
                                                                "bookmark", "error",    "fetched"};
inline constexpr size_t kFetched = 5;

// Written by the resource's own thread, read by any.
struct Counts {
  std::array<std::atomic<uint64_t>, kEventNames.size()> events{};
  std::array<std::atomic<uint64_t>, kReasons.size()> errors{};
  std::atomic<uint64_t> lists{0};
  std::atomic<int64_t> objects{0};

  void hear(std::chrono::steady_clock::time_point now) { heard_ = now.time_since_epoch().count(); }
  // When Sink::heard() was last called; none before the first list is done.
  std::optional<std::chrono::steady_clock::time_point> heard() const {
    const int64_t ticks = heard_;
    if (ticks == 0) return std::nullopt;
    return std::chrono::steady_clock::time_point(std::chrono::steady_clock::duration(ticks));
  }

 private:
  std::atomic<int64_t> heard_{0};
};

// By Resource.
using Counters = std::array<Counts, kResources.size()>;

}  // namespace brokergate::webhook::watch

// What the webhook counts, in the Prometheus text format. Every label's values
// are a fixed list: nothing a request holds becomes one.
//
// Thread-safe.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "webhook/admission.h"
#include "webhook/cluster/freshness.h"
#include "webhook/net/usage.h"
#include "webhook/watch/counters.h"

namespace brokergate::webhook {

enum class Reloaded : uint8_t { kCertificate, kPolicy };

class Metrics {
 public:
  explicit Metrics(std::string version);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void decision(const Decision& decision, Endpoint endpoint, std::chrono::nanoseconds took);
  // A request that was answered with this HTTP status instead of a review.
  void refused(int status);
  void reload(Reloaded what, bool worked);
  // Seconds since 1970.
  void certificate_expires(int64_t when);
  void ready(bool is);
  // Before the first text(); `counters` and what `view` asks have to outlive this. Without them nothing of a watch is
  // printed.
  void watches(const watch::Counters& counters, std::function<cluster::State()> view);

  std::string text(const net::Counts& connections) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace brokergate::webhook

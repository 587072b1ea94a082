// /mutate and /validate.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>

#include "brokergate/policy.h"
#include "webhook/log.h"
#include "webhook/metrics.h"
#include "webhook/net/door.h"
#include "webhook/surroundings.h"

namespace brokergate::webhook {

using PolicyPtr = std::shared_ptr<const Policy>;

// Thread-safe.
class ReviewDoor final : public net::Door {
 public:
  // `log` and `metrics` must outlive the door.
  ReviewDoor(PolicyPtr policy, Log& log, Metrics& metrics);

  net::Refusal admit(const net::Head& head) override;
  net::Reply answer(net::Call& call) override;
  void refused(std::string_view path, const net::Refusal& refusal, std::string_view peer) override;
  // A line every ten seconds at most: anybody may come without a certificate as often as they like.
  void unwelcome(std::string_view why, std::string_view peer) override;

  // What is known of the cluster; has to outlive the door. Before the first request only.
  void look_at(const ClusterSource* cluster) { cluster_ = cluster; }
  // Requests that have begun are answered with the policy they began with.
  void replace(PolicyPtr policy);

 private:
  PolicyPtr policy() const;

  mutable std::mutex mutex_;
  PolicyPtr policy_;
  const ClusterSource* cluster_ = nullptr;
  std::chrono::steady_clock::time_point next_unwelcome_;  // when the next line may be written
  uint64_t unwelcome_untold_ = 0;
  Log& log_;
  Metrics& metrics_;
};

}  // namespace brokergate::webhook

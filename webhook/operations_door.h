// The plain second port: /livez, /readyz and /metrics. What it tells is about
// the process, never about a request. A view of the cluster that cannot be relied
// on is told, and is no reason to be sent no requests: another replica's is no better.
#pragma once

#include <atomic>

#include "webhook/metrics.h"
#include "webhook/net/door.h"
#include "webhook/surroundings.h"

namespace brokergate::webhook {

// Thread-safe.
class OperationsDoor final : public net::Door {
 public:
  // Both must outlive the door.
  OperationsDoor(Metrics& metrics, const net::Counts& counts) : metrics_(metrics), counts_(counts) {}

  net::Refusal admit(const net::Head& head) override;
  net::Reply answer(net::Call& call) override;
  void refused(std::string_view, const net::Refusal&, std::string_view) override {}

  // Has to outlive the door, or null. Before the first answer() only.
  void look_at(const ClusterSource* cluster) { cluster_ = cluster; }
  // Not ready until told; `why` is static text for /readyz.
  void set_ready(bool ready, const char* why);

 private:
  Metrics& metrics_;
  const net::Counts& counts_;
  const ClusterSource* cluster_ = nullptr;
  std::atomic<bool> ready_ = false;
  std::atomic<const char*> why_ = "starting";
};

}  // namespace brokergate::webhook

#include "webhook/operations_door.h"

#include <utility>

#include "webhook/http_rules.h"

namespace brokergate::webhook {

net::Refusal OperationsDoor::admit(const net::Head& head) { return operations_refusal(head); }

net::Reply OperationsDoor::answer(net::Call& call) {
  if (call.head.path == "/metrics") {
    return {200, metrics_.text(counts_), "text/plain; version=0.0.4; charset=utf-8"};
  }
  if (call.head.path == "/livez") return {200, "ok\n"};
  const bool ready = ready_;
  std::string text = ready ? "ok\n" : std::string("not ready: ") + why_.load() + "\n";
  if (const std::string view = cluster_ ? cluster_->condition() : std::string(); !view.empty())
    text += "cluster view: " + view + "\n";
  return {ready ? 200 : 503, std::move(text)};
}

void OperationsDoor::set_ready(bool ready, const char* why) {
  why_ = why;
  ready_ = ready;
  metrics_.ready(ready);
}

}  // namespace brokergate::webhook

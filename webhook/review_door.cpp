#include "webhook/review_door.h"

#include <chrono>
#include <exception>
#include <utility>

#include "webhook/admission.h"
#include "webhook/http_rules.h"

namespace brokergate::webhook {
namespace {

// With a parameter, because the HTTP library compresses what is exactly
// "application/json" whenever the client accepts gzip, as every API server does.
constexpr const char* kJson = "application/json; charset=utf-8";
constexpr std::chrono::seconds kBetweenUnwelcome{10};

}  // namespace

ReviewDoor::ReviewDoor(PolicyPtr policy, Log& log, Metrics& metrics)
    : policy_(std::move(policy)), log_(log), metrics_(metrics) {}

net::Refusal ReviewDoor::admit(const net::Head& head) { return review_refusal(head); }

net::Reply ReviewDoor::answer(net::Call& call) {
  const auto begin = std::chrono::steady_clock::now();
  const Endpoint endpoint = call.head.path == "/mutate" ? Endpoint::kMutate : Endpoint::kValidate;
  net::Reply out;
  try {
    const PolicyPtr now = policy();
    const auto body = std::make_shared<const Source>("<request>", std::move(call.body));
    Answer reply = webhook::answer(body, endpoint, *now, today_utc(), cluster_);
    if (reply.status != 200) {
      out.body = std::to_string(reply.position.line) + ":" + std::to_string(reply.position.column) + ": ";
      out.body += reply.body;
      refused(call.head.path, {reply.status, out.body}, call.peer);
      out.status = reply.status;
      out.body += '\n';
      return out;
    }
    const auto took = std::chrono::steady_clock::now() - begin;
    metrics_.decision(reply.decision, endpoint, took);
    log_.decision(reply.decision, endpoint, std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    out.body = std::move(reply.body);
    out.media_type = kJson;
    return out;
  } catch (const std::exception&) {
    // Out of memory at the worst; what it says may hold parts of the object.
    refused(call.head.path, {500, "internal error"}, call.peer);
    return {500, "internal error\n", "text/plain", true};
  }
}

void ReviewDoor::refused(std::string_view path, const net::Refusal& refusal, std::string_view peer) {
  metrics_.refused(refusal.status);
  log_.refused(path, refusal.status, refusal.why, peer);
}

void ReviewDoor::unwelcome(std::string_view why, std::string_view peer) {
  uint64_t untold = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now < next_unwelcome_) {
      ++unwelcome_untold_;
      return;
    }
    next_unwelcome_ = now + kBetweenUnwelcome;
    untold = std::exchange(unwelcome_untold_, 0);
  }
  std::string detail = std::string(peer) + ": " + std::string(why);
  if (untold > 0) detail += "; " + std::to_string(untold) + " more since the last such line";
  log_.problem("client not let in", detail);
}

void ReviewDoor::replace(PolicyPtr policy) {
  const std::lock_guard lock(mutex_);
  policy_ = std::move(policy);
}

PolicyPtr ReviewDoor::policy() const {
  const std::lock_guard lock(mutex_);
  return policy_;
}

}  // namespace brokergate::webhook

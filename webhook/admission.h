// One admission request from bytes to answer bytes: the meaning of the two
// endpoints. The server and `brokergate review` call the same function.
//
// /mutate never denies: it patches or plainly allows. /validate denies and
// warns, and never patches. Both leave alone what must not be touched: DELETE,
// CONNECT, objects being deleted, subresources (status, scale), kinds that are
// none of the engine's business. With a cluster view, a Service that
// brokers still advertise is not deleted, nor a set scaled, without a word.
//
// What rules did goes into the API server's audit log as well: annotations named
// by the outcome (`mutate.brokergate.io/injected`) with ids joined by commas.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/document.h"
#include "brokergate/policy.h"
#include "webhook/surroundings.h"

namespace brokergate::webhook {

enum class Endpoint : uint8_t { kMutate, kValidate };
std::string_view to_string(Endpoint endpoint);  // mutate, validate

// What a rule did to the answer.
enum class Outcome : uint8_t {
  kInjected,
  kDenied,
  kWarned,
  kWouldInject,  // the policy's mode is observe
  kWouldDeny,    // the policy's mode is warn or observe
  kWouldWarn,    // the policy's mode is observe
};
std::string_view to_string(Outcome outcome);  // injected, denied, warned, would_inject, …

struct RuleOutcome {
  std::string_view rule;
  Outcome outcome;
  bool operator==(const RuleOutcome&) const = default;
};

// What was decided, for the log, the metrics and exit codes. Holds no content of
// the object but its identity.
struct Decision {
  std::string uid, operation, kind, ns, name;
  std::string_view user;  // class of the user, static text; see user_class.h
  bool allowed = false;
  bool patched = false;
  bool dry_run = false;
  bool warned = false;
  std::vector<std::string_view> rules;  // ids of unsuppressed findings, each once
  std::vector<RuleOutcome> outcomes;    // at this endpoint, each pair once
  int64_t view_age = -1;                // of the cluster view that was used, milliseconds; negative: none was
  std::string skipped;                  // why the object was not examined; empty when it was
};

struct Answer {
  int status = 200;   // HTTP status; 400 when the bytes are no review
  std::string body;   // the AdmissionReview, or a line of text for people when status is not 200
  Position position;  // of what is wrong when status is 400
  Decision decision;
};

// Thread-safe and free of side effects (so dry runs get the same answer).
// `today` is YYYY-MM-DD for suppressions that expire.
// `cluster`: what is known of the cluster; null: the request alone is judged.
Answer answer(const SourcePtr& body, Endpoint endpoint, const Policy& policy, std::string_view today,
              const ClusterSource* cluster = nullptr);

// Today's date in UTC. The engine reads no clock; its doors do.
std::string today_utc();

}  // namespace brokergate::webhook

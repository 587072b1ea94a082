// Objects that show whether brokergate is asked. Both are sent with dryRun=All,
// so that nothing is ever stored, and what should come of them is what the
// engine says here, with the installation's own policy.
#pragma once

#include <string>

#include "brokergate/policy.h"
#include "certs/cluster.h"

namespace brokergate::webhook::doctor {

// The name and the label `app` of both.
inline constexpr const char* kProbeName = "kafka-brokergate-doctor";

// A load balancer in front of a broker, without the annotation that keeps it internal.
certs::Json service_probe(const std::string& ns);
// Three brokers of one id, which nobody can mend.
certs::Json set_probe(const std::string& ns);

// The AdmissionReview of its creation, as an API server sends it.
certs::Json review_of(const certs::Json& object, const std::string& version = "v1");

enum class Expected : uint8_t {
  kNothing,  // this policy has nothing to say about it
  kMended,
  kDenied,
  kWarned,
};
Expected expected_of_service(const Policy& policy, const std::string& ns);
Expected expected_of_set(const Policy& policy, const std::string& ns);

// Whether service_probe(), as it came back, is one that the engine has nothing against any more: the value of the
// annotation counts, not that it is there.
bool is_internal(const certs::Json& returned, const Policy& policy, const std::string& ns);

// The rules that decide.
inline constexpr const char* kServiceRule = "internal-load-balancer";
inline constexpr const char* kSetRule = "broker-id";

}  // namespace brokergate::webhook::doctor

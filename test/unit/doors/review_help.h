// Reviews as the API server sends them, and what holds for every answer.
#pragma once

#include <nlohmann/json.hpp>

#include <string>

#include "program.h"
#include "webhook/admission.h"

namespace brokergate::test {

inline constexpr const char* kInternal = R"({"networking.gke.io/load-balancer-type":"Internal"})";

struct Ask {
  std::string operation = "CREATE";
  std::string object = broker_service_json("kafka-0-external");
  std::string old_object = "null";
  std::string sub_resource = {};
  std::string kind = R"({"group":"","version":"v1","kind":"Service"})";
  std::string api_version = "admission.k8s.io/v1";
  std::string extra = R"(,"dryRun":false)";
  std::string name = R"(,"name":"kafka-0-external")";
};

std::string review_of(const Ask& ask);
webhook::Answer ask_webhook(const std::string& body, webhook::Endpoint endpoint,
                            const Policy& policy = Policy::defaults());

// The answer's `response`, after the checks that hold for every answer (the API
// server's own VerifyAdmissionResponse and what its HTTP layer does with warnings).
nlohmann::json response_to(const Ask& ask, webhook::Endpoint endpoint, const Policy& policy = Policy::defaults());
// Of base64, whose rules are checked.
std::string decoded(const std::string& text);
// Without a patch, a warning or an annotation.
bool plainly_allowed(const nlohmann::json& response);

}  // namespace brokergate::test

#include "review_help.h"

#include "catch.h"
#include "webhook/review_codec.h"

namespace brokergate::test {

using nlohmann::json;
using webhook::Endpoint;

std::string review_of(const Ask& ask) {
  std::string out = R"({"kind":"AdmissionReview","apiVersion":")" + ask.api_version +
                    R"(","request":{"uid":"0a1b2c3d-ü-\"\\","kind":)" + ask.kind + ask.name +
                    R"(,"namespace":"streaming","operation":")" + ask.operation + "\"";
  if (!ask.sub_resource.empty()) out += R"(,"subResource":")" + ask.sub_resource + "\"";
  return out + ask.extra + R"(,"object":)" + ask.object + R"(,"oldObject":)" + ask.old_object + "}}";
}

webhook::Answer ask_webhook(const std::string& body, Endpoint endpoint, const Policy& policy) {
  return webhook::answer(std::make_shared<const Source>("<request>", body), endpoint, policy, "2026-01-01");
}

json response_to(const Ask& ask, Endpoint endpoint, const Policy& policy) {
  const webhook::Answer answer = ask_webhook(review_of(ask), endpoint, policy);
  REQUIRE(answer.status == 200);
  const json review = json::parse(answer.body);
  CHECK(review["apiVersion"] == ask.api_version);
  CHECK(review["kind"] == "AdmissionReview");
  const json& response = review.at("response");
  CHECK(response.at("uid") == "0a1b2c3d-ü-\"\\");
  REQUIRE(response.at("allowed").is_boolean());
  const bool allowed = response["allowed"].get<bool>();
  CHECK(answer.decision.allowed == allowed);
  CHECK(response.contains("patch") == response.contains("patchType"));
  CHECK(answer.decision.patched == response.contains("patch"));
  if (!allowed || endpoint == Endpoint::kValidate) CHECK_FALSE(response.contains("patch"));
  CHECK(response.contains("status") == !allowed);
  for (const auto& [key, value] : response.items()) {
    const bool known = key == "uid" || key == "allowed" || key == "status" || key == "patch" || key == "patchType" ||
                       key == "warnings" || key == "auditAnnotations";
    CHECK(known);
  }
  if (response.contains("auditAnnotations")) {
    CHECK_FALSE(response["auditAnnotations"].empty());
    // What the API server keeps: it drops what is no name's last part.
    for (const auto& [key, value] : response["auditAnnotations"].items()) {
      CHECK(key.size() <= 63);
      CHECK(key.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos);
      CHECK(value.get<std::string>().find_first_not_of("abcdefghijklmnopqrstuvwxyz-,") == std::string::npos);
    }
  }
  if (response.contains("warnings")) {
    CHECK(response["warnings"].size() <= 10);
    for (const std::string warning : response["warnings"]) {
      CHECK(warning == webhook::one_line(warning, 256));
      CHECK_FALSE(warning.empty());
    }
  }
  return response;
}

std::string decoded(const std::string& text) {
  const std::string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  uint32_t bits = 0;
  int have = 0;
  CHECK(text.size() % 4 == 0);
  for (const char c : text) {
    if (c == '=') break;
    const size_t value = alphabet.find(c);
    if (value == std::string::npos) FAIL("not in the alphabet: " << c);
    bits = bits << 6 | static_cast<uint32_t>(value);
    have += 6;
    if (have >= 8) out += static_cast<char>(bits >> (have -= 8) & 0xFF);
  }
  return out;
}

bool plainly_allowed(const json& response) { return response["allowed"] == true && response.size() == 2; }

}  // namespace brokergate::test

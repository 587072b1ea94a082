// The body of a request to either endpoint, and what an API server makes of the answer.
#include <openssl/evp.h>

#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/common.h"
#include "webhook/admission.h"
#include "webhook/log.h"
#include "webhook/review_codec.h"

using namespace brokergate;
using fuzz::must;
using nlohmann::json;
using webhook::Endpoint;

namespace {

webhook::Answer ask(const std::string& body, Endpoint endpoint, const Policy& policy) {
  return webhook::answer(std::make_shared<const Source>("<request>", body), endpoint, policy, fuzz::kToday);
}

std::string decoded(const std::string& text) {
  must(text.size() % 4 == 0, "base64 is padded", text);
  std::string out(text.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  must(length >= 0, "base64 can be read", text);
  out.resize(static_cast<size_t>(length));
  while (text.ends_with('=') && out.ends_with('\0')) out.pop_back();
  return out;
}

bool is_plain_line(const std::string& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7F) return false;
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
  }
  return true;
}

// What VerifyAdmissionResponse and the warning recorder of the API server ask for.
json must_be_taken(const webhook::Answer& answer, Endpoint endpoint) {
  const json review = json::parse(answer.body, nullptr, false);
  must(review.is_object() && review.value("kind", "") == "AdmissionReview", "the answer is a review", answer.body);
  const json response = review.value("response", json::object());
  must(json(answer.decision.uid).dump(-1, ' ', false, json::error_handler_t::replace) ==
           json(response.value("uid", "")).dump(-1, ' ', false, json::error_handler_t::replace),
       "the uid is that of the request", answer.body);
  must(response.contains("allowed") && response["allowed"].is_boolean(), "allowed is a bool", answer.body);
  must(response.contains("patch") == response.contains("patchType"), "patch and patchType come together", answer.body);
  const bool allowed = response["allowed"].get<bool>();
  must(allowed || !response.contains("patch"), "a denial has no patch", answer.body);
  must(allowed || response["status"].value("code", 0) == 403, "a denial says 403", answer.body);
  must(allowed || !response["status"].value("message", "").empty(), "a denial has a reason", answer.body);
  if (endpoint == Endpoint::kMutate) must(allowed, "mutate denies nothing", answer.body);
  if (endpoint == Endpoint::kValidate) must(!response.contains("patch"), "validate changes nothing", answer.body);
  const json warnings = response.value("warnings", json::array());
  must(warnings.size() <= 10, "ten warnings at most", answer.body);
  for (const json& warning : warnings) {
    must(!warning.get<std::string>().empty() && is_plain_line(warning), "a warning is one line", answer.body);
  }
  must(answer.body.size() < size_t{512} << 10, "an answer is bounded");
  return response;
}

// The patch applies to what an API server holds, and asking again changes nothing.
void must_apply(const std::string& body, const json& response, const Policy& policy) {
  const json patch = json::parse(decoded(response["patch"].get<std::string>()), nullptr, false);
  must(patch.is_array() && !patch.empty(), "a patch is a list of operations", response.dump());
  // What this reader refuses, no API server sends.
  json review = json::parse(body, nullptr, false);
  if (review.is_discarded() || !review["request"].contains("object")) return;
  json changed;
  try {
    changed = review["request"]["object"].patch(patch);
  } catch (const json::exception& error) {
    must(false, "the patch applies", std::string(error.what()) + "\n" + patch.dump());
  }
  must(changed != review["request"]["object"], "a patch changes something", patch.dump());
  review["request"]["object"] = std::move(changed);
  const webhook::Answer again = ask(review.dump(), Endpoint::kMutate, policy);
  must(again.status == 200, "the changed object is one", again.body);
  must(!again.decision.patched, "mutate twice is mutate once", again.body + "\n" + review.dump());
}

void must_log(std::string_view text) {
  std::string line;
  webhook::append_ascii_json(text, line);
  for (const char c : line) must(c >= ' ' && c <= '~', "a log line is printable ASCII", line);
  must(json::accept(line), "a log line is JSON", line);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string body(reinterpret_cast<const char*>(data), size);
  const Policy& policy = fuzz::policy(size);
  must_log(body);
  for (const Endpoint endpoint : {Endpoint::kMutate, Endpoint::kValidate}) {
    const webhook::Answer answer = ask(body, endpoint, policy);
    must_log(answer.decision.name);
    if (answer.status != 200) {
      must(answer.status == 400 && !answer.body.empty(), "what is no review is told so");
      continue;
    }
    const json response = must_be_taken(answer, endpoint);
    if (response.contains("patch")) must_apply(body, response, policy);
  }
  return 0;
}

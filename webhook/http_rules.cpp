#include "webhook/http_rules.h"

#include "webhook/net/field_text.h"
#include "webhook/review_codec.h"

namespace brokergate::webhook {
namespace {

bool is_json(std::string_view media_type) {
  return net::same(net::trimmed(media_type.substr(0, media_type.find(';'))), "application/json");
}

}  // namespace

net::Refusal review_refusal(const net::Head& head) {
  if (head.path != "/mutate" && head.path != "/validate") return {404, "only /mutate and /validate are here"};
  if (head.method != "POST") return {405, "only POST is served"};
  if (!head.content_encoding.empty()) return {415, "Content-Encoding is not accepted"};
  if (!head.has_content_length) return {411, "Content-Length is missing"};
  if (head.content_length > kLargestReview) return {413, "the body is too large"};
  if (head.content_length == 0) return {400, "the body is empty; wanted an AdmissionReview"};
  if (!is_json(head.content_type)) return {415, "Content-Type must be application/json"};
  return {};
}

net::Refusal operations_refusal(const net::Head& head) {
  if (head.path != "/livez" && head.path != "/readyz" && head.path != "/metrics") {
    return {404, "only /livez, /readyz and /metrics are here"};
  }
  if (head.method != "GET") return {405, "only GET is served"};
  if (head.content_length > 0) return {400, "a body is not accepted"};
  return {};
}

}  // namespace brokergate::webhook

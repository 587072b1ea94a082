#include "webhook/http_rules.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <string>

#include "webhook/review_codec.h"

namespace brokergate::webhook {
namespace {

bool is_json(std::string_view media_type) {
  media_type = media_type.substr(0, media_type.find(';'));
  while (!media_type.empty() && (media_type.back() == ' ' || media_type.back() == '\t')) media_type.remove_suffix(1);
  constexpr std::string_view kJson = "application/json";
  return std::equal(media_type.begin(), media_type.end(), kJson.begin(), kJson.end(),
                    [](unsigned char a, char b) { return std::tolower(a) == b; });
}

}  // namespace

Refusal refusal(const httplib::Request& request) {
  if (request.path != "/mutate" && request.path != "/validate") return {404, "only /mutate and /validate are here"};
  if (request.method != "POST") return {405, "only POST is served"};
  if (request.has_header("Transfer-Encoding")) return {411, "Transfer-Encoding is not accepted; send a Content-Length"};
  if (request.has_header("Content-Encoding")) return {415, "Content-Encoding is not accepted"};
  if (request.has_header("Upgrade")) return {400, "Upgrade is not accepted"};
  switch (request.get_header_value_count("Content-Length")) {
    case 0:
      return {411, "Content-Length is missing"};
    case 1:
      break;
    default:
      return {400, "more than one Content-Length"};
  }
  const std::string text = request.get_header_value("Content-Length");
  size_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (error == std::errc::result_out_of_range) return {413, "the body is too large"};
  if (error != std::errc() || end != text.data() + text.size()) return {400, "Content-Length is not a number"};
  if (length > kLargestReview) return {413, "the body is too large"};
  if (length == 0) return {400, "the body is empty; wanted an AdmissionReview"};
  if (request.get_header_value_count("Content-Type") != 1 || !is_json(request.get_header_value("Content-Type"))) {
    return {415, "Content-Type must be application/json"};
  }
  return {};
}

}  // namespace brokergate::webhook

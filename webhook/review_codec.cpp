#include "webhook/review_codec.h"

#include <algorithm>
#include <utility>

#include "brokergate/base64.h"

namespace brokergate::webhook {
namespace {

BadReview bad(const Document& document, Value at, std::string message) {
  const uint32_t offset = at ? at->begin : document.begin();
  return {document.source()->position(offset), std::move(message)};
}

void append_field(std::string& out, std::string_view name, std::string_view text) {
  if (out.back() != '{') out += ',';
  out += '"';
  out += name;
  out += "\":";
  append_json_string(text, out);
}

void append_denial(const Denial& denial, std::string& out) {
  out += R"(,"status":{"metadata":{},"status":"Failure")";
  append_field(out, "message", denial.message);
  out += R"(,"reason":"Forbidden","details":{)";
  if (!denial.name.empty()) append_field(out, "name", denial.name);
  if (!denial.group.empty()) append_field(out, "group", denial.group);
  append_field(out, "kind", denial.kind);
  out += R"(,"causes":[)";
  for (size_t i = 0; i < denial.causes.size(); ++i) {
    out += i ? ",{" : "{";
    append_field(out, "reason", denial.causes[i].reason);
    append_field(out, "message", denial.causes[i].message);
    append_field(out, "field", denial.causes[i].field);
    out += '}';
  }
  out += R"(]},"code":403})";
}

// Length of the well-formed UTF-8 sequence at `at`, 0 when there is none.
size_t sequence_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return 1;
  size_t length = 0;
  unsigned char low = 0x80, high = 0xBF;  // of the second byte: no overlong forms, no surrogates
  if (lead >= 0xC2 && lead <= 0xDF) {
    length = 2;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return 0;
  }
  if (at + length > text.size() || byte(at + 1) < low || byte(at + 1) > high) return 0;
  for (size_t i = 2; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return 0;
  }
  return length;
}

// The string that stands right behind `key`, which ends with a colon.
std::string_view string_behind(std::string_view text, std::string_view key, size_t from = 0) {
  const size_t at = text.find(key, from);
  if (at == text.npos || text.substr(at + key.size(), 1) != "\"") return {};
  const size_t begin = at + key.size() + 1;
  const size_t end = text.find('"', begin);
  return end == text.npos ? std::string_view{} : text.substr(begin, end - begin);
}

}  // namespace

ReviewHint hint_of(std::string_view body) {
  constexpr size_t kHead = 1024;
  ReviewHint hint;
  // Its own "kind" stands before it, the requester's words and the objects behind it.
  const size_t request = body.substr(0, kHead).find("\"request\":{");
  if (request == body.npos) return hint;
  std::string_view head = body.substr(request, kHead);
  const size_t requester = head.find("\"userInfo\":");
  if (requester == head.npos) return hint;
  head = head.substr(0, requester);
  const size_t kind = head.find("\"kind\":{");
  if (kind != head.npos) hint.kind = string_behind(head, "\"kind\":", kind + 8);
  hint.sub_resource = string_behind(head, "\"subResource\":");
  hint.operation = string_behind(head, "\"operation\":");
  return hint;
}

tl::expected<ReviewRequest, BadReview> decode_review(const SourcePtr& body, ReviewPart part) {
  ReadLimits limits;
  limits.bytes = kLargestReview;
  limits.skip_managed_fields = true;
  limits.skip_reviewed_objects = part == ReviewPart::kHead;
  ReadResult result = read(body, limits);
  if (!result.errors.empty()) {
    return tl::unexpected(BadReview{result.errors[0].position, std::move(result.errors[0].message)});
  }
  if (result.documents.empty())
    return tl::unexpected(BadReview{{1, 1}, "the body is empty; wanted an AdmissionReview"});
  if (result.documents.size() > 1) {
    return tl::unexpected(bad(result.documents[1], result.documents[1].root(), "more than one document in the body"));
  }
  auto document = std::make_shared<const Document>(std::move(result.documents[0]));
  const Value root = document->root();
  if (!document->json()) return tl::unexpected(bad(*document, root, "the body is not JSON"));

  ReviewRequest request;
  request.document = document;
  request.api_version = root["apiVersion"].str();
  if (root["kind"].str() != "AdmissionReview") {
    return tl::unexpected(bad(*document, root["kind"] ? root["kind"] : root, "not an AdmissionReview"));
  }
  if (request.api_version != "admission.k8s.io/v1" && request.api_version != "admission.k8s.io/v1beta1") {
    return tl::unexpected(bad(*document, root["apiVersion"] ? root["apiVersion"] : root,
                              "apiVersion is not admission.k8s.io/v1 or admission.k8s.io/v1beta1"));
  }
  const Value asked = root["request"];
  if (!asked.is_map()) return tl::unexpected(bad(*document, asked ? asked : root, "the review has no request"));
  request.uid = asked["uid"].str();
  if (request.uid.empty()) {
    return tl::unexpected(bad(*document, asked["uid"] ? asked["uid"] : asked, "the request has no uid"));
  }
  request.operation = asked["operation"].str();
  if (request.operation.empty()) {
    return tl::unexpected(
        bad(*document, asked["operation"] ? asked["operation"] : asked, "the request has no operation"));
  }
  request.sub_resource = asked["subResource"].str();
  const Value kind = asked["kind"];
  request.group = kind["group"].str();
  request.version = kind["version"].str();
  request.kind = kind["kind"].str();
  request.resource = asked["resource"]["resource"].str();
  request.ns = asked["namespace"].str();
  request.name = asked["name"].str();
  request.user_info = asked["userInfo"];
  request.dry_run = asked["dryRun"].as_bool().value_or(false);
  request.head_only = part == ReviewPart::kHead;
  for (const auto& [key, target] :
       {std::pair{"object", &request.object}, std::pair{"oldObject", &request.old_object}}) {
    const Value found = asked[key];
    if (found.is_null()) continue;
    if (!found.is_map()) return tl::unexpected(bad(*document, found, std::string(key) + " is not an object"));
    if (part == ReviewPart::kWhole) *target = found;
  }
  return request;
}

std::string encode_review(std::string_view api_version, std::string_view uid, const ReviewAnswer& answer) {
  std::string out;
  out.reserve(256 + answer.patch.size() * 3 / 2);
  out += '{';
  append_field(out, "apiVersion", api_version);
  append_field(out, "kind", "AdmissionReview");
  out += R"(,"response":{)";
  append_field(out, "uid", uid);
  out += answer.denial ? R"(,"allowed":false)" : R"(,"allowed":true)";
  if (answer.denial) {
    append_denial(*answer.denial, out);
  } else if (!answer.patch.empty()) {
    out += R"(,"patchType":"JSONPatch","patch":")";
    out += encode_base64(answer.patch);
    out += '"';
  }
  if (!answer.warnings.empty()) {
    out += R"(,"warnings":[)";
    for (size_t i = 0; i < answer.warnings.size(); ++i) {
      if (i) out += ',';
      append_json_string(answer.warnings[i], out);
    }
    out += ']';
  }
  if (!answer.audit.empty()) {
    out += R"(,"auditAnnotations":{)";
    for (const auto& [key, value] : answer.audit) append_field(out, key, value);
    out += '}';
  }
  out += "}}";
  return out;
}

std::string field_path(std::string_view pointer) {
  std::string out;
  std::string token;
  bool in_map_of_strings = false;  // keys of annotations and labels are written in brackets
  const auto flush = [&] {
    const bool index = !token.empty() && token.find_first_not_of("0123456789") == std::string::npos;
    const bool bracket = in_map_of_strings || index || token.find_first_of("./") != std::string::npos;
    if (bracket) {
      out += '[' + token + ']';
    } else {
      if (!out.empty()) out += '.';
      out += token;
    }
    in_map_of_strings = token == "annotations" || token == "labels" || token == "nodeSelector";
    token.clear();
  };
  for (size_t i = 1; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      flush();
    } else if (pointer[i] == '~' && i + 1 < pointer.size()) {
      token += pointer[++i] == '1' ? '/' : '~';
    } else {
      token += pointer[i];
    }
  }
  if (pointer.size() > 1) flush();
  return out;
}

std::string one_line(std::string_view text, size_t runes) {
  // Nearly all of them: plain text that is short enough.
  if (text.size() <= runes && std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }))
    return std::string(text);
  std::string out;
  out.reserve(text.size());
  size_t written = 0, last = 0;  // last: where the last code point began, for the ellipsis
  for (size_t i = 0; i < text.size();) {
    if (written == runes) {
      out.resize(last);
      out += "…";
      break;
    }
    const size_t length = sequence_length(text, i);
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool control = (length == 1 && (byte < 0x20 || byte == 0x7F)) ||
                         (length == 2 && byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0);
    last = out.size();
    if (control) {
      out += ' ';
    } else if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else {
      out += text.substr(i, length);
    }
    i += length ? length : 1;
    ++written;
  }
  return out;
}

}  // namespace brokergate::webhook

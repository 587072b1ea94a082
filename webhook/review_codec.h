// AdmissionReview, v1 and v1beta1 (field-identical): bytes to a request, an
// answer to bytes. No JSON DOM is built on this path: a request is one Document.
//
// Thread-safe: no state between calls.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tl/expected.hpp>

#include "brokergate/document.h"

namespace brokergate::webhook {

// The largest body a legal request can have: object and oldObject of the API
// server's own 3 MiB each, every byte escaped to six (`<` becomes \u003c), and
// room for the envelope. A lower limit would let a large object slip past a
// webhook that is registered with failurePolicy Ignore.
inline constexpr size_t kLargestReview = size_t{37} << 20;

// Views point into `document`.
struct ReviewRequest {
  std::shared_ptr<const Document> document;
  std::string_view api_version;  // admission.k8s.io/v1 or …/v1beta1, echoed in the answer
  std::string_view uid;
  std::string_view operation;     // CREATE, UPDATE, DELETE, CONNECT, as received
  std::string_view sub_resource;  // "" for the object itself
  std::string_view group, version, kind;
  std::string_view resource;  // statefulsets
  std::string_view ns, name;  // name is empty under generateName
  Value object, old_object;   // false when null or absent
  Value user_info;            // as received; false when absent
  bool dry_run = false;
  bool head_only = false;  // the objects were not read, and are false
};

struct BadReview {
  Position position;
  std::string message;
};
enum class ReviewPart : uint8_t { kWhole, kHead };  // kHead: without the objects, which are most of it
tl::expected<ReviewRequest, BadReview> decode_review(const SourcePtr& body, ReviewPart part = ReviewPart::kWhole);

// What a review may be about, told by its first bytes as an API server writes them. A hint of
// what to decode first and nothing else: an empty field tells nothing, a full one may be wrong.
struct ReviewHint {
  std::string_view kind, sub_resource, operation;
};
ReviewHint hint_of(std::string_view body);

struct Cause {
  std::string field;  // metadata.annotations[example.com/key], as the API server writes fields
  std::string_view reason;
  std::string message;
};

struct Denial {
  std::string message;
  std::string_view name, group, kind;
  std::vector<Cause> causes;
};

// What the API server accepts from either endpoint: never a patch together with
// a denial (a webhook that is registered with Ignore would then admit).
struct ReviewAnswer {
  std::string patch;  // RFC 6902 text; empty: none. Ignored when `denial` is set.
  std::vector<std::string> warnings;
  std::optional<Denial> denial;
  // For the audit log: key and value. The API server puts the webhook's name and a slash before the key, which has to
  // be a qualified name's last part (63 characters of [A-Za-z0-9._-]); it drops others.
  std::vector<std::pair<std::string_view, std::string>> audit;
};
std::string encode_review(std::string_view api_version, std::string_view uid, const ReviewAnswer& answer);

// JSON pointer to the notation of Kubernetes' field paths: spec.ports[0].name, metadata.annotations[a/b].
std::string field_path(std::string_view pointer);

// `text` on one line: controls (C0, DEL, C1) become spaces, invalid UTF-8 becomes
// U+FFFD, cut to `runes` code points with an ellipsis. The API server silently drops
// a warning that holds a control character.
std::string one_line(std::string_view text, size_t runes);

}  // namespace brokergate::webhook

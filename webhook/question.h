// What the engine is asked about an admission request.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "brokergate/cluster.h"
#include "webhook/review_codec.h"
#include "webhook/surroundings.h"

namespace brokergate::webhook {

// A hand-written review may leave request.kind out; the object tells it as well.
std::string_view kind_of(const ReviewRequest& request);

// Why the engine is not asked at all; empty when it is. Without a cluster view that is every
// DELETE and subresource; with one, a Service that goes and a StatefulSet that is scaled are of interest.
std::string reason_to_skip(const ReviewRequest& request, const ClusterSource* cluster);

// Points into itself: it neither moves nor copies.
struct Question {
  Bundle bundle;                       // the first object is what the request is about, then its peers
  Object old_object;                   // UPDATE with oldObject
  Admission admission;                 // points to old_object
  std::optional<Surroundings> around;  // with a cluster view
  std::optional<ClusterView> view;     // of `around`

  Question() = default;
  Question(const Question&) = delete;
  Question& operator=(const Question&) = delete;
  const Object& object() const { return bundle.objects.front(); }
};

// For a request that is not skipped. Null when a StatefulSet is scaled that is not known.
tl::expected<std::unique_ptr<Question>, BadReview> question_of(const ReviewRequest& request, const SourcePtr& body,
                                                               const ClusterSource* cluster);

}  // namespace brokergate::webhook

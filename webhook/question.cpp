#include "webhook/question.h"

#include <utility>

#include "brokergate/edit.h"

namespace brokergate::webhook {
namespace {

std::optional<Operation> operation_of(std::string_view text) {
  if (text == "CREATE") return Operation::kCreate;
  if (text == "UPDATE") return Operation::kUpdate;
  if (text == "DELETE") return Operation::kDelete;
  return std::nullopt;
}

// autoscaling/v1 Scale, which the API server makes of the set for those who scale it.
bool scales_set(const ReviewRequest& request) {
  return request.sub_resource == "scale" && request.resource == "statefulsets" && request.operation == "UPDATE";
}

Object object_of(const ReviewRequest& request, Value root) {
  Object object;
  object.document = request.document;
  object.root = root;
  object.api_version = root["apiVersion"].str();
  object.kind = root["kind"].str();
  object.ns = request.ns.empty() ? root["metadata"]["namespace"].str() : request.ns;
  object.name = root["metadata"]["name"].str();
  if (object.name.empty()) object.name = request.name;
  return object;
}

// The set with as many replicas as the Scale wants.
Object scaled(const Object& set, Value scale) {
  Object after = set;
  const Edit edit = set_edit(set.root, {"spec", "replicas"}, scale["spec"]["replicas"].as_int().value_or(0));
  auto document = std::make_shared<const Document>(apply(set.source(), set.root, {edit}));
  after.root = document->root();
  after.document = std::move(document);
  return after;
}

}  // namespace

std::string_view kind_of(const ReviewRequest& request) {
  if (!request.kind.empty()) return request.kind;
  return request.object ? request.object["kind"].str() : request.old_object["kind"].str();
}

std::string reason_to_skip(const ReviewRequest& request, const ClusterSource* cluster) {
  const auto operation = operation_of(request.operation);
  if (!operation) return "operation";
  if (*operation == Operation::kDelete) {
    if (!cluster || kind_of(request) != "Service" || !request.sub_resource.empty()) return "operation";
    // From a version of the API server that did not tell.
    return request.old_object || request.head_only ? "" : "operation";
  }
  if (!request.sub_resource.empty()) return cluster && scales_set(request) ? "" : "subresource";
  if (!concerns_engine(kind_of(request))) return "kind";
  if (!request.object["metadata"]["deletionTimestamp"].is_null()) return "terminating";
  return {};
}

tl::expected<std::unique_ptr<Question>, BadReview> question_of(const ReviewRequest& request, const SourcePtr& body,
                                                               const ClusterSource* cluster) {
  auto out = std::make_unique<Question>();
  out->bundle.complete = false;
  out->admission.operation = *operation_of(request.operation);
  out->admission.dry_run = request.dry_run;
  const bool removal = out->admission.operation == Operation::kDelete;
  const Value about = removal ? request.old_object : request.object;
  if (!about) {
    const Position at = body->position(request.document->root()["request"]->begin);
    return tl::unexpected(BadReview{at, std::string(request.operation) + " without request.object"});
  }
  if (scales_set(request)) {
    std::optional<Object> set = cluster->stateful_set(request.ns, request.name);
    if (!set) return nullptr;
    out->admission.scale = true;
    out->old_object = std::move(*set);
    out->admission.old_object = &out->old_object;
    out->bundle.objects.push_back(scaled(out->old_object, about));
  } else {
    out->bundle.objects.push_back(object_of(request, about));
    if (request.old_object && out->admission.operation == Operation::kUpdate) {
      out->old_object = object_of(request, request.old_object);
      out->admission.old_object = &out->old_object;
    }
    if (out->object().kind != kind_of(request) || out->object().api_version.empty()) {
      const Position at = body->position(about->begin);
      return tl::unexpected(
          BadReview{at, "request.object has not the apiVersion and kind of a " + one_line(kind_of(request), 64)});
    }
  }
  if (!cluster) return out;
  Surroundings& around = out->around.emplace(cluster->around(out->object(), out->admission.old_object));
  out->view.emplace(ClusterView{around.nodes.get(), around.age, around.doubt, around.complete});
  if (!around.known) return out;
  out->bundle.peers = 1;
  for (Object& peer : around.peers) out->bundle.objects.push_back(std::move(peer));
  around.peers.clear();
  return out;
}

}  // namespace brokergate::webhook

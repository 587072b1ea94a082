// From the API server's JSON to what the engine reads of an object.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "webhook/watch/sink.h"

namespace brokergate::webhook::watch {

inline constexpr size_t kLongestAnnotation = 4096;

// Kubernetes API, "Efficient detection of changes". kBookmark has a version only.
enum class EventType : uint8_t { kAdded, kModified, kDeleted, kBookmark, kError };
struct Event {
  EventType type = EventType::kError;
  Item item;  // kDeleted: without text
  int code = 0;
  std::string message;  // of an error; both as the server's Status has them
};

// What a list's metadata holds.
struct ListMeta {
  std::string version, next;  // `continue`
};

// Kept are apiVersion and kind (the resource's own: items of a list have none), of the metadata name, namespace, uid,
// labels, annotations (without kubectl's copy of the whole, and without values over 4 KiB), generation,
// deletionTimestamp and ownerReferences, and
//   StatefulSet: spec; Service: spec, and status.loadBalancer.ingress (live-load-balancer-change);
//   ConfigMap: data, binaryData, immutable;
//   Node: name, labels, spec.taints, spec.unschedulable, status.addresses and nothing else.
// Never managedFields. Members stand in this order, so that what says the same has the same text.
// Nothing when the text is not JSON (UTF-8 included) or no such object. Not thread-safe.
class Reducer {
 public:
  explicit Reducer(Resource resource);
  ~Reducer();

  std::optional<Item> item(std::string_view object);
  std::optional<Event> event(std::string_view line);
  std::optional<ListMeta> list_meta(std::string_view metadata);
  // The code and message of a Status; code 0 when it is none.
  Event status(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace brokergate::webhook::watch

// Kubernetes objects of one evaluation: identity, and where they stand.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/document.h"

namespace brokergate {

// Views into the Document that `document` keeps alive.
struct Object {
  std::shared_ptr<const Document> document;
  Value root;                                    // the object itself; below the document's root for items of a List
  std::string_view api_version, kind, ns, name;  // name: generateName + "*" is not made up; empty when absent

  Value operator[](std::string_view key) const { return root[key]; }
  Value metadata() const { return root["metadata"]; }
  Value spec() const { return root["spec"]; }
  const SourcePtr& source() const { return document->source(); }
  // API group without version: "apps" of apps/v1, "" of v1.
  std::string_view group() const;
};

// "StatefulSet kafka/broker" (namespace only when given), for messages.
std::string describe(const Object& object);

// Objects of one document, unwrapped from List (any kind that ends in "List"
// with an `items` sequence) and from an OpenShift Template's `objects`. What
// has no string apiVersion and kind is not an object: `not_objects` counts it.
std::vector<Object> objects_of(std::shared_ptr<const Document> document, size_t* not_objects = nullptr);

// True for kinds the engine looks at; the others need not be kept.
// StatefulSet, Service, ConfigMap, everything else that makes pods, Node, and operator
// resources (Kafka, KafkaNodePool, KafkaCluster, Redpanda, Cluster, StrimziPodSet).
bool concerns_engine(std::string_view kind);

// The objects of one evaluation. Order is that of the input.
struct Bundle {
  std::vector<Object> objects;
  // False when the door saw one object only and others may exist (an admission
  // request): what needs peers is then said more weakly.
  bool complete = true;
  // Objects from this place on are peers that the cluster view knows of: they are looked at and
  // never changed, and what was wrong with them before is not the request's affair.
  size_t peers = SIZE_MAX;
  bool sees_peers() const { return peers <= objects.size(); }
  bool is_peer(const Object& object) const { return static_cast<size_t>(&object - objects.data()) >= peers; }
};

// An admission request's circumstances; absent (null in Context) at other doors.
enum class Operation : uint8_t { kCreate, kUpdate, kDelete, kConnect };
struct Admission {
  Operation operation = Operation::kCreate;
  const Object* old_object = nullptr;  // UPDATE only; null when absent
  bool dry_run = false;
  bool scale = false;  // UPDATE by the scale subresource: nothing but spec.replicas changes, and nothing comes with it
};

}  // namespace brokergate

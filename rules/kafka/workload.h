// Objects with a pod template, and whether one of their containers runs a Kafka
// broker: judged by what the container starts, its environment, ports and owner,
// never by the image name alone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "brokergate/object.h"
#include "rules/kafka/images.h"
#include "rules/kafka/process.h"

namespace brokergate {

// Why a controller or operator will undo a change of the object; empty when none owns it.
struct Owner {
  std::string reason;         // "Kafka my-cluster (kafka.strimzi.io/v1beta2) owns it"
  std::string remedy;         // what to set, in which resource
  bool runs_brokers = false;  // the owner's kind is a Kafka cluster
  Value at;
};
Owner owner_of(const Object& object);

// A container's case for being the broker.
struct Judgement {
  int score = 0;  // 0: no broker
  Value container;
  Image image;
  ImageFamily family = ImageFamily::kUnknown;
  ProcessStart process;  // of the pod `identity`
  std::vector<std::string> evidence;
  std::string_view rival;  // another container of the pod that starts a broker; empty: none
};
// The container with the best case; `object` gives the names that speak for or against it.
Judgement find_broker_container(const Object& object, const PodIdentity& identity, const Owner& owner);
// The same among init containers that go on running beside the others (restartPolicy: Always;
// kubernetes.io, "Sidecar Containers"). Their settings are not read.
Judgement find_broker_sidecar(const Object& object, const PodIdentity& identity, const Owner& owner);

}  // namespace brokergate

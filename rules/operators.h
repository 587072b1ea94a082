// Objects that an operator writes: a change to them is rolled back, the lasting
// place is the operator's own resource.
#pragma once

#include <string_view>

#include "brokergate/object.h"

namespace brokergate {

struct Operator {
  std::string_view name;
  std::string_view resource;     // "Kafka (kafka.strimzi.io)"
  std::string_view listeners;    // field of the resource that decides how brokers are reached
  std::string_view annotations;  // field that puts annotations on the Services
  std::string_view docs;
};

// The operator that owns the object, by owner references and the labels the
// operators put on what they make; null when none is known to.
const Operator* operator_of(const Object& object);
// One that is not in the table, for sets the model knows to be operator-owned.
const Operator& unnamed_operator();

}  // namespace brokergate

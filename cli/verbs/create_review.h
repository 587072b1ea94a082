// The review an API server would send when a manifest is created.
#pragma once

#include <cstddef>
#include <string>

#include "brokergate/object.h"

namespace brokergate::cli {

// AdmissionReview v1 as JSON: operation CREATE, the namespace `default` where the
// manifest names none (as kubectl does), the manifest as it stands: the API
// server's own defaults are not filled in. `number` makes the uid.
std::string create_review(const Object& object, size_t number);

}  // namespace brokergate::cli

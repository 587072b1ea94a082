// LabelSelector of meta/v1, as the API server holds it against a namespace.
#pragma once

#include <cstdint>

#include "certs/cluster.h"

namespace brokergate::webhook::doctor {

enum class Selected : uint8_t { kYes, kNo, kUnknown };

// `all` says whether `labels` are all that there are; of others nothing is known.
// An absent or empty selector selects everything.
Selected selects(const certs::Json& selector, const certs::Json& labels, bool all);

}  // namespace brokergate::webhook::doctor

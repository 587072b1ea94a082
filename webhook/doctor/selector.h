// LabelSelector of meta/v1, as the API server holds it against a namespace.
#pragma once

#include <cstdint>
#include <string>

#include "certs/cluster.h"

namespace brokergate::webhook::doctor {

enum class Selected : uint8_t { kYes, kNo, kUnknown };

// `all` says whether `labels` are all that there are; of others nothing is known.
// An absent or empty selector selects everything.
Selected selects(const certs::Json& selector, const certs::Json& labels, bool all);

// False: there are no labels that it could select. With `without` those that have this label are none.
struct Label {
  std::string key, value;
};
bool can_select(const certs::Json& selector, const Label* without = nullptr);
// What has to be there for it to select anything: "guarded=yes, team in (a, b)". Empty: nothing has.
std::string demands(const certs::Json& selector);

}  // namespace brokergate::webhook::doctor

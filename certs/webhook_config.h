// The caBundle inside webhook configurations of a cluster
// (admissionregistration.k8s.io/v1).
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/cluster.h"
#include "certs/pem.h"

namespace brokergate::certs {

// "NAME": every webhook configuration of that name, mutating or validating, and
// one there must be; "mutating/NAME" or "validating/NAME": only that one.
tl::expected<void, std::string> parse_webhook(const std::string& text);

struct BundleWish {
  Certificates authorities;
  // Authorities that are there already and have not expired stay: what they
  // have signed may still be served somewhere.
  bool keep_present = false;
  int64_t now = 0;
};

// Every entry's caBundle in every one of the configurations. A configuration
// that has it all already is not written. `told` gets a line per one written.
// A conflict means that another writer came between: nothing of that
// configuration was changed.
tl::expected<void, ApiError> set_bundle(Cluster& cluster, const std::vector<std::string>& webhooks,
                                        const BundleWish& wish, std::vector<std::string>& told);

}  // namespace brokergate::certs

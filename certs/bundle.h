// The caBundle of a webhook configuration: the authorities that the API server
// verifies the webhook's certificate with. It may hold several.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/pem.h"

namespace brokergate::certs {

struct Bundle {
  std::string pem;
  std::vector<std::string> told;  // what was left out, and why
};
// Each file must hold authorities only; duplicates and expired ones are left
// out. An error when none is left.
tl::expected<Bundle, std::string> make_bundle(const std::vector<std::string>& files, int64_t now);

std::string bundle_base64(const std::string& pem);
// `caBundle: <base64>`, for values of a chart and the like.
std::string bundle_yaml(const std::string& pem);
// RFC 6902, for `kubectl patch --type=json`; `entries` is how many webhooks the configuration has.
std::string bundle_patch(const std::string& pem, int entries);

}  // namespace brokergate::certs

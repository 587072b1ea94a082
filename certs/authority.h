// A certificate authority of our own, and the serving certificates it signs.
// P-256 and SHA-256; RFC 5280 for the extensions, with what Go's x509 asks for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "certs/names.h"
#include "certs/pem.h"

namespace brokergate::certs {

struct Issued {
  Certificate certificate;
  Key key;
};

// What signs, and the authorities before it that are still trusted: as long as
// they are in the bundle, certificates of either generation verify.
struct Authority {
  Issued own;
  Certificates former;
};

// Times are seconds since 1970. A certificate begins a little before `now`, for
// clocks that are behind. The error is OpenSSL's.
constexpr int64_t kDay = 86400;
constexpr int64_t kBackdated = 600;
tl::expected<Issued, std::string> make_authority(int64_t now, int days);
// Never outlives its authority. `names` must not be empty.
tl::expected<Issued, std::string> make_leaf(const Issued& authority, const Names& names, int64_t now, int days);

// Self-signed, for a process to show to itself: good for nothing else, and never written down.
tl::expected<Issued, std::string> make_self();

// Of PEM texts; the first certificate has to be the key's. The errors name the origins.
tl::expected<Authority, std::string> authority_in(std::string_view certificates, const std::string& certificates_origin,
                                                  std::string_view key, const std::string& key_origin);
// Those that can still verify something: what `candidates` holds of authorities
// that have not expired, each once.
Certificates still_trusted(const Certificates& candidates, int64_t now);
// The bundle: own first, then the former ones.
std::string bundle_of(const Authority& authority);

}  // namespace brokergate::certs

// A certificate that a test makes on the spot.
#pragma once

#include <string>

namespace brokergate::test {

struct PemPair {
  std::string cert, key;
};
struct SelfSigned {
  int begins_days = -30, ends_days = 2;  // from now; an end before now is an expired one
  bool named = true;                     // subjectAltName IP:127.0.0.1
  long serial = 1;
};
// P-256, its own issuer.
PemPair self_signed(const SelfSigned& wish = {});

}  // namespace brokergate::test

// A serving certificate and its private key, loaded from PEM files and checked
// before anything is served with them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/pem.h"

namespace brokergate::certs {

struct Pair {
  Certificate leaf;
  Certificates chain;  // intermediates, in the file's order
  Key key;
  // What clients will object to although it can be served: expired, not valid
  // yet, no subjectAltName (the API server ignores the common name).
  std::vector<std::string> warnings;
};

// The error names the file and what is wrong with it: unreadable, no
// certificate, no key, an encrypted key, a key of another certificate.
tl::expected<Pair, std::string> load_pair(const std::string& cert_file, const std::string& key_file);

// When the leaf expires, in seconds since 1970 (UTC).
int64_t expires(const Pair& pair);
// For the log: names, serial number and validity of the leaf.
std::string told(const Pair& pair);

}  // namespace brokergate::certs

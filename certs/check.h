// Whether the API server will take a serving certificate, judged as Go's
// crypto/x509 and crypto/tls do: names in subjectAltName only, no SHA-1 or MD5,
// serverAuth, every authority a CA, keys that Go can use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/names.h"
#include "certs/pem.h"

namespace brokergate::certs {

struct Fault {
  const char* id;     // stable; scripts branch on it
  bool broken;        // else it will be
  std::string where;  // file
  std::string what;
  std::string remedy;
};

struct Judged {
  const Certificates* certificates = nullptr;  // leaf, then intermediates
  const Key* key = nullptr;
  const Certificates* authorities = nullptr;  // null: not known, the chain is not judged
  Names names;                                // those that clients ask for
  std::string cert_origin, key_origin, ca_origin;
  int64_t now = 0;
  int within_days = 30;  // what ends before that is a warning
};
std::vector<Fault> judge(const Judged& judged);

struct CheckRequest {
  std::string cert_file, key_file;
  std::string ca_file;  // empty: the chain is not judged
  Names names;
  int within_days = 30;
  int64_t now = 0;
};
struct Checked {
  std::vector<Fault> faults;
  std::string told;  // names and expiry of the leaf
};
// The error is what keeps it from being judged at all.
tl::expected<Checked, std::string> check(const CheckRequest& request);

}  // namespace brokergate::certs

// Certificates in a folder: tls.crt, tls.key, ca.crt, ca.key.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/names.h"

namespace brokergate::certs {

struct IssueRequest {
  std::string folder;
  Names names;  // empty: those of the certificate that is there
  int days = 365, ca_days = 3650;
  bool new_ca = false;    // else the folder's authority signs, and one is made when there is none
  bool drop_old = false;  // the bundle holds nothing but the authority that signs
  int64_t now = 0;        // seconds since 1970
};

// What was done, a line each. On an error nothing was changed, but for a rename
// that fails between others. The authority is in place before what it signed,
// and tls.key right before tls.crt, so that a server that watches both sees
// them apart for an instant only.
tl::expected<std::vector<std::string>, std::string> issue(const IssueRequest& request);

}  // namespace brokergate::certs

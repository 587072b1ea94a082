// Whose client certificates a server takes.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/pair.h"

namespace brokergate::certs {

struct Clients {
  Certificates authorities;
  // Common names or DNS names of the subjectAltName, compared whole and without
  // regard to case; empty: every certificate of those authorities.
  std::vector<std::string> names;
};

// The error names the file: unreadable, or a certificate in it is no authority's.
tl::expected<Clients, std::string> load_clients(const std::string& ca_file, std::vector<std::string> names);
// Whether the certificate has one of the names.
bool is_named(X509* certificate, const std::vector<std::string>& names);

}  // namespace brokergate::certs

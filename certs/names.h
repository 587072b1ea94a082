// The names a serving certificate is for.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

namespace brokergate::certs {

struct Names {
  std::vector<std::string> dns;        // lower case; *.example.com may stand in front
  std::vector<std::string> addresses;  // as inet_ntop writes them
  bool empty() const { return dns.empty() && addresses.empty(); }
};

// A DNS name (RFC 1123) or an IP address; what is there already is not added again.
tl::expected<void, std::string> add_host(Names& names, const std::string& host);
// NAME.NS.svc, which is what the API server asks for (it dials a Service's
// address and verifies that name), and NAME.NS.svc.cluster.local for people.
tl::expected<void, std::string> add_service(Names& names, const std::string& service, const std::string& name_space);
// "a, b, 127.0.0.1"
std::string to_string(const Names& names);

}  // namespace brokergate::certs

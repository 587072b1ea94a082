// Where a port listens.
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace brokergate::webhook::net {

struct Address {
  std::string host = "0.0.0.0";
  int port = 8443;  // 0: any free port
};
// "HOST:PORT", "[::1]:8443", ":8443" (all addresses). `option` is named in the error.
tl::expected<Address, std::string> parse_address(const std::string& option, const std::string& text);
// HOST:PORT, with brackets around an IPv6 address.
std::string to_string(const Address& address);

}  // namespace brokergate::webhook::net

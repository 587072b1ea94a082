// Why no connection came about, in words that say what to look at.
#pragma once

#include <string>

namespace brokergate::certs {

// Looks the name up and dials once more, for five seconds at most beside the
// time that the resolver takes. "connection refused; …": without the address.
std::string why_unreachable(const std::string& host, int port);

}  // namespace brokergate::certs

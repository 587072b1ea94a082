#include "webhook/net/address.h"

#include <charconv>

namespace brokergate::webhook::net {

tl::expected<Address, std::string> parse_address(const std::string& option, const std::string& text) {
  const auto wrong = [&](const char* why) {
    return tl::unexpected(option + " " + text + ": " + why + "; wanted HOST:PORT, [IPv6]:PORT or :PORT");
  };
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos) return wrong("no port");
  Address address;
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string::npos) {
    return wrong("an IPv6 address needs brackets");
  }
  if (!host.empty()) address.host = host;
  const char* begin = text.data() + colon + 1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, address.port);
  if (begin == end || error != std::errc() || stop != end) return wrong("the port is not a number");
  if (address.port < 0 || address.port > 65535) return wrong("the port is not between 0 and 65535");
  return address;
}

std::string to_string(const Address& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

}  // namespace brokergate::webhook::net

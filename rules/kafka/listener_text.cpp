#include "rules/kafka/listener_text.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace brokergate::listener_text {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
// [0-9a-zA-Z\-%._:], the host class of Kafka's expression.
bool is_host_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '%' || c == '.' ||
         c == '_' || c == ':';
}

// A Property shows a part that only the running pod knows as <podIP>. Kafka will
// see an address there, so such a part may stand where host characters may.
// Any other <…> is a placeholder somebody forgot, which Kafka refuses.
size_t runtime_part(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kParts = {"<podIP>",   "<podIPs>",    "<hostIP>",
                                                             "<hostIPs>", "<nodeName>",  "<podUID>",
                                                             "<podName>", "<namespace>", "<clusterDomain>"};
  for (const std::string_view part : kParts) {
    if (text.starts_with(part)) return part.size();
  }
  return 0;
}

}  // namespace

bool is_host(std::string_view host) {
  while (!host.empty()) {
    const size_t length = is_host_character(host.front()) ? 1 : runtime_part(host);
    if (length == 0) return false;
    host.remove_prefix(length);
  }
  return true;
}

bool has_line_break(std::string_view text) {
  const auto plain = [](char c) { return c != '\n' && c != '\r' && static_cast<unsigned char>(c) < 0x80; };
  if (std::all_of(text.begin(), text.end(), plain)) return false;
  return text.find_first_of("\n\r") != std::string_view::npos || text.find("\xc2\x85") != std::string_view::npos ||
         text.find("\xe2\x80\xa8") != std::string_view::npos || text.find("\xe2\x80\xa9") != std::string_view::npos;
}

std::optional<Parts> match(std::string_view entry) {
  // (.*) is greedy and nothing behind it may hold a slash: the last :// it is.
  const size_t scheme = entry.rfind("://");
  if (scheme == entry.npos) return std::nullopt;
  Parts parts;
  parts.name = entry.substr(0, scheme);
  const std::string_view rest = entry.substr(scheme + 3);
  const size_t colon = rest.rfind(':');
  if (colon == rest.npos || has_line_break(parts.name)) return std::nullopt;
  parts.port = rest.substr(colon + 1);
  const std::string_view digits = parts.port.starts_with('-') ? parts.port.substr(1) : parts.port;
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  parts.host = rest.substr(0, colon);
  if (parts.host.starts_with('[')) parts.host.remove_prefix(1);
  if (parts.host.ends_with(']')) parts.host.remove_suffix(1);
  if (!is_host(parts.host)) return std::nullopt;
  return parts;
}

std::string unparsable(std::string_view entry) {
  return "Unable to parse " + std::string(entry) + " to a broker endpoint";
}

std::optional<int> port_number(std::string_view port) {
  int number = 0;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), number);
  return failed == std::errc{} && end == port.data() + port.size() ? std::optional(number) : std::nullopt;
}

std::string not_a_number(std::string_view port) { return "For input string: \"" + std::string(port) + "\""; }

}  // namespace brokergate::listener_text

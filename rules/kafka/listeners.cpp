#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <string_view>

#include "brokergate/kafka.h"
#include "rules/kafka/csv.h"

namespace brokergate {
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
  static constexpr std::array<std::string_view, 8> kParts = {"<podIP>",    "<podIPs>", "<hostIP>",  "<hostIPs>",
                                                             "<nodeName>", "<podUID>", "<podName>", "<namespace>"};
  for (const std::string_view part : kParts) {
    if (text.starts_with(part)) return part.size();
  }
  return 0;
}

bool is_host(std::string_view host) {
  while (!host.empty()) {
    const size_t length = is_host_character(host.front()) ? 1 : runtime_part(host);
    if (length == 0) return false;
    host.remove_prefix(length);
  }
  return true;
}

// `.` of a Java expression matches no line terminator, so a name holding one fails.
bool has_line_break(std::string_view text) {
  return text.find_first_of("\n\r") != std::string_view::npos || text.find("\xc2\x85") != std::string_view::npos ||
         text.find("\xe2\x80\xa8") != std::string_view::npos || text.find("\xe2\x80\xa9") != std::string_view::npos;
}

std::string unparsable(std::string_view entry) {
  return "Unable to parse " + std::string(entry) + " to a broker endpoint";
}

tl::expected<Listener, std::string> parse_entry(std::string_view entry) {
  // (.*) is greedy and nothing behind it may hold a slash: the last :// it is.
  const size_t scheme = entry.rfind("://");
  if (scheme == std::string_view::npos) return tl::unexpected(unparsable(entry));
  const std::string_view name = entry.substr(0, scheme);
  std::string_view rest = entry.substr(scheme + 3);
  const size_t colon = rest.rfind(':');
  if (colon == std::string_view::npos || has_line_break(name)) return tl::unexpected(unparsable(entry));
  const std::string_view port = rest.substr(colon + 1);
  const std::string_view digits = port.starts_with('-') ? port.substr(1) : port;
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return tl::unexpected(unparsable(entry));
  std::string_view host = rest.substr(0, colon);
  if (host.starts_with('[')) host.remove_prefix(1);
  if (host.ends_with(']')) host.remove_suffix(1);
  if (!is_host(host)) return tl::unexpected(unparsable(entry));

  Listener listener;
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), listener.port);
  // What Integer.parseInt says when the number does not fit.
  if (failed != std::errc{}) return tl::unexpected("For input string: \"" + std::string(port) + "\"");
  if (csv::is_blank(name)) return tl::unexpected(std::string("The provided listener name is null or empty string"));
  listener.name = csv::upper_case(name);
  listener.host = host;
  return listener;
}

}  // namespace

tl::expected<std::vector<Listener>, std::string> parse_listeners(std::string_view text) {
  std::vector<Listener> listeners;
  for (const std::string_view entry : csv::split(text)) {
    if (entry.empty()) continue;
    auto listener = parse_entry(entry);
    if (!listener) return tl::unexpected(std::move(listener.error()));
    listeners.push_back(std::move(*listener));
  }
  return listeners;
}

std::string to_string(const Listener& listener) {
  const bool ipv6 = listener.host.find(':') != std::string::npos;
  return listener.name + "://" + (ipv6 ? "[" + listener.host + "]" : listener.host) + ":" +
         std::to_string(listener.port);
}

const Listener* find_listener(const std::vector<Listener>& listeners, std::string_view name) {
  const std::string wanted = csv::upper_case(name);
  for (const Listener& listener : listeners) {
    if (listener.name == wanted) return &listener;
  }
  return nullptr;
}

}  // namespace brokergate

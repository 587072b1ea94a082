#include <algorithm>
#include <string>
#include <string_view>

#include "brokergate/kafka.h"
#include "rules/kafka/csv.h"
#include "rules/kafka/listener_text.h"

namespace brokergate {
namespace {

tl::expected<Listener, std::string> parse_entry(std::string_view entry) {
  const auto parts = listener_text::match(entry);
  if (!parts) return tl::unexpected(listener_text::unparsable(entry));
  if (csv::is_blank(parts->name)) {
    return tl::unexpected(std::string("The provided listener name is null or empty string"));
  }
  const auto port = listener_text::port_number(parts->port);
  if (!port) return tl::unexpected(listener_text::not_a_number(parts->port));
  return Listener{csv::upper_case(parts->name), std::string(parts->host), *port};
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

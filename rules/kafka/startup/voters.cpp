#include <algorithm>

#include "rules/kafka/listener_text.h"
#include "rules/kafka/startup/broker.h"
#include "rules/kafka/startup/java.h"

namespace brokergate::startup {
namespace {

constexpr std::string_view kVoters = "controller.quorum.voters";
constexpr std::string_view kBootstrap = "controller.quorum.bootstrap.servers";

// Utils.getHost and getPort: SCHEME://HOST:PORT with both optional brackets and scheme.
struct Address {
  std::string_view host, port;
};
std::optional<Address> address_of(std::string_view text, bool any_prefix) {
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  Address address{text.substr(0, colon), text.substr(colon + 1)};
  std::string_view& host = address.host;
  if (address.port.empty() || address.port.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  if (any_prefix) return has_line_break(host) ? std::nullopt : std::optional(address);
  if (const size_t scheme = host.find("://"); scheme != host.npos) {
    const std::string_view name = host.substr(0, scheme);
    if (!is_host(name) || name.find(':') != name.npos) return std::nullopt;
    host.remove_prefix(scheme + 3);
  }
  if (host.starts_with('[')) host.remove_prefix(1);
  if (host.ends_with(']')) host.remove_suffix(1);
  return is_host(host) ? std::optional(address) : std::nullopt;
}

// What is wrong with an address that InetSocketAddress shall take.
std::string wrong_address(const std::optional<Address>& address, const std::string& unparsable) {
  if (!address) return unparsable;
  const auto number = parse_int(address->port);
  if (!number) return listener_text::not_a_number(address->port);
  return *number > 65535 ? "port out of range:" + std::to_string(*number) : std::string();
}

// One ID@HOST:PORT; its id, or nullopt and refused.
std::optional<int32_t> read_voter(Broker& broker, std::string_view entry) {
  const std::string form = "Each entry should be in the form `{id}@{host}:{port}`.";
  const auto parts = split_at(entry, '@');
  if (parts.size() != 2) {
    broker.refuse(kVoters, entry, "Invalid configuration value for controller.quorum.voters. " + form);
    return std::nullopt;
  }
  const auto id = parse_int(parts[0]);
  if (!id) {
    broker.refuse(kVoters, entry, "Failed to parse voter ID as an integer from " + std::string(parts[0]));
    return std::nullopt;
  }
  const auto address = address_of(parts[1], broker.era.any_voter_prefix);
  const std::string wrong = wrong_address(address, "Failed to parse host name from entry " + std::string(entry) +
                                                       " for the configuration controller.quorum.voters. " + form);
  if (wrong.empty()) {
    if (address->host == "0.0.0.0" && broker.unroutable_voter.empty()) broker.unroutable_voter = entry;
    return id;
  }
  broker.refuse(kVoters, entry, wrong);
  return std::nullopt;
}

std::optional<std::vector<int32_t>> voters_of(Broker& broker) {
  std::vector<int32_t> ids;
  if (!broker.era.roles) return ids;
  if (broker.is_unknown(kVoters)) return std::nullopt;
  for (const std::string_view entry : split_list(broker.text(kVoters).value_or(""))) {
    const auto id = read_voter(broker, entry);
    if (!id) return std::nullopt;
    if (std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*id);
  }
  return ids;
}

std::optional<bool> bootstrap_of(Broker& broker) {
  if (!broker.era.bootstrap) return false;
  if (broker.is_unknown(kBootstrap)) return std::nullopt;
  const auto entries = split_list(broker.text(kBootstrap).value_or(""));
  for (const std::string_view entry : entries) {
    // 3.8 has forgotten to fill its message in.
    const bool filled = broker.era.kraft >= Era::Kraft::kShared;
    const std::string unparsable = "Failed to parse host name from " + (filled ? std::string(entry) : "{}") +
                                   " for the configuration " + (filled ? std::string(kBootstrap) : "{}") +
                                   ". Each entry should be in the form \"{host}:{port}\"";
    const std::string wrong = wrong_address(address_of(entry, broker.era.any_voter_prefix), unparsable);
    if (wrong.empty()) continue;
    broker.refuse(kBootstrap, entry, wrong);
    return std::nullopt;
  }
  return !entries.empty();
}

}  // namespace

void read_voters(Broker& broker) {
  broker.voters = voters_of(broker);
  broker.bootstrap = bootstrap_of(broker);
}

}  // namespace brokergate::startup

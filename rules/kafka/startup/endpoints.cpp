#include <algorithm>
#include <map>

#include "rules/kafka/csv.h"
#include "rules/kafka/listener_text.h"
#include "rules/kafka/startup/broker.h"
#include "rules/kafka/startup/java.h"

namespace brokergate::startup {
namespace {

constexpr std::string_view kListeners = "listeners";
constexpr std::string_view kAdvertised = "advertised.listeners";
constexpr std::string_view kDefault = "PLAINTEXT://:9092";

// One list of endpoints: where it comes from, its elements, and how messages print it.
struct List {
  std::string_view property;
  std::vector<std::string> entries;
  std::string printed;
  bool distinct_ports = true;
};

class Reader {
 public:
  Reader(Broker& broker, const List& list) : broker_(broker), list_(list) {}

  std::optional<std::vector<Listener>> read() {
    std::vector<Listener> out;
    for (const std::string& entry : list_.entries) {
      auto listener = read_entry(entry);
      if (!listener) return std::nullopt;
      out.push_back(std::move(*listener));
    }
    const bool ports_first = broker_.era.advertised_ports_differ;
    if (ports_first && !check_ports(out)) return std::nullopt;
    if (names_of(out).all().size() != out.size()) {
      refuse_list("Each listener must have a different name, listeners: " + list_.printed);
      return std::nullopt;
    }
    if (!ports_first && list_.distinct_ports && !check_ports(out)) return std::nullopt;
    return out;
  }

 private:
  std::optional<Listener> read_entry(const std::string& entry) {
    const auto parts = listener_text::match(entry);
    if (!parts) return refuse_entry(entry, listener_text::unparsable(entry));
    if (!broker_.era.blank_names && csv::is_blank(parts->name))
      return refuse_entry(entry, "The provided listener name is null or empty string");
    const auto port = listener_text::port_number(parts->port);
    if (!port) return refuse_entry(entry, listener_text::not_a_number(parts->port));
    Listener listener{csv::upper_case(parts->name), std::string(parts->host), *port};
    if (broker_.mapped && !broker_.mapped->has(listener.name))
      return refuse_entry(entry, "No security protocol defined for listener " + listener.name);
    return listener;
  }

  std::nullopt_t refuse_entry(const std::string& entry, const std::string& words) {
    broker_.refuse(list_.property, entry, "Error creating broker listeners from '" + list_.printed + "': " + words);
    return std::nullopt;
  }
  void refuse_list(const std::string& words) {
    broker_.refuse(list_.property, broker_.era.lists
                                       ? "Error creating broker listeners from '" + list_.printed + "': " + words
                                       : words);
  }

  bool check_ports(const std::vector<Listener>& listeners) {
    std::map<int, std::vector<const Listener*>> by_port;
    for (const Listener& listener : listeners)
      if (listener.port != 0) by_port[listener.port].push_back(&listener);
    return std::all_of(by_port.begin(), by_port.end(),
                       [&](const auto& group) { return check_port(group.first, group.second); });
  }

  bool check_port(int port, const std::vector<const Listener*>& same) {
    if (same.size() < 2) return true;
    const std::string different = "Each listener must have a different port";
    const std::string tail = ", listeners: " + list_.printed;
    if (!broker_.era.ip_pair) {
      refuse_list(different + tail);
      return false;
    }
    std::vector<const Listener*> addresses;
    for (const Listener* listener : same)
      if (is_ipv4(listener->host) || is_ipv6(listener->host)) addresses.push_back(listener);
    // An address that only the pod knows may be of either kind.
    const auto open = std::count_if(same.begin(), same.end(), [](const Listener* listener) {
      return listener->host.find('<') != std::string::npos;
    });
    if (same.size() == 2 && open > 0 && static_cast<size_t>(open) + addresses.size() == 2) return true;
    const std::string at = tail + ", port: " + std::to_string(port);
    if (same.size() - addresses.size() > 1) {
      refuse_list(different + tail);
    } else if (addresses.size() != 2) {
      refuse_list(different + " unless exactly one listener has an IPv4 address and the other IPv6 address" + at);
    } else if (is_ipv4(addresses[0]->host) == is_ipv4(addresses[1]->host) || same.size() > 2) {
      refuse_list("If you have two listeners on the same port then one needs to be IPv4 and the other IPv6" + at);
    } else {
      return true;
    }
    return false;
  }

  Broker& broker_;
  const List& list_;
};

std::optional<std::vector<Listener>> read_list(Broker& broker, std::string_view property, std::string_view text,
                                               bool distinct_ports) {
  List list{property, {}, std::string(text), distinct_ports};
  if (broker.era.lists) {
    auto entries = strict_list(broker, property, text, "any non-empty value");
    if (!entries) return std::nullopt;
    list.entries = std::move(*entries);
    list.printed = java_list(list.entries);
  } else {
    for (const std::string_view entry : split_csv(text)) list.entries.emplace_back(entry);
  }
  return Reader(broker, list).read();
}

// To 2.8 a host and a port could be given instead. nullopt: a part is unknown or no number.
std::optional<std::string> joined(Broker& broker, std::string_view host, std::string_view port,
                                  std::string_view host_else, std::string_view port_else) {
  const auto part = [&](std::string_view property, std::string_view other, std::string_view unset) {
    const std::string_view from = broker.is_set(property) || broker.is_unknown(property) ? property : other;
    if (broker.is_unknown(from)) return std::optional<std::string>();
    return std::optional(std::string(broker.text(from).value_or(unset)));
  };
  const auto name = part(host, host_else, "");
  const auto number = part(port, port_else, "9092");
  if (!name || !number) return std::nullopt;
  const auto value = parse_int(*number);
  if (!value) return std::nullopt;
  return "PLAINTEXT://" + *name + ":" + std::to_string(*value);
}

void check_number(Broker& broker, std::string_view property) {
  const auto text = broker.text(property);
  if (text && !parse_int(*text))
    broker.refuse(property, "Invalid value " + broker.raw(property) + " for configuration " + std::string(property) +
                                ": Not a number of type INT");
}

void read_listeners(Broker& broker) {
  if (broker.is_unknown(kListeners)) return;
  auto text = broker.text(kListeners);
  std::string_view property = kListeners;
  std::optional<std::string> from_parts;
  if (!text && broker.era.host_and_port) {
    from_parts = joined(broker, "host.name", "port", "host.name", "port");
    if (!from_parts) return;
    if (broker.is_set("host.name")) property = "host.name";
    text = *from_parts;
  }
  broker.listeners = read_list(broker, property, text.value_or(kDefault), true);
}

void read_advertised(Broker& broker) {
  if (broker.is_unknown(kAdvertised)) return;
  const bool differ = broker.era.advertised_ports_differ;
  if (const auto text = broker.text(kAdvertised)) {
    broker.advertises = true;
    broker.advertised = read_list(broker, kAdvertised, *text, differ);
    return;
  }
  if (broker.era.host_and_port) {
    const bool host = broker.is_set("advertised.host.name");
    if (host || broker.is_set("advertised.port")) {
      broker.advertises = true;
      if (const auto text = joined(broker, "advertised.host.name", "advertised.port", "host.name", "port"))
        broker.advertised = read_list(broker, host ? "advertised.host.name" : "advertised.port", *text, differ);
      return;
    }
    if (broker.is_unknown("advertised.host.name") || broker.is_unknown("advertised.port")) return;
  }
  broker.advertises = false;
}

}  // namespace

void read_endpoints(Broker& broker) {
  if (broker.era.host_and_port) {
    check_number(broker, "port");
    check_number(broker, "advertised.port");
  }
  if (broker.era.listeners_first) {
    read_listeners(broker);
    read_advertised(broker);
  } else {
    read_advertised(broker);
    read_listeners(broker);
  }
}

}  // namespace brokergate::startup

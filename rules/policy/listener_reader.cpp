#include <algorithm>
#include <charconv>
#include <optional>

#include "rules/policy/spec_reader.h"

namespace brokergate {
namespace {

constexpr std::string_view kWantedPort =
    "auto, a number from 1 to 65535, or \"N+{ordinal}\" such as \"31090+{ordinal}\"";

std::optional<int> port_number(std::string_view text) {
  int port = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failed != std::errc{} || end != text.data() + text.size() || port < 1 || port > 65535) return std::nullopt;
  return port;
}

std::string_view trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

std::optional<PortRule> port_rule(std::string_view text) {
  if (text == "auto") return PortRule{};
  if (const auto port = port_number(text)) return PortRule{PortRule::Kind::kFixed, *port};
  const size_t plus = text.find('+');
  if (plus == std::string_view::npos) return std::nullopt;
  std::string_view number = trim(text.substr(0, plus)), ordinal = trim(text.substr(plus + 1));
  if (number == "{ordinal}") std::swap(number, ordinal);
  const auto base = port_number(number);
  if (ordinal != "{ordinal}" || !base) return std::nullopt;
  return PortRule{PortRule::Kind::kPerOrdinal, *base};
}

char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool is_name_character(char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; }

}  // namespace

// As the API server's flag has it: first-last.
void read_node_ports(SchemaReader& reader, const PolicyNode* node, Policy& policy) {
  const auto text = reader.string(node, "spec.nodePortRange");
  if (!text) return;
  const std::string_view range = *text;
  const size_t dash = std::min(range.find('-'), range.size());
  const auto first = port_number(trim(range.substr(0, dash)));
  const auto last = dash < range.size() ? port_number(trim(range.substr(dash + 1))) : std::nullopt;
  if (first && last && *first <= *last) {
    policy.node_ports = {*first, *last, true};
  } else {
    reader.wrong(node, "spec.nodePortRange", "two ports with a hyphen between, such as 30000-32767");
  }
}

void read_listener(SchemaReader& reader, const PolicyNode* node, Policy& policy) {
  const PolicyNode* listener = reader.map(node, "spec.listener", {"name", "port", "protocol"});
  if (!listener) return;
  const PolicyNode* name = SchemaReader::get(listener, "name");
  if (auto text = reader.string(name, "spec.listener.name")) {
    // Kafka itself takes any text and upper-cases it (ListenerName.normalised); what it
    // takes beyond these characters does not survive an environment or a shell unharmed.
    bool fine = !text->empty() && text->size() <= 63;
    for (char& c : *text) {
      c = upper(c);
      fine = fine && is_name_character(c);
    }
    if (fine) {
      policy.listener_name = std::move(*text);
    } else {
      reader.wrong(name, "spec.listener.name", "up to 63 letters, digits, hyphens and underscores");
    }
  }
  const PolicyNode* port = SchemaReader::get(listener, "port");
  if (port) {
    const auto rule = port->is_scalar() && port->type != PolicyNode::Type::kBool ? port_rule(port->text) : std::nullopt;
    if (rule) {
      policy.listener_port = *rule;
    } else {
      reader.wrong(port, "spec.listener.port", kWantedPort);
    }
  }
  const std::vector<std::string_view> protocols = {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"};
  if (auto index = reader.choice(SchemaReader::get(listener, "protocol"), "spec.listener.protocol", protocols)) {
    policy.listener_protocol = protocols[*index];
  }
}

}  // namespace brokergate

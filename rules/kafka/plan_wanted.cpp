#include "rules/kafka/plan_wanted.h"

#include <algorithm>

#include "rules/kafka/csv.h"
#include "rules/kafka/images.h"
#include "rules/kafka/opaque.h"

namespace brokergate {
namespace {

constexpr std::string_view kHostChars = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._";

std::string listed(const Setting& setting, std::string_view property) {
  if (!setting.set) return std::string(property) + " is not set";
  if (has_unknown(setting.value)) return std::string(property) + " cannot be known: " + unknown_reason(setting.value);
  return {};
}

}  // namespace

HostTemplate::HostTemplate(std::string_view text, std::string_view statefulset) {
  while (!text.empty()) {
    const size_t open = text.find('{');
    add_text(text.substr(0, open));
    if (open == text.npos) break;
    text.remove_prefix(open);
    if (text.starts_with("{pod}")) {
      parts_.emplace_back(Part::kPod, "");
      text.remove_prefix(5);
    } else if (text.starts_with("{ordinal}")) {
      const std::string stem = std::string(statefulset) + "-";
      if (!statefulset.empty() && !parts_.empty() && parts_.back().first == Part::kText &&
          parts_.back().second.ends_with(stem)) {
        auto& before = parts_.back().second;
        before.resize(before.size() - stem.size());
        if (before.empty()) parts_.pop_back();
        parts_.emplace_back(Part::kPod, "");
      } else {
        parts_.emplace_back(Part::kOrdinal, "");
      }
      text.remove_prefix(9);
    } else {
      error_ = "the host name template holds a placeholder that is not filled in: " + std::string(text);
      return;
    }
  }
  if (parts_.empty()) error_ = "the wanted host name is empty";
}

void HostTemplate::add_text(std::string_view text) {
  if (text.empty()) return;
  if (text.find_first_not_of(kHostChars) != text.npos)
    error_ = "\"" + std::string(text) + "\" holds a character that no host name has";
  parts_.emplace_back(Part::kText, text);
}

bool HostTemplate::needs_ordinal() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const auto& part) { return part.first == Part::kOrdinal; });
}

bool HostTemplate::needs_pod() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const auto& part) { return part.first == Part::kPod; });
}

std::string HostTemplate::of(std::string_view pod, int64_t ordinal) const {
  std::string out;
  for (const auto& [part, text] : parts_) {
    switch (part) {
      case Part::kText:
        out += text;
        break;
      case Part::kPod:
        out += pod;
        break;
      case Part::kOrdinal:
        out += std::to_string(ordinal);
        break;
    }
  }
  return out;
}

namespace {

// As Kafka trims, but for the marks of what is not known.
std::string_view trim_text(std::string_view text) {
  const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' ' && c != '\x01' && c != '\x02'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::vector<ListenerText> cut_listeners(std::string_view value) {
  std::vector<ListenerText> out;
  size_t begin = 0;
  bool atom = false;
  for (size_t i = 0; i <= value.size(); ++i) {
    if (i < value.size()) {
      if (value[i] == '\x01') atom = true;
      if (value[i] == '\x02') atom = false;
      if (atom || value[i] != ',') continue;
    }
    ListenerText element;
    element.text = trim_text(value.substr(begin, i - begin));
    begin = i + 1;
    if (element.text.empty()) continue;
    const size_t scheme = element.text.find("://");
    if (scheme != element.text.npos && !has_opaque(element.text.substr(0, scheme)))
      element.name = csv::upper_case(element.text.substr(0, scheme));
    element.unknown = has_unknown(element.text);
    out.push_back(std::move(element));
  }
  return out;
}

int64_t wanted_port(const WantedListener& wanted, int64_t ordinal) {
  return wanted.port_base + wanted.port_slope * ordinal;
}

int64_t wanted_bind(const WantedListener& wanted, int64_t ordinal) {
  return wanted.bind_base ? *wanted.bind_base + wanted.bind_slope * ordinal : wanted_port(wanted, ordinal);
}

std::vector<std::string> controller_names(const Settings& settings) {
  std::vector<std::string> out;
  const Setting& names = settings[Key::kControllerNames];
  if (!names.set || has_unknown(names.value)) return out;
  for (const auto name : csv::split(names.value))
    if (!name.empty()) out.push_back(csv::upper_case(name));
  return out;
}

std::string inter_broker_name(const Settings& settings) {
  const Setting& name = settings[Key::kInterBrokerName];
  if (name.set && !name.value.empty() && !has_unknown(name.value)) return csv::upper_case(name.value);
  const Setting& protocol = settings[Key::kInterBrokerProtocol];
  if (protocol.set && !protocol.value.empty() && !has_unknown(protocol.value)) return csv::upper_case(protocol.value);
  return "PLAINTEXT";
}

std::string_view default_listeners(const Settings& settings) {
  const bool unset = settings.mechanics == Mechanics::kFile && settings.unreadable.empty() &&
                     !settings[Key::kListeners].set && !settings[Key::kAdvertised].set && !settings.old_address;
  const bool alone = inter_broker_name(settings) == "PLAINTEXT" &&
                     !has_unknown(settings[Key::kInterBrokerName].value) &&
                     !has_unknown(settings[Key::kInterBrokerProtocol].value) && !settings[Key::kControllerNames].set &&
                     !settings[Key::kProcessRoles].set;
  return unset && alone ? "PLAINTEXT://:9092" : std::string_view{};
}

ProtocolMap effective_protocols(const Settings& settings) {
  const Setting& map = settings[Key::kProtocolMap];
  if (map.set && !map.value.empty()) {
    if (has_unknown(map.value)) return {};
    auto parsed = parse_protocol_map(display(map.value));
    return parsed ? std::move(*parsed) : ProtocolMap{};
  }
  ProtocolMap out;
  for (const char* protocol : {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"}) out.emplace_back(protocol, protocol);
  for (const auto& name : controller_names(settings))
    if (std::none_of(out.begin(), out.end(), [&](const auto& entry) { return entry.first == name; }))
      out.emplace_back(name, "PLAINTEXT");
  return out;
}

std::string missing(const BrokerSet& set, const Settings& settings, const WantedListener& wanted,
                    const HostTemplate& host, int64_t ordinal) {
  const std::string who = set.pod_name(ordinal) + ": ";
  if (!settings.unreadable.empty()) return who + settings.unreadable;
  if (!settings.doubt.empty()) return who + settings.doubt;
  const Setting& advertised = settings[Key::kAdvertised];
  const Setting& listeners = settings[Key::kListeners];
  if (auto why = listed(advertised, "advertised.listeners"); !why.empty()) return who + why;
  if (auto why = listed(listeners, "listeners"); !why.empty()) return who + why;
  const auto shown = parse_listeners(display(advertised.value));
  if (!shown) return who + shown.error();
  const auto bound = parse_listeners(display(listeners.value));
  if (!bound) return who + bound.error();

  const std::string name = csv::upper_case(wanted.name);
  const Listener* mine = find_listener(*shown, name);
  if (!mine) return who + "does not advertise " + name;
  const std::string expected = host.of(set.pod_name(ordinal), ordinal);
  if (mine->host != expected) return who + name + " advertises host " + mine->host + ", wanted is " + expected;
  if (mine->port != wanted_port(wanted, ordinal))
    return who + name + " advertises port " + std::to_string(mine->port) + ", wanted is " +
           std::to_string(wanted_port(wanted, ordinal));
  const Listener* bind = find_listener(*bound, name);
  if (!bind) return who + name + " is not in listeners";
  if (bind->port != wanted_bind(wanted, ordinal))
    return who + name + " binds port " + std::to_string(bind->port) + ", wanted is " +
           std::to_string(wanted_bind(wanted, ordinal));
  for (const Listener& other : *bound)
    if (&other != bind && other.port == bind->port)
      return who + "port " + std::to_string(bind->port) + " is bound by " + other.name + " already";
  // Two entries of one name: KafkaConfig refuses "Each listener must have a different name".
  for (const auto* list : {&*shown, &*bound})
    for (size_t i = 0; i < list->size(); ++i)
      for (size_t j = i + 1; j < list->size(); ++j)
        if ((*list)[i].name == (*list)[j].name) return who + "listener " + (*list)[i].name + " is there twice";
  const auto version = kafka_version(set.family, set.image_tag);
  if (version && *version <= KafkaVersion{2, 6})
    for (const Listener& other : *shown)
      if (&other != mine && other.port == mine->port)
        return who + "Kafka " + std::to_string(version->major) + "." + std::to_string(version->minor) +
               " refuses port " + std::to_string(mine->port) + " twice in advertised.listeners (allowed since 2.7)";
  const ProtocolMap protocols = effective_protocols(settings);
  for (const Listener& listener : *bound)
    if (std::none_of(protocols.begin(), protocols.end(),
                     [&](const auto& entry) { return entry.first == listener.name; }))
      return who + "No security protocol defined for listener " + listener.name;
  for (const Listener& listener : *shown)
    if (!find_listener(*bound, listener.name))
      return who + "advertises " + listener.name + ", which is not in listeners";
  return {};
}

}  // namespace brokergate

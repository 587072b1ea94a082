#include "rules/kafka/plan_refusals.h"
#include "rules/kafka/csv.h"

#include <algorithm>
#include <array>

#include "rules/kafka/images.h"
#include "rules/kafka/opaque.h"

namespace brokergate {

std::string unfit_wish(const WantedListener& wanted, const HostTemplate& host) {
  constexpr std::string_view kNameChars = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.";
  constexpr std::array<std::string_view, 4> kProtocols = {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"};
  if (wanted.name.empty() || wanted.name.find_first_not_of(kNameChars) != std::string::npos)
    return "\"" + wanted.name + "\" is no name for a listener";
  if (std::find(kProtocols.begin(), kProtocols.end(), wanted.protocol) == kProtocols.end())
    return "\"" + wanted.protocol + "\" is no security protocol of Kafka";
  return host.error();
}

std::string image_refuses_name(const Settings& settings, const ProcessStart& process, const WantedListener& wanted) {
  if (settings.mechanics != Mechanics::kConfluent && settings.mechanics != Mechanics::kApache) return {};
  const auto has = [&](std::string_view variable) { return process.env.find(variable) != nullptr; };
  if (wanted.name.ends_with("SSL") && !has("KAFKA_SSL_KEYSTORE_FILENAME"))
    return "the image takes a listener whose name ends in SSL for a TLS one and stops without "
           "KAFKA_SSL_KEYSTORE_FILENAME; name the listener otherwise in the policy";
  if (wanted.name.find("SASL_") != std::string::npos && !has("KAFKA_OPTS"))
    return "the image takes a listener with SASL_ in its name for a SASL one and stops without KAFKA_OPTS; name the "
           "listener otherwise in the policy";
  return {};
}

namespace {

bool mentions(std::string_view text, std::string_view word) {
  const auto same = [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a - 'A' + 'a' == b); };
  return std::search(text.begin(), text.end(), word.begin(), word.end(), same) != text.end();
}

// Names and values of the environment, words of the command, files on volumes.
bool pod_mentions(const ProcessStart& process, Value container, std::string_view word) {
  for (const auto& entry : process.env.entries)
    if (mentions(entry.name, word) || mentions(entry.value, word)) return true;
  for (const std::string_view list : {"command", "args"})
    for (const Node& node : container[list].children())
      if (mentions(Value(&node).scalar(), word)) return true;
  for (const auto* files : {&process.files.system.files, &process.shell.files})
    for (const auto& [path, file] : *files)
      if (mentions(file.text, word)) return true;
  return process.script_read && mentions(process.expanded.text, word);
}

}  // namespace

std::string protocol_unprepared(const BrokerSet& set, const Settings& settings, const ProcessStart& process,
                                const WantedListener& wanted) {
  // What is mapped keeps its protocol, and what is used already works.
  const ProtocolMap now = effective_protocols(settings);
  const std::string name = csv::upper_case(wanted.name);
  for (const auto& entry : cut_listeners(settings[Key::kListeners].value))
    for (const auto& [listener, protocol] : now)
      if ((listener == name || listener == entry.name) && protocol == wanted.protocol) return {};
  // They may stand where nobody looked.
  if (!process.env.sources.empty() || !process.shell.unread.empty()) return {};
  const auto lacks = [&](std::string_view word) { return !pod_mentions(process, set.container, word); };
  if (wanted.protocol.ends_with("SSL") && lacks("keystore"))
    return "listener " + name + " is to speak " + wanted.protocol +
           ", and nothing gives these brokers a keystore; set ssl.keystore.location and its like first, or another "
           "listener.protocol in the policy";
  if (wanted.protocol.starts_with("SASL") && lacks("sasl") && lacks("jaas"))
    return "listener " + name + " is to speak " + wanted.protocol +
           ", and nothing configures SASL for these brokers; set sasl.enabled.mechanisms and the JAAS configuration "
           "first, or another listener.protocol in the policy";
  return {};
}

std::string advertised_twice(const BrokerSet& set, const Setting& advertised, const WantedListener& wanted,
                             const HostTemplate& host) {
  const auto version = kafka_version(set.family, set.image_tag);
  const bool ports_differ = version && *version <= KafkaVersion{2, 6};
  const std::string name = csv::upper_case(wanted.name);
  for (const auto& entry : cut_listeners(advertised.value)) {
    const auto parsed = parse_listeners(display(entry.text));
    if (entry.name == name || !parsed || parsed->size() != 1) continue;
    const Listener& other = parsed->front();
    if (other.port != wanted_port(wanted, set.first_ordinal)) continue;
    if (ports_differ)
      return "Kafka " + std::to_string(version->major) + "." + std::to_string(version->minor) + " refuses port " +
             std::to_string(other.port) + " twice in advertised.listeners, and listener " + entry.name +
             " has it; choose another listener.port in the policy, or an image with Kafka 2.7";
    if (other.host == host.of(set.pod_name(set.first_ordinal), set.first_ordinal))
      return "listener " + entry.name +
             " advertises this address already; name it in the policy (listener.name), or "
             "choose another listener.port";
  }
  return {};
}

}  // namespace brokergate

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

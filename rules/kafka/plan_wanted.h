// The wanted listener, spelled out per broker, and whether a broker has it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "brokergate/kafka.h"
#include "rules/kafka/settings.h"

namespace brokergate {

// {pod}.kafka.example.com in parts. "<statefulset>-{ordinal}" is {pod}: every
// form can write a pod's name, few can cut the ordinal out of it.
class HostTemplate {
 public:
  enum class Part : uint8_t { kText, kPod, kOrdinal };

  HostTemplate(std::string_view text, std::string_view statefulset);
  const std::string& error() const { return error_; }  // why Kafka or a shell would not take it
  bool needs_ordinal() const;
  bool needs_pod() const;
  std::string of(std::string_view pod, int64_t ordinal) const;
  const std::vector<std::pair<Part, std::string>>& parts() const { return parts_; }

 private:
  void add_text(std::string_view text);
  std::vector<std::pair<Part, std::string>> parts_;
  std::string error_;
};

// One element of listeners or advertised.listeners before parsing; unknown parts
// may hold commas, so that it is cut around them.
struct ListenerText {
  std::string_view text;
  std::string name;      // upper case; empty when there is no ://
  bool unknown = false;  // holds an unknown atom
};
std::vector<ListenerText> cut_listeners(std::string_view value);

int64_t wanted_port(const WantedListener& wanted, int64_t ordinal);
int64_t wanted_bind(const WantedListener& wanted, int64_t ordinal);

// The protocol map as Kafka uses it: the set one, or the identities with
// PLAINTEXT for the controllers' listeners (KafkaConfig.effectiveListenerSecurityProtocolMap).
using ProtocolMap = std::vector<std::pair<std::string, std::string>>;
ProtocolMap effective_protocols(const Settings& settings);
std::vector<std::string> controller_names(const Settings& settings);
std::string inter_broker_name(const Settings& settings);
// What a broker binds and advertises whose properties file and arguments set neither
// (SocketServerConfigs.LISTENERS_DEFAULT); empty when they do, or something may.
std::string_view default_listeners(const Settings& settings);

// What keeps this broker from having the wanted listener; empty when it has it.
std::string missing(const BrokerSet& set, const Settings& settings, const WantedListener& wanted,
                    const HostTemplate& host, int64_t ordinal);

}  // namespace brokergate

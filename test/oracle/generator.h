// Configurations of brokers out of a seed: mostly sound ones of every role, bent at
// the edges of what Kafka checks (case, blanks, duplicates, ports, addresses, maps,
// roles, voters, letters of other scripts). The same seed gives the same ones anywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/kafka/startup/startup.h"

namespace oracle {

class Generator {
 public:
  Generator(uint64_t seed, brokergate::KafkaVersion version) : state_(seed), version_(version) {}

  brokergate::startup::Texts next();

 private:
  struct Entry {
    std::string name, host, port;
  };

  uint64_t number();
  size_t below(size_t limit) { return static_cast<size_t>(number() % limit); }
  bool chance(unsigned percent) { return below(100) < percent; }
  const std::string& pick(const std::vector<std::string>& words) { return words[below(words.size())]; }

  std::string name();
  std::string host(bool advertised);
  std::string port();
  std::vector<Entry> entries(const std::vector<std::string>& names, bool advertised);
  std::string list(const std::vector<Entry>& entries);
  std::string joined(const std::vector<std::string>& parts);
  std::string map_of(std::vector<std::string> names);
  std::string other_case(std::string text);

  void roles(brokergate::startup::Texts& out);
  void listeners(brokergate::startup::Texts& out);
  void ids(brokergate::startup::Texts& out);
  void between_brokers(brokergate::startup::Texts& out);
  void host_and_port(brokergate::startup::Texts& out);
  void bend(brokergate::startup::Texts& out);

  uint64_t state_;
  brokergate::KafkaVersion version_;
  bool broker_ = true, controller_ = false;  // of the configuration being made
  std::vector<std::string> controllers_;
  std::vector<std::string> names_;  // of its listeners
};

}  // namespace oracle

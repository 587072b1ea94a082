// vectors.txt: configurations with what Kafka says of them, by version.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "rules/kafka/startup/startup.h"

namespace oracle {

struct Vector {
  std::string name;
  brokergate::startup::Texts properties;
  // Empty words: accepted.
  std::vector<std::pair<brokergate::KafkaVersion, std::string>> verdicts;

  // As that version is asked: 4.x with what a broker without ZooKeeper needs.
  brokergate::startup::Texts asked(brokergate::KafkaVersion version) const;
};

// Of the file at `path`; empty when it cannot be read or a line of it is none.
std::vector<Vector> read_vectors(const std::string& path);

}  // namespace oracle

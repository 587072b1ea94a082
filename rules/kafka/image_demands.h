// What an image's start script refuses or demands before Kafka sees anything. A new
// demand is a row of the table in image_demands.cpp, with the script's own words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/kafka/settings.h"

namespace brokergate {

struct ImageRefusal {
  std::string_view variable;  // what the script looks at; static
  std::string_view property;  // what it becomes; empty: none that Kafka checks
  std::string words;          // what the script says; "…" for what it puts in
  std::string found;          // the variable's value; empty: it is missing
  Setting at;                 // where it is set; node is null when it is not
};

// Of the broker container's start, as all pods of the set have it. Nothing is said
// of variables whose value, or whose absence, is not certain.
std::vector<ImageRefusal> image_refusals(const BrokerSet& set);

}  // namespace brokergate

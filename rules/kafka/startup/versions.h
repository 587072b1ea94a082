// Released versions of Kafka, for a broker whose version is not known.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "rules/kafka/images.h"

namespace brokergate::startup {

// 1.0 and later, oldest first.
std::span<const KafkaVersion> releases();
std::string to_string(KafkaVersion version);  // 3.9

// "2.7", "2.8 to 3.5", "up to 2.6", "since 3.1"; several of them with "and". `asked` is
// ascending, and refused[i] says whether asked[i] is meant.
std::string span_text(std::span<const KafkaVersion> asked, const std::vector<bool>& refused);

}  // namespace brokergate::startup

// Ordinals of brokers as findings list them: each once and in order, whatever was met
// twice on the way (copies of a Service, several faults of one broker).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace brokergate {

std::vector<int64_t> in_order(std::vector<int64_t> ordinals);

// "broker 0", "brokers 0, 2 and 3", "brokers 0, 1, 2, 3 and 97 more".
std::string brokers_text(std::vector<int64_t> ordinals);

// " (also brokers 2 and 3)" behind the name of `subject`, which is not named again;
// empty when there is no other.
std::string also_text(int64_t subject, std::vector<int64_t> others);

}  // namespace brokergate

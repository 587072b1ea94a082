#include "rules/kafka/startup/versions.h"

#include <array>

namespace brokergate::startup {
namespace {

constexpr std::array<KafkaVersion, 25> kReleases = {
    {{1, 0}, {1, 1}, {2, 0}, {2, 1}, {2, 2}, {2, 3}, {2, 4}, {2, 5}, {2, 6}, {2, 7}, {2, 8}, {3, 0}, {3, 1},
     {3, 2}, {3, 3}, {3, 4}, {3, 5}, {3, 6}, {3, 7}, {3, 8}, {3, 9}, {4, 0}, {4, 1}, {4, 2}, {4, 3}}};

}  // namespace

std::span<const KafkaVersion> releases() { return kReleases; }

std::string to_string(KafkaVersion version) {
  return std::to_string(version.major) + "." + std::to_string(version.minor);
}

std::string span_text(std::span<const KafkaVersion> asked, const std::vector<bool>& refused) {
  std::string out;
  for (size_t begin = 0; begin < asked.size(); ++begin) {
    if (!refused[begin]) continue;
    size_t end = begin;
    while (end + 1 < asked.size() && refused[end + 1]) ++end;
    if (!out.empty()) out += " and ";
    const std::string first = to_string(asked[begin]);
    const std::string last = to_string(asked[end]);
    if (end + 1 == asked.size() && begin > 0) {
      out += "since " + first;
    } else if (begin == 0 && end + 1 < asked.size()) {
      out += "up to " + last;
    } else {
      out += begin == end ? first : first + " to " + last;
    }
    begin = end;
  }
  return out;
}

}  // namespace brokergate::startup

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "brokergate/kafka.h"
#include "rules/kafka/csv.h"

namespace brokergate {
namespace {

constexpr std::array<std::string_view, 4> kProtocols = {"PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"};

}  // namespace

// KafkaConfig.getMap over CoreUtils.parseCsvMap: the text before the last colon
// is the name; an entry without a colon fails inside String.substring, and that
// exception's text is what the operator gets to see. Later entries replace earlier.
tl::expected<std::vector<std::pair<std::string, std::string>>, std::string> parse_protocol_map(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> map;
  for (const std::string_view entry : csv::split(text)) {
    const size_t colon = entry.rfind(':');
    if (colon == std::string_view::npos) {
      return tl::unexpected(
          "Error parsing configuration property 'listener.security.protocol.map': begin 0, end -1, "
          "length " +
          std::to_string(entry.size()));
    }
    const std::string_view name = csv::trim(entry.substr(0, colon));
    const std::string_view protocol = csv::trim(entry.substr(colon + 1));
    if (csv::is_blank(name)) return tl::unexpected(std::string("The provided listener name is null or empty string"));
    const std::string known = csv::upper_case(protocol);
    if (std::find(kProtocols.begin(), kProtocols.end(), known) == kProtocols.end()) {
      return tl::unexpected("Invalid security protocol `" + std::string(protocol) +
                            "` defined in listener.security.protocol.map");
    }
    const std::string listener = csv::upper_case(name);
    const auto same = std::find_if(map.begin(), map.end(), [&](const auto& pair) { return pair.first == listener; });
    if (same != map.end()) {
      same->second = known;
    } else {
      map.emplace_back(listener, known);
    }
  }
  return map;
}

}  // namespace brokergate

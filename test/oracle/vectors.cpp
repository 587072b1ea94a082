#include "oracle/vectors.h"

#include <fstream>
#include <sstream>

namespace oracle {
namespace {

using brokergate::KafkaVersion;

// "2.6 2.8 3.0: words"; false for any other line.
bool read_verdicts(const std::string& line, Vector& vector) {
  const size_t colon = line.find(": ");
  if (colon == std::string::npos || line[0] < '0' || line[0] > '9') return false;
  const std::string words = line.substr(colon + 2);
  std::istringstream versions(line.substr(0, colon));
  for (std::string one; versions >> one;) {
    const auto version = brokergate::kafka_version(brokergate::ImageFamily::kApache, one);
    if (!version) return false;
    vector.verdicts.emplace_back(*version, words == "accepts" ? std::string() : words);
  }
  return true;
}

std::string unescaped(std::string value) {
  for (size_t at = 0; (at = value.find("\\x01", at)) != std::string::npos;) value.replace(at, 4, "\x01");
  return value;
}

}  // namespace

brokergate::startup::Texts Vector::asked(KafkaVersion version) const {
  auto out = properties;
  if (version < KafkaVersion{4, 0} || out.empty() || out.count("process.roles") != 0) return out;
  out.emplace("process.roles", "broker");
  out.emplace("controller.quorum.voters", "2@localhost:9093");
  out.emplace("controller.listener.names", "CONTROLLER");
  if (out.count("broker.id") == 0) out.emplace("node.id", "1");
  return out;
}

std::vector<Vector> read_vectors(const std::string& path) {
  std::vector<Vector> out;
  std::ifstream file(path);
  bool head = true;  // the file's own comment, up to the first empty line
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) {
      head = false;
    } else if (line.starts_with("# ")) {
      if (!head) out.push_back({line.substr(2), {}, {}});
    } else if (out.empty()) {
      return {};
    } else if (!read_verdicts(line, out.back())) {
      const size_t equals = line.find('=');
      if (equals == std::string::npos) return {};
      out.back().properties[line.substr(0, equals)] = unescaped(line.substr(equals + 1));
    }
  }
  return out;
}

}  // namespace oracle

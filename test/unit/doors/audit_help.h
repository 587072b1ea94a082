// A cluster on loopback for brokergate audit.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "fake_api.h"

namespace brokergate::test {

// The objects of a manifest.
std::vector<nlohmann::json> objects_in(const std::string& text);

// Lists in pages of two, whatever is asked for.
class FakeCluster {
 public:
  FakeCluster();

  // As the API server stores and lists it: with a namespace, without its kind.
  void hold(nlohmann::json object);

  Outcome audit(std::vector<std::string> more);

  FakeApi api;
  std::map<std::string, std::vector<nlohmann::json>> lists;
  std::set<std::string> forbidden;
  std::vector<std::string> calls;
  bool gone = false;
};

// What was said of what, without where in a file it stands.
std::multiset<std::string> words(const std::string& findings);

inline const std::filesystem::path kDemo = std::filesystem::path(BROKERGATE_SOURCE_DIR) / "deploy/demo";
// Gives it the demo's installation.
FakeCluster& demo(FakeCluster& cluster);

}  // namespace brokergate::test

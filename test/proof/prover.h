// Compares what the program claims about manifests with what their pods do.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "test/proof/claims.h"
#include "test/proof/pod.h"

namespace proof {

struct Tally {
  size_t files = 0;
  size_t pods = 0;
  size_t compared = 0;      // settings
  size_t unknown = 0;       // settings the program calls unknown
  size_t refused = 0;       // pods whose image refuses to start a broker
  size_t not_reached = 0;   // pods of which nothing is claimed and whose command starts no stand-in
  size_t changed_sets = 0;  // by mutate
  size_t own_names = 0;     // pods of those
  size_t unreadable = 0;    // files that are not YAML to yaml-cpp
  std::vector<std::string> problems;
  // For those who look closer:
  std::vector<std::string> without;    // why pods come to no broker, or their image refuses
  std::vector<std::string> unclaimed;  // what settings really are that are called unknown
};
std::string summary(const Tally& tally);

class Prover {
 public:
  explicit Prover(std::string program) : program_(std::move(program)) {}

  // Every manifest with a StatefulSet below `folder`, as it is and after mutate;
  // once more with the ConfigMaps it names, where they are in files beside it.
  Tally prove_all(const std::string& folder);

 private:
  // What each pod really advertises, or why its image refuses, by set and pod.
  using Advertised = std::map<std::string, std::map<std::string, std::string>>;

  void prove(const std::string& file, const std::string& name);
  Advertised check_claims(const std::string& file, const std::string& what);
  void check_pod(const ClaimedSet& set, const ClaimedBroker& broker, const Broker& real, const std::string& what);
  void check_own_names(const std::string& set, const std::map<std::string, std::string>& pods, const std::string& what);

  std::string program_;
  Root root_;
  Tally tally_;
};

}  // namespace proof

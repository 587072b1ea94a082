// Starts a pod: its init containers' and containers' real commands in a folder
// of its own, with stand-ins where the images' scripts would be.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "test/proof/images.h"
#include "test/proof/kubelet.h"
#include "test/proof/paths.h"
#include "test/proof/stand_ins.h"
#include "test/proof/volumes.h"

namespace proof {

// What came of a pod: a broker that started or refused, or neither.
struct Outcome {
  std::optional<Broker> broker;  // nullopt: no container's command came to a broker
  std::string why;               // then
};

// A folder below the system's temporary one, removed at the end. Absolute paths
// in commands are moved into it, so that nothing outside is touched. Commands
// run without root's rights, so that what is mounted read-only is.
class Root {
 public:
  Root();
  ~Root();
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;

  const std::filesystem::path& path() const { return path_; }
  Outcome start(const Pod& pod, const std::vector<YAML::Node>& objects);

 private:
  struct Run {
    std::optional<Arrival> arrival;
    int status = 0;
    std::string last_words;  // on standard error
    bool outside = false;    // it asked for what only a cluster has
  };

  Run run(const YAML::Node& container, const Pod& pod, const std::vector<YAML::Node>& objects, Volumes& volumes);
  void clean(const std::filesystem::path& folder) const;

  std::filesystem::path path_;
  Place place_;
};

}  // namespace proof

// Runs a container's real command in a folder of its own, with stand-ins where
// the image's scripts would be.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "test/proof/images.h"
#include "test/proof/kubelet.h"

namespace proof {

// A folder below the system's temporary one, removed at the end. Absolute paths
// in commands are moved into it, so that nothing outside is touched.
class Root {
 public:
  Root();
  ~Root();
  Root(const Root&) = delete;
  Root& operator=(const Root&) = delete;

  const std::filesystem::path& path() const { return path_; }
  // Makes a fresh stage for one pod; mounted ConfigMaps are written into it.
  void prepare(const YAML::Node& container, const Pod& pod, const std::vector<YAML::Node>& objects);
  // nullopt: the command ended without starting a broker.
  std::optional<Arrival> run(const std::vector<std::string>& command, const Environment& environment);

 private:
  std::string moved(const std::string& text) const;  // with absolute paths below the stage
  std::string moved_back(std::string text) const;
  void stand_in(const std::string& path, const std::string& name);
  void tool(const std::string& name, const std::string& script);

  std::filesystem::path path_, stage_;
  int stages_ = 0;
};

std::string shell_quoted(const std::string& text);
// Standard output of a command line, and its exit status.
std::pair<std::string, int> output_of(const std::string& command);

}  // namespace proof

// A pod's volumes: what the kubelet would mount into its containers.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "test/proof/kubelet.h"
#include "test/proof/paths.h"

namespace proof {

// ConfigMaps, Secrets and projected volumes are written anew for each mount and
// cannot be written to; all others are one empty folder for the whole pod.
class Volumes {
 public:
  Volumes(std::filesystem::path folder, const Pod& pod, const std::vector<YAML::Node>& objects)
      : folder_(std::move(folder)), pod_(pod), objects_(objects) {}

  // `mounted_files` gets the paths of the files that are mounted by themselves.
  void mount(const YAML::Node& container, const Environment& environment, const std::filesystem::path& root,
             const std::filesystem::path& mounted_files, const Paths& paths);
  // Where those are that can be written to.
  std::filesystem::path shared() const { return folder_ / "shared"; }
  // Leaves empty folders where volumes were mounted below volumes.
  void unmount();

 private:
  struct Content;

  void collect(const YAML::Node& source, const YAML::Node& volume, const Paths& paths, Content& content) const;
  bool read_only(const YAML::Node& volume) const;
  std::filesystem::path written(const YAML::Node& volume, const Paths& paths);

  std::filesystem::path folder_;
  const Pod& pod_;
  const std::vector<YAML::Node>& objects_;
  std::vector<std::filesystem::path> links_;
  int written_ = 0;
};

}  // namespace proof

// Absolute paths of a container, moved below its root on this machine.
#pragma once

#include <filesystem>
#include <set>
#include <string>

namespace proof {

// What a container's commands, variables and files say is text: only words that
// begin with a folder which containers have, or which the pod mounts, are paths.
// The host's own programs stay where they are.
class Paths {
 public:
  explicit Paths(std::filesystem::path root);

  void add(const std::string& path);  // its first folder is one of the container's
  std::string moved(const std::string& text) const;
  std::string moved_back(std::string text) const;

 private:
  bool moves(const std::string& text, size_t at) const;

  std::string root_;
  std::set<std::string> folders_;
};

}  // namespace proof

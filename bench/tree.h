// A tree of manifests as a large platform repository has it: many objects that
// have nothing to do with Kafka, some that do. Deterministic, so that runs compare.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace bench {

struct Tree {
  std::vector<std::filesystem::path> files;
  size_t objects = 0;
  uintmax_t bytes = 0;
};

// Writes about `objects` objects below `root`, or reuses what an earlier call left there.
// Throws std::filesystem::filesystem_error or std::runtime_error when it cannot write.
Tree make_tree(const std::filesystem::path& root, size_t objects);

}  // namespace bench

// What stands where an image's scripts and the cluster's tools would be.
#pragma once

#include <filesystem>
#include <string>

#include "test/proof/images.h"
#include "test/proof/kubelet.h"

namespace proof {

struct Place {
  std::filesystem::path root;   // the container's
  std::filesystem::path tools;  // what its PATH begins with
  std::filesystem::path state;  // what the tools must know: `pod`, `mounted-files`; and `outside`, left by
                                // tools that fail because they need a cluster
};

// Once for all containers. The stand-ins of Kafka's start scripts write to
// descriptor 3 what arrived and end everything.
void make_tools(const Place& place);
// The files of one container's image; its root is empty before.
void furnish(const Place& place, const Pod& pod, const ImageStart& image);

}  // namespace proof

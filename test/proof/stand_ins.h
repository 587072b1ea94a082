// What stands where an image's scripts and the cluster's tools would be.
#pragma once

#include <filesystem>
#include <string>

#include "test/proof/images.h"
#include "test/proof/kubelet.h"

namespace proof {

// `root` is the container's own root, `tools` what its PATH begins with. The
// stand-ins of Kafka's start scripts write to descriptor 3 what arrived and end
// everything; tools that need a cluster fail and leave `tools`/.outside behind.
void furnish(const std::filesystem::path& root, const std::filesystem::path& tools, const Pod& pod,
             const ImageStart& image);

}  // namespace proof

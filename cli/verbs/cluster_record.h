// What audit --record keeps of a cluster, and --replay and --view judge with.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "certs/cluster.h"
#include "cli/verbs/cluster_objects.h"
#include "cli/verbs/console.h"

namespace brokergate::cli {

certs::Json record_of(const ClusterObjects& objects);
// Tells on stderr of which time it is. The error says what is wrong with the file.
tl::expected<ClusterObjects, std::string> read_record(const std::string& file, Console& console);

}  // namespace brokergate::cli

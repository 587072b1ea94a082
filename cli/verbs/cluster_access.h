// Where the API server is and who we are there, as the command line and the environment say.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "certs/access.h"
#include "cli/verbs/options.h"

namespace brokergate::cli {

struct ClusterAccess {
  certs::Access access;
  bool in_cluster = false;  // this runs in a pod
};
// --kubeconfig; else, unless a context is named, a pod's own access where this is a pod; else as kubectl does: the
// first file that KUBECONFIG names, or ~/.kube/config. The error says what to give.
tl::expected<ClusterAccess, std::string> cluster_access(const ClusterOptions& options);

}  // namespace brokergate::cli

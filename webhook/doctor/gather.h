// Asks the API server, and where it can be dialled the webhook itself. Nothing
// is changed: objects are read, and what is created is created with dryRun=All.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "certs/cluster.h"
#include "webhook/doctor/facts.h"

namespace brokergate::webhook::doctor {

struct Wishes {
  std::string release;  // of Helm; empty: the only installation there is
  std::string ns;       // where it lives; empty: as its objects tell
  std::string probe_namespace = "default";
  bool without_mutating = false, without_validating = false;
  bool probe = true;
  bool dial_service = false;  // this runs in the cluster
  int within_days = 30;
  int64_t now = 0;
};

// The error is what keeps it from looking at all: no API server, no rights to see
// webhook configurations, several installations. At most some thirty calls, each
// as bounded as Cluster's, and none after cluster.end().
tl::expected<Facts, std::string> gather(certs::Cluster& cluster, const Wishes& wishes);

}  // namespace brokergate::webhook::doctor

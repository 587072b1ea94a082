// A recorded cluster as the webhook's view of one.
#pragma once

#include <string>

#include "brokergate/policy.h"
#include "cli/verbs/cluster_objects.h"
#include "webhook/cluster/store.h"
#include "webhook/surroundings.h"

namespace brokergate::cli {

// What serve --cluster-view would find around a request, had it read these objects and nothing since. Never in
// doubt: whoever names a record wants to be judged by it. Thread-safe.
class RecordedCluster final : public webhook::ClusterSource {
 public:
  RecordedCluster(const ClusterObjects& objects, const Policy& policy);

  webhook::Surroundings around(const Object& object, const Object* old_object) const override;
  std::optional<Object> stateful_set(std::string_view ns, std::string_view name) const override;
  std::string condition() const override { return {}; }

 private:
  const int64_t age_;
  webhook::cluster::Store store_;
};

}  // namespace brokergate::cli

// The cluster view of a running server: four watches into a store, and what that holds around a request.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "certs/access.h"
#include "webhook/cluster/store.h"
#include "webhook/log.h"
#include "webhook/review_door.h"
#include "webhook/surroundings.h"
#include "webhook/watch/watcher.h"

namespace brokergate::webhook {

// Thread-safe. Whoever asks waits for no API server, ever.
class ClusterWatch final : public ClusterSource {
 public:
  // `log` must outlive it. Nothing is asked before start(); the destructor ends all of it.
  // `again` as of watch::Stream.
  ClusterWatch(const std::shared_ptr<const certs::Access>& access, watch::AccessReader again, PolicyPtr policy,
               Log& log);
  ~ClusterWatch() override;

  void start();
  void replace(PolicyPtr policy);

  Surroundings around(const Object& object, const Object* old_object) const override;
  std::optional<Object> stateful_set(std::string_view ns, std::string_view name) const override;

  std::string condition() const override;
  // Before State::synced a server that was told to look at the cluster is not ready.
  cluster::State state() const;
  // What the watches count, as long as this lives.
  const watch::Counters& counters() const { return counters_; }

 private:
  cluster::Store store_;
  watch::Counters counters_;
  watch::Watcher watcher_;
};

}  // namespace brokergate::webhook

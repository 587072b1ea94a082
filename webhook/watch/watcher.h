// The watches of one cluster: a thread for each resource.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "webhook/watch/reflector.h"

namespace brokergate::webhook::watch {

// ConfigMaps are read once the StatefulSets are known, because these tell which of them are wanted:
// `options.wanted` is asked for ConfigMaps only. Where one resource may not be read, the others are; where these are
// the StatefulSets, ConfigMaps are fetched one by one should the right be given later.
class Watcher {
 public:
  // `sink` and `counters` have to outlive it. `access` is read only.
  Watcher(const std::shared_ptr<const certs::Access>& access, Sink& sink, Counters& counters, const Options& options);
  ~Watcher();
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  void start();
  // Ends all at once and waits; the sink is not called afterwards.
  void stop();
  // Reflector::fetch() of a ConfigMap. May be called from a Sink.
  void fetch(std::string ns, std::string name);
  State state(Resource resource) const;

 private:
  Reflector& of(Resource resource) const { return *all_[static_cast<size_t>(resource)]; }

  std::vector<std::unique_ptr<Reflector>> all_;  // by Resource
  std::mutex mutex_;                             // over starting and stopping
  bool stopping_ = false;
};

}  // namespace brokergate::webhook::watch

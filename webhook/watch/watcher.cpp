#include "webhook/watch/watcher.h"

#include <utility>

namespace brokergate::webhook::watch {

Watcher::Watcher(const std::shared_ptr<const certs::Access>& access, Sink& sink, Counters& counters,
                 const Options& options) {
  for (const Resource resource : kResources) {
    Options own = options;
    if (resource != Resource::kConfigMaps) own.wanted = nullptr;
    if (resource == Resource::kStatefulSets) {
      own.forbidden = [this, told = options.forbidden](Resource which) {
        of(Resource::kConfigMaps).release();
        if (told) told(which);
      };
    }
    all_.push_back(
        std::make_unique<Reflector>(resource, access, sink, counters[static_cast<size_t>(resource)], std::move(own)));
  }
  of(Resource::kStatefulSets).on_synced([this] { of(Resource::kConfigMaps).release(); });
}

Watcher::~Watcher() { stop(); }

void Watcher::start() {
  const std::lock_guard lock(mutex_);
  if (stopping_) return;
  // All threads now: later there might be none to be had.
  of(Resource::kConfigMaps).start(true);
  for (const Resource resource : {Resource::kStatefulSets, Resource::kNodes, Resource::kServices}) {
    of(resource).start();
  }
}

void Watcher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  for (const auto& one : all_) one->stop();
  for (const auto& one : all_) one->join();
}

void Watcher::fetch(std::string ns, std::string name) {
  of(Resource::kConfigMaps).fetch(std::move(ns), std::move(name));
}

State Watcher::state(Resource resource) const {
  State out = of(resource).state();
  if (resource == Resource::kConfigMaps && !out.synced && out.error.empty() &&
      !of(Resource::kStatefulSets).state().synced) {
    out.error = "configmaps are read when the statefulsets are known";
  }
  return out;
}

}  // namespace brokergate::webhook::watch

#include "cli/verbs/recorded_cluster.h"

#include <array>
#include <memory>
#include <utility>
#include <vector>

#include "webhook/watch/reduce.h"

namespace brokergate::cli {

using webhook::watch::Item;
using webhook::watch::Resource;

RecordedCluster::RecordedCluster(const ClusterObjects& objects, const Policy& policy)
    : age_(objects.age), store_(std::make_shared<const Policy>(policy)) {
  // Sets first: they tell which ConfigMaps are kept.
  for (const Resource resource :
       {Resource::kStatefulSets, Resource::kServices, Resource::kConfigMaps, Resource::kNodes}) {
    const auto& info = webhook::watch::info(resource);
    webhook::watch::Reducer reducer(resource);
    std::vector<Item> items;
    for (const certs::Json& object : objects.items) {
      if (certs::text_member(object, "kind") != info.kind) continue;
      if (certs::text_member(object, "apiVersion") != info.api_version) continue;
      if (auto item = reducer.item(object.dump())) items.push_back(std::move(*item));
    }
    // A record without any node is one of a cluster whose nodes could not be read.
    if (resource == Resource::kNodes && items.empty()) continue;
    store_.replace(resource, std::move(items));
  }
}

webhook::Surroundings RecordedCluster::around(const Object& object, const Object* old_object) const {
  webhook::cluster::Peers peers = store_.peers_of(object, old_object);
  return {std::move(peers.objects), std::move(peers.nodes), age_, {}, peers.complete};
}

std::optional<Object> RecordedCluster::stateful_set(std::string_view ns, std::string_view name) const {
  return store_.stateful_set(ns, name);
}

}  // namespace brokergate::cli

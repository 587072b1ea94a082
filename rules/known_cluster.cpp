#include "rules/known_cluster.h"

#include <algorithm>

namespace brokergate {
namespace {

bool anybody_asks(const Facts& facts) {
  return std::any_of(facts.services.begin(), facts.services.end(),
                     [](const BrokerService* service) { return service->type == "NodePort"; }) ||
         std::any_of(facts.sets.begin(), facts.sets.end(), advertises_node);
}

}  // namespace

bool advertises_node(const SetFacts& facts) {
  if (facts.brokers.empty() || !facts.brokers[0].external) return false;
  const std::string& host = facts.brokers[0].external->host;
  return host == "<hostIP>" || host == "<nodeName>";
}

std::unique_ptr<const NodeIndex> index_nodes(const Bundle& bundle, const Policy& policy) {
  const auto is_node = [](const Object& object) { return object.kind == "Node" && object.api_version == "v1"; };
  if (std::none_of(bundle.objects.begin(), bundle.objects.end(), is_node)) return nullptr;
  return std::make_unique<const NodeIndex>(bundle.objects, policy);
}

const NodeIndex* KnownCluster::nodes_for(const Facts& facts) {
  if (view_ && view_->nodes) return view_->nodes;
  if (!looked_ && anybody_asks(facts)) {
    looked_ = true;
    own_ = index_nodes(bundle_, policy_);
  }
  return own_.get();
}

}  // namespace brokergate

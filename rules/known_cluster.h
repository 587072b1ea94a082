// The cluster as one evaluation knows it: the view, and the view's nodes, else those of the input.
#pragma once

#include <memory>
#include <string_view>

#include "brokergate/cluster.h"
#include "rules/facts.h"

namespace brokergate {

// Not for several threads: the index of the input's nodes is made when it is first asked for.
class KnownCluster {
 public:
  // All of it must outlive this.
  KnownCluster(const Bundle& bundle, const Policy& policy, const ClusterView* view)
      : bundle_(bundle), policy_(policy), view_(view) {}

  // For placement. Null where nothing is known of nodes, or where nobody will ask: no Service is of type NodePort
  // and no broker advertises its node.
  const NodeIndex* nodes_for(const Facts& facts);
  bool all_peers() const { return !view_ || view_->complete; }
  const ClusterView* view() const { return view_; }
  std::string_view doubt() const { return view_ ? std::string_view(view_->doubt) : std::string_view(); }

 private:
  const Bundle& bundle_;
  const Policy& policy_;
  const ClusterView* view_;
  std::unique_ptr<const NodeIndex> own_;
  bool looked_ = false;
};

// The host of an advertised listener that only its node gives: <hostIP>, <nodeName>.
bool advertises_node(const SetFacts& facts);

// Of the bundle's Node objects; null when it has none.
std::unique_ptr<const NodeIndex> index_nodes(const Bundle& bundle, const Policy& policy);

}  // namespace brokergate

// The engine: (objects, policy, circumstances) → verdict. Pure and thread-safe.
#pragma once

#include <memory>

#include "brokergate/cluster.h"
#include "brokergate/kafka.h"
#include "brokergate/verdict.h"

namespace brokergate {

struct Evaluation {
  Verdict verdict;
  std::unique_ptr<Model> model;  // for inspect; findings point into the bundle, not into it
};

// `bundle` and `policy` must outlive the result. `today` is YYYY-MM-DD from the
// door's clock, for suppressions that expire; empty: none has expired.
// Evaluating an UPDATE ratchets: a fault that the old object had as well is a
// warning when policy.on_existing is warn. With peers in the bundle, what the request brings
// about at a peer is a finding, and what was so before is none.
// `view`: null outside of a cluster; Node objects of the bundle then tell of nodes, if there are any.
Evaluation evaluate(const Bundle& bundle, const Policy& policy, const Admission* admission = nullptr,
                    std::string_view today = {}, const ClusterView* view = nullptr);

}  // namespace brokergate

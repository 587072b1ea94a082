// The changed object, from a plan.
#pragma once

#include "rules/document/edit.h"

namespace brokergate {

// The tree below `plan.root.node` with all changes. What is new stands, as far
// as positions go, where the container it was added to begins.
Document apply_plan(const SourcePtr& source, const Plan& plan);

}  // namespace brokergate

// What an UPDATE may be blamed for, and what may be changed in it.
#pragma once

#include <vector>

#include "brokergate/kafka.h"
#include "brokergate/verdict.h"
#include "rules/before.h"

namespace brokergate {

// The object of the bundle that the request is about: the one with the old
// object's identity. Null when there is none.
const Object* updated_object(const Bundle& bundle, const Object& old_object);

// A fault that the old object had as well (same rule, place and message in
// `before`) becomes a warning unless policy.on_existing is deny: nobody is locked
// out of an installation that was there first.
void ratchet(std::vector<Finding>& findings, const Object& updated, const std::vector<Finding>& before,
             const Policy& policy);

// Takes away fixes that would touch what is live: a template that the user's
// own update does not touch (brokers would restart), a load balancer's type, a
// Service's fault that was there before. What only puts back what the old
// object had stays.
void restrain_update(std::vector<Finding>& findings, const Object& updated, const Object& old_object,
                     const Policy& policy);

// The same of live load balancers outside of a request: of objects that say so themselves (a dump, an audit), and of
// manifests whose object the cluster holds.
void keep_live(std::vector<Finding>& findings, const Before& before, const Policy& policy);

// What is said of a Service by weak evidence is a warning, and nothing is changed:
// to make the load balancer of another program internal would cut its clients off.
void restrain_doubtful(std::vector<Finding>& findings, const Model& model);

// Takes away fixes of objects that are being deleted or that an operator owns.
void restrain_owned(std::vector<Finding>& findings, const Model& model);

}  // namespace brokergate

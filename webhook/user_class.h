// What sort of user a request is from, for the log: enough to tell a
// controller's change from a person's, and never a name.
#pragma once

#include <string_view>

#include "brokergate/document.h"

namespace brokergate::webhook {

// authentication.k8s.io/v1 UserInfo, by the names and groups that Kubernetes
// itself gives (kubernetes.io, "Authenticating", and apiserver's user.go):
// admin (system:masters, which no RBAC binds), node, serviceaccount, anonymous,
// system (the rest of system:*), user; unknown without a user. Static text.
std::string_view user_class(Value user_info);

}  // namespace brokergate::webhook

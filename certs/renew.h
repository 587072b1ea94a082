// Keeps the webhook's certificate in a cluster right: a Secret that the pods
// mount, and the webhook configurations that trust it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "certs/cluster.h"
#include "certs/names.h"

namespace brokergate::certs {

struct RenewRequest {
  std::string name_space, secret;
  std::vector<std::string> webhooks;  // as set_bundle() takes them
  Names names;                        // not empty
  int days = 365, ca_days = 3650;
  int renew_before_days = 30;
  int64_t now = 0;
};

// Makes what is missing or due, in an order that fails no call: first the
// configurations trust the new authority beside the old, then the Secret gets
// the new pair; the pods follow when the kubelet has brought it. The Secret
// (kubernetes.io/tls, with ca.crt and ca.key) is written only as it was read;
// where another writer came between, all begins anew, five times at most.
//
// May be run at any time and by several at once. A run that ended half-way is
// made good by the next. Authorities that the Secret does not name leave the
// configurations no sooner than an hour after the certificate was made.
//
// `told` gets lines that say what was done, also before an error. A Secret that
// somebody else manages (cert-manager), or that holds a certificate without the
// key of its authority, is an error and not overwritten.
tl::expected<void, std::string> renew(Cluster& cluster, const RenewRequest& request, std::vector<std::string>& told);

}  // namespace brokergate::certs

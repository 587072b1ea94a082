// Whether a cloud makes the load balancer of a Service internal or external.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "brokergate/object.h"
#include "brokergate/policy.h"

namespace brokergate {

inline constexpr std::string_view kClassKey = "spec.loadBalancerClass";

struct Scheme {
  enum class Kind : uint8_t {
    kInternal,
    kExternal,
    kForeign,  // spec.loadBalancerClass hands the Service to a controller that the provider's table does not know
  } kind = Kind::kExternal;
  Value at;              // the class or annotation that decides; false when nothing is said
  std::string_view key;  // of that annotation; kClassKey for the class
  // Internal for a second controller only, and nothing says that it serves this Service.
  bool controller_assumed = false;

  bool internal() const { return kind == Kind::kInternal; }
};

// The provider whose controller serves the Service: the policy's. Where the
// policy names none, the one whose annotations the Service carries, else gke.
const Provider& provider_of(const Policy& policy, const Object& service);
// " No policy names the provider …" where `found`, which provider_of gave, is no
// more than an assumption; empty else.
std::string assumption_of(const Policy& policy, const Provider& found);

// The provider's own order: the class beats annotations, of the annotations the
// first key that is present decides, only listed values count
// (cloud-provider-gcp, providers/gce/gce_annotations.go, GetLoadBalancerAnnotationType).
Scheme scheme_of(const Object& service, const Provider& provider);
// A value that says external on purpose. What is neither this nor internal is a
// slip (Private, INTERNAL, true) that the provider silently takes for external.
bool says_external(const Provider& provider, std::string_view value);

Value annotations_of(const Object& object);
// An annotation that says something: absent and null are the same.
Value annotation(const Object& object, std::string_view key);

// A load balancer that exists: status.loadBalancer.ingress is not empty.
bool is_live(const Object& service);

// spec.loadBalancerIP when it is an IPv4 address no internal load balancer can
// have; a provider leaves such a Service pending.
Value public_ip_of(const Object& service);

// The annotations that make it internal: those `old` carried (null: none), else
// the ones the policy's provider wants written. Empty when none can be made up.
std::vector<std::pair<std::string, std::string>> internal_annotations(const Provider& provider, const Object* old);

}  // namespace brokergate

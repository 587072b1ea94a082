// Making the Service of one broker agree with the listener that the broker advertises.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "brokergate/kafka.h"
#include "brokergate/verdict.h"
#include "rules/facts.h"

namespace brokergate {

// The two keys external-dns has read host names from: before v0.22.0, and by default since.
inline constexpr std::string_view kOldDnsPrefix = "external-dns.alpha.kubernetes.io/";
inline constexpr std::string_view kNewDnsPrefix = "external-dns.kubernetes.io/";

struct ServiceWish {
  std::optional<int64_t> port;    // advertised: spec.ports[].port of a load balancer, nodePort of a NodePort Service
  std::optional<int64_t> target;  // what the broker binds
  std::string host;               // that external-dns shall give it; empty: no wish
  PortRange node_ports = {};      // that the cluster has
};

struct ServiceChange {
  std::vector<Edit> edits;  // empty with empty refusal: already agrees
  std::string refusal;      // why it cannot be told which port is meant, or cannot be had
  struct NodePort {
    const Node* port = nullptr;
    std::optional<int64_t> from;
    int64_t to = 0;
  };
  std::optional<NodePort> node_port;  // that the edits write
};

// The port of the Service that leads to `bind`, else to what is advertised, else
// its only one; null when several are left.
const ServicePort* external_port(const BrokerService& service, const std::vector<ServicePort>& ports,
                                 std::optional<int64_t> bind, std::optional<int64_t> advertised);

// Whether one of the names in a hostname annotation (a comma list) is `host`.
bool names_host(std::string_view annotation, std::string_view host);
// The annotation's text with `host` in it: in place of the only name, else appended.
std::string with_host(std::string_view annotation, std::string_view host);

// `port` is one of `ports`, the one meant for clients outside, or null when that cannot
// be told. No two ports of the Service get one number.
ServiceChange plan_service(const BrokerService& service, const std::vector<ServicePort>& ports, const ServicePort* port,
                           const ServiceWish& wish);
std::string node_port_taken(int64_t number, const Object& other);

// True when it leads, with the right ports, to a listener beside the external one.
bool of_other_listener(const SetFacts& facts, const BrokerService& service);

// What the set's Service is to be once the set is as the policy wants it; no
// wish when it cannot be made so (no domain, a refused plan, another role).
std::optional<ServiceWish> wish_for(const SetFacts& facts, const BrokerService& service, const Policy& policy);

// The host name the Service asks external-dns for after all changes; `now` when none is planned.
std::string host_after(const Facts& facts, const BrokerService& service, const Policy& policy, std::string_view now);

}  // namespace brokergate

// By which port clients outside reach one broker, and which side has to follow it. Every
// rule that compares a Service's port with an advertised one asks here, so that no two
// of them send a person in opposite directions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "rules/facts.h"

namespace brokergate {

// Clients connect to what is advertised, and the Service answers at its port; with NodePort
// at its nodePort, which lies in --service-node-port-range and exists once in a cluster
// (Kubernetes, "Service", type: NodePort).
struct OutsidePort {
  enum class Follows : uint8_t {
    kNobody,    // both have one number
    kService,   // is to take `port`
    kListener,  // is to advertise `port`, which the Service has
    kBoth,      // neither number can stay: one has to be chosen
  };
  Follows follows = Follows::kNobody;
  std::optional<int64_t> port;  // empty with kBoth
  std::string why;              // why the Service cannot take the advertised port
};

// What the policy wants of the listener decides (its listener.port, else what the Services
// publish: Planner::advertised_line). Without a domain listeners are a person's: the
// Service follows them where it can, and they follow it where it cannot.
// `port` is one of `ports`, the one meant for clients outside; `broker` advertises a port.
OutsidePort outside_port(const Facts& facts, const SetFacts& set, const BrokerService& service,
                         const std::vector<ServicePort>& ports, const ServicePort& port, const OneBroker& broker,
                         const Policy& policy);

// The port that the same listener is to bind: where the Service leads to.
std::optional<int64_t> inside_port(const SetFacts& set, const OneBroker& broker);

// What clients outside dial: the nodePort of a NodePort Service, else the port.
std::optional<int64_t> dialled(const BrokerService& service, const ServicePort& port);

}  // namespace brokergate

// What an advertised or bound host is.
#pragma once

#include <cstdint>
#include <string_view>

#include "brokergate/kafka.h"

namespace brokergate {

bool within_domain(std::string_view host, std::string_view domain);  // the domain itself or below it; any case
bool is_loopback(std::string_view host);                             // localhost, 127.0.0.0/8, ::1
bool is_any(std::string_view host);                                  // 0.0.0.0, ::
// A name that only resolves in the cluster: …svc…, the pod's name, its headless Service.
bool is_in_cluster(std::string_view host, const BrokerSet& set, int64_t ordinal);

// The broker container has ports of its node: hostNetwork, or a hostPort.
bool has_host_ports(const BrokerSet& set);

}  // namespace brokergate

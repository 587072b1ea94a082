// Ports of a pod that something beside Kafka's listeners uses.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "brokergate/kafka.h"

namespace brokergate {

// Who in the pod has this TCP port for something else: another container, a port of
// the broker's own container that is named for something else, JMX. Containers of a
// pod share one network (with hostNetwork the node's), so a second listener on it
// fails to bind. Empty when nobody is known to.
std::string port_user(const BrokerSet& set, int64_t port);

// True when a Service or container port of that name is meant for something beside Kafka.
bool names_other_port(std::string_view name);

// The container declares the TCP port; false Value when it does not.
Value declared_port(Value container, int64_t port);

}  // namespace brokergate

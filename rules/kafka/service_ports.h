// Which port of a broker's Service is meant for a listener.
#pragma once

#include <string_view>
#include <vector>

#include "brokergate/kafka.h"
#include "rules/kafka/listener_tables.h"

namespace brokergate {

// The only port; else the one that leads to listener `name`; else, of those that
// lead to nothing, the one named for clients outside or the only one that may be
// Kafka's; else the only one that leads to another listener, by mistake. Null when
// two are equal. `tables` are those of the broker behind the Service.
const ServicePort* port_for_listener(const std::vector<ServicePort>& ports, const ListenerTables& tables,
                                     std::string_view name);

}  // namespace brokergate

// Reasons not to plan a listener that lie in the wish, the image or the Kafka version.
#pragma once

#include <string>

#include "brokergate/kafka.h"
#include "rules/kafka/plan_wanted.h"
#include "rules/kafka/process.h"
#include "rules/kafka/settings.h"

namespace brokergate {

// What no set could have: an impossible name, protocol or host. Empty when fine, as all of these.
std::string unfit_wish(const WantedListener& wanted, const HostTemplate& host);
// configure of the Confluent and Apache images tests the text of
// KAFKA_ADVERTISED_LISTENERS, names included.
std::string image_refuses_name(const Settings& settings, const ProcessStart& process, const WantedListener& wanted);
// Another listener advertises the wanted address, or the wanted port where Kafka
// refuses that (two listeners with one advertised port are allowed since 2.7, KAFKA-10478).
// A new listener that speaks TLS or SASL where nothing of the pod mentions keystores or
// SASL at all: the broker would not start.
std::string protocol_unprepared(const BrokerSet& set, const Settings& settings, const ProcessStart& process,
                                const WantedListener& wanted);
std::string advertised_twice(const BrokerSet& set, const Setting& advertised, const WantedListener& wanted,
                             const HostTemplate& host);

}  // namespace brokergate

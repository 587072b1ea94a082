// The list of rules: one line each, sorted by id (- written as _). Each is
// defined in rules/checks/<name>.cpp.
#pragma once

#include "brokergate/rule.h"

#define BROKERGATE_RULES(RULE)      \
  RULE(advertised_address)          \
  RULE(advertised_ineffective)      \
  RULE(advertised_listener)         \
  RULE(alpha_annotation)            \
  RULE(broker_service_missing)      \
  RULE(broker_service_port)         \
  RULE(broker_service_selector)     \
  RULE(duplicate_key)               \
  RULE(external_dns_prefix)         \
  RULE(internal_load_balancer)      \
  RULE(listener_config)             \
  RULE(live_load_balancer_change)   \
  RULE(load_balancer_type_conflict) \
  RULE(nodeport_preemptible)        \
  RULE(operator_owned)              \
  RULE(unknown_form)

namespace brokergate::checks {
#define BROKERGATE_DECLARE(name) extern const Rule name;
BROKERGATE_RULES(BROKERGATE_DECLARE)
#undef BROKERGATE_DECLARE
}  // namespace brokergate::checks

// The list of rules: one line each, sorted by id (- written as _). Each is
// defined in rules/checks/<name>.cpp.
#pragma once

#include "brokergate/rule.h"

#define BROKERGATE_RULES(RULE)      \
  RULE(advertised_address)          \
  RULE(advertised_ineffective)      \
  RULE(advertised_listener)         \
  RULE(alpha_annotation)            \
  RULE(broker_id)                   \
  RULE(broker_service_missing)      \
  RULE(broker_service_port)         \
  RULE(broker_service_selector)     \
  RULE(duplicate_key)               \
  RULE(env_order)                   \
  RULE(external_dns_prefix)         \
  RULE(headless_service)            \
  RULE(internal_load_balancer)      \
  RULE(listener_config)             \
  RULE(live_load_balancer_change)   \
  RULE(load_balancer_type_conflict) \
  RULE(node_port_clash)             \
  RULE(nodeport_address)            \
  RULE(nodeport_preemptible)        \
  RULE(operator_owned)              \
  RULE(removed_api)                 \
  RULE(service_link_env)            \
  RULE(shared_external_service)     \
  RULE(traffic_policy)              \
  RULE(unknown_form)

namespace brokergate::checks {
#define BROKERGATE_DECLARE(name) extern const Rule name;
BROKERGATE_RULES(BROKERGATE_DECLARE)
#undef BROKERGATE_DECLARE
}  // namespace brokergate::checks

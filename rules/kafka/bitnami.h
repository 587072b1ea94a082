// What bitnami's scripts make of the environment (bitnami/containers, bitnami/kafka:
// kafka-env.sh, libkafka.sh, setup.sh, run.sh).
#pragma once

#include "rules/kafka/settings.h"
#include "rules/kafka/variables.h"

namespace brokergate {

void bitnami_settings(const VariableReader& reader, const Object& object, const ProcessStart& start, Value pod_spec,
                      Value container, std::string_view tag, Settings& settings);

// A server.properties on a volume beats all variables: its settings and the
// --override arguments of run.sh. False: there is none.
bool bitnami_file(const Object& object, const ProcessStart& start, Value pod_spec, Value container,
                  std::string_view tag, Settings& settings);

}  // namespace brokergate

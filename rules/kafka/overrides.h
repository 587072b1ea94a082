// kafka-server-start.sh FILE [--override K=V]…: the settings of the file that the
// script wrote itself, and the arguments that beat it (kafka.Kafka, getPropsFromArgs).
#pragma once

#include "rules/kafka/settings.h"

namespace brokergate {

// The --override arguments among `start.argv` from `at` on. An argument that
// cannot be known may be one, which becomes `settings.doubt`.
void take_overrides(const Object& object, const ProcessStart& start, size_t at, Settings& settings);

void file_and_overrides(const Object& object, const ProcessStart& start, Value pod_spec, Value container,
                        ImageFamily family, Settings& settings);

// Everything that is not set becomes unknown, with `why`.
void unknown_unless_set(const std::string& why, const ProcessStart& start, Settings& settings);

}  // namespace brokergate

// apache/kafka: the mounted server.properties, and variables appended to it.
#pragma once

#include "rules/kafka/variables.h"

namespace brokergate {

// `settings` holds what variables give, listeners derived included.
void apache_file(const VariableReader& reader, const Object& object, const ProcessStart& start, Value pod_spec,
                 Value container, Settings& settings);

}  // namespace brokergate

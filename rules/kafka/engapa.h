// engapa/kafka: SERVER_x_y becomes the property x.y.
#pragma once

#include "rules/kafka/variables.h"

namespace brokergate {

void engapa_settings(const VariableReader& reader, const Object& object, const ProcessStart& start, Settings& settings);

}  // namespace brokergate

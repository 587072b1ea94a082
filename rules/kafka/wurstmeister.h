// wurstmeister/kafka and medinvention/kafka: start-kafka.sh turns variables into
// properties after it has run the commands that some of them hold.
#pragma once

#include "rules/kafka/variables.h"

namespace brokergate {

// start-kafka.sh up to 1.0.0 makes listeners itself and overwrites advertised.listeners unless
// a protocol map is set.
bool is_old_wurstmeister(std::string_view tag);

// `tag`: images up to 1.0.0 overwrite advertised.listeners. `settings.mechanics` is set.
void wurstmeister_settings(const VariableReader& reader, const Object& object, const ProcessStart& start,
                           std::string_view tag, Settings& settings);

}  // namespace brokergate

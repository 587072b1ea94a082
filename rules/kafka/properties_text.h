// A Java properties file that the container's script wrote itself.
#pragma once

#include <string_view>

#include "rules/kafka/settings.h"

namespace brokergate {

// Takes the known keys of the file `path` into `settings`. The last of equal keys
// counts, as java.util.Properties reads it; places point into the here-document.
void read_properties_text(const ProcessStart& start, std::string_view path, const shell::File& file,
                          Settings& settings);

}  // namespace brokergate

// A Java properties file that the container was given, or that its script wrote.
#pragma once

#include <string>
#include <string_view>

#include "rules/kafka/settings.h"

namespace brokergate {

// Takes the known keys of the file `path` into `settings`, as java.util.Properties
// reads it (load: escapes, continued lines, the last of equal keys); places point into
// the ConfigMap or the here-document. Text that is not known may set any key: what stood before it is
// forgotten and its reason returned, for the keys that nothing behind it sets.
std::string read_properties_text(const ProcessStart& start, std::string_view path, const shell::File& file,
                                 Settings& settings);

}  // namespace brokergate

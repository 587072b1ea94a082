// Java's properties files, as java.util.Properties.load reads them.
#pragma once

#include <map>
#include <string>

namespace proof {

using Properties = std::map<std::string, std::string>;

// The last of several lines with one key wins.
Properties properties_of(const std::string& text);

}  // namespace proof

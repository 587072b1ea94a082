// The floor: what libyaml alone needs for the same bytes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace bench {

// Reads every file and drains its event stream. Returns the number of events; 0 when a file cannot be parsed.
size_t yaml_events(const std::vector<std::filesystem::path>& files);

}  // namespace bench

// The bytes of one file or of stdin, never more than a limit.
#pragma once

#include <cstddef>
#include <string>

#include <tl/expected.hpp>

namespace brokergate::cli {

// Regular files over the limit are refused before anything is read; pipes and
// devices as soon as they have given more. A named pipe that nobody writes to is
// given up after a while. The error is a clause for people ("Permission denied").
tl::expected<std::string, std::string> read_file(const std::string& path, size_t limit);
tl::expected<std::string, std::string> read_descriptor(int fd, size_t limit);

}  // namespace brokergate::cli

// Lines that set something, `K=value`, and may hold atoms (opaque.h).
#pragma once

#include <string>
#include <string_view>

namespace brokergate::shell {

// "K=" when it is known that the line sets K, or is a comment that looks like it;
// empty: no such line, or more than the value is not known.
std::string_view key_of(std::string_view line);
// An unknown atom for a value that may not be there at all, for this reason; what
// is one already stays as it is.
std::string may_not_set(const std::string& reason);

}  // namespace brokergate::shell

// Wildcards of the policy (match, pools, suppressions): * stands for any run of
// characters, everything else for itself.
#pragma once

#include <string_view>

namespace brokergate {

// Pure; time is bounded by the product of both lengths, memory is constant.
bool matches_wildcard(std::string_view pattern, std::string_view text);

}  // namespace brokergate

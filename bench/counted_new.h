// How much memory is held, apart from what the allocator keeps free.
#pragma once

#include <cstdint>

namespace bench {

// Of all that came by `new`. Zero with another allocator than the program's.
int64_t bytes_in_use();

}  // namespace bench

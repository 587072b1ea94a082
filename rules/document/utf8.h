// UTF-8 as Unicode defines it (table 3-7): no overlong forms, no surrogates.
#pragma once

#include <cstddef>
#include <string_view>

namespace brokergate::document {

// Length of the well-formed character at `index`; 0 when there is none.
size_t utf8_length(std::string_view text, size_t index);

// Offset of the first byte that is not UTF-8; npos when all is.
size_t find_invalid_utf8(std::string_view text);

bool is_ascii(std::string_view text);

}  // namespace brokergate::document

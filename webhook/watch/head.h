// The head of an HTTP/1.1 answer (RFC 9112), as far as a client of the API server needs it.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "webhook/watch/body.h"

namespace brokergate::webhook::watch {

inline constexpr size_t kLargestHead = size_t{64} << 10;

struct Head {
  int status = 0;
  bool keeps = true;  // the connection serves another request afterwards
  Body body = Body::sized(0);
  std::optional<std::chrono::seconds> retry_after;  // as a number; dates are passed over
};

// `text` ends with the empty line. An answer whose end cannot be told from the connection's end is refused, and
// so are contents in any coding.
tl::expected<Head, std::string> read_head(std::string_view text);

}  // namespace brokergate::webhook::watch

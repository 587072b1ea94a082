// The head of an HTTP/1.1 request, read strictly and before anything else does.
//
// What passes here cannot be read in two ways (RFC 9112 sections 2.2, 5, 6.3):
// lines end in CRLF, names are tokens, no line is folded, nothing is repeated
// that decides about the body. The HTTP library behind it is lenient; it only
// ever sees heads that passed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "webhook/net/limits.h"

namespace brokergate::webhook::net {

// status 0: nothing to refuse. `why` is a text for people, without a line break.
struct Refusal {
  int status = 0;
  std::string_view why;
};

// Views point into the bytes that were read.
struct Head {
  std::string_view method;
  std::string_view path, query;  // of the target; query without its `?`
  size_t content_length = 0;
  bool has_content_length = false;
  bool close = false;             // Connection: close
  std::string_view content_type;  // empty: none
  std::string_view content_encoding;
};

// The size of the head at the beginning of `bytes`, its empty line included; 0
// while that has not arrived. `seen` is how many bytes an earlier call has looked
// at, so that a head that comes byte by byte costs no more than one that comes at once.
size_t head_size(std::string_view bytes, size_t seen);

// `bytes` is one head, its empty line included.
Refusal read_head(std::string_view bytes, const Limits& limits, Head& head);

}  // namespace brokergate::webhook::net

// Which HTTP requests are let in, decided by request line and headers alone.
#pragma once

#include <httplib.h>

#include <string_view>

namespace brokergate::webhook {

struct Refusal {
  int status = 0;  // 0: the request is fine
  std::string_view why;
};

// Everything but `POST /mutate|/validate` with one Content-Length within
// kLargestReview and a JSON media type is refused, most telling reason first.
Refusal refusal(const httplib::Request& request);

}  // namespace brokergate::webhook

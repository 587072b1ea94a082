// TLS as the API server speaks it: 1.2 or newer, no renegotiation, no tickets,
// no ALPN (the API server then stays on HTTP/1.1).
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "certs/pair.h"
#include "webhook/net/port.h"

namespace brokergate::webhook {

// What connections are made with. The pair is copied. The error is OpenSSL's reason.
tl::expected<net::Context, std::string> make_context(const certs::Pair& pair);

}  // namespace brokergate::webhook

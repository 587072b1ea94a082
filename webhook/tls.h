// TLS as the API server speaks it: 1.2 or newer, no renegotiation, no tickets,
// no ALPN (the API server then stays on HTTP/1.1).
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "certs/clients.h"
#include "webhook/net/port.h"

namespace brokergate::webhook {

// What connections are made with. All are copied. With `clients`, a handshake
// without an accepted certificate is refused; TLS 1.3 tells the client so only
// after its own part is done. `self` is then accepted as well: a certificate that
// only this process has. The error is OpenSSL's reason.
tl::expected<net::Context, std::string> make_context(const certs::Pair& pair, const certs::Clients* clients = nullptr,
                                                     X509* self = nullptr);

}  // namespace brokergate::webhook

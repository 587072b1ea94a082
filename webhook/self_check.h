// Dials the server's own port as an API server would: an answer to /readyz that
// has been tried, not assumed.
#pragma once

#include "certs/authority.h"
#include "webhook/net/address.h"

namespace brokergate::webhook {

// Null when a TLS handshake with the address succeeds within a second; else what failed, as static text.
// `self`, which may be null, is what the server knows this process by where it asks clients for certificates;
// one without it would count as a failed handshake twice a second.
const char* dial_self(const net::Address& address, const certs::Issued* self);

}  // namespace brokergate::webhook

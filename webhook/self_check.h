// Dials the server's own port as an API server would: an answer to /readyz that
// has been tried, not assumed.
#pragma once

#include "webhook/server.h"

namespace brokergate::webhook {

// Null when a TLS handshake with the address succeeds within a second; else what failed, as static text.
const char* dial_self(const Address& address);

}  // namespace brokergate::webhook

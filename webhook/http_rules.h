// What may be asked of the webhook's port, decided from the head alone.
#pragma once

#include "webhook/net/head.h"

namespace brokergate::webhook {

// POST /mutate and /validate with one JSON body of known, legal length.
net::Refusal review_refusal(const net::Head& head);

// GET of one of the operations' paths, without a body.
net::Refusal operations_refusal(const net::Head& head);

}  // namespace brokergate::webhook

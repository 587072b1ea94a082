// Addresses of a host.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "webhook/watch/failure.h"
#include "webhook/watch/wake.h"

namespace brokergate::webhook::watch {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
};

// At least one and at most eight, in the order of getaddrinfo(). An address is its own. A name is looked up on a
// thread that lives on until the resolver is done when `stop` is raised or the time is over before.
tl::expected<std::vector<Address>, Failure> resolve(const std::string& host, int port, const Wake& stop,
                                                    std::chrono::steady_clock::time_point deadline);

}  // namespace brokergate::webhook::watch

#include "webhook/watch/resolve.h"

#include <netdb.h>
#include <poll.h>
#include <pthread.h>

#include <csignal>
#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

#include "certs/server_trust.h"
#include "webhook/watch/connection.h"

namespace brokergate::webhook::watch {
namespace {

constexpr size_t kMost = 8;
using Found = tl::expected<std::vector<Address>, Failure>;

Found look_up(const std::string& host, int port, int flags) {
  addrinfo hints{}, *all = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | flags;
  if (const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &all)) {
    return tl::unexpected(Failure{Reason::kConnect, std::string("no such host: ") + ::gai_strerror(code)});
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> freed(all, ::freeaddrinfo);
  std::vector<Address> out;
  for (const addrinfo* one = all; one && out.size() < kMost; one = one->ai_next) {
    if (one->ai_addrlen > sizeof(sockaddr_storage)) continue;
    Address& address = out.emplace_back();
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
  }
  if (out.empty()) return tl::unexpected(Failure{Reason::kConnect, "no such host"});
  return out;
}

struct Search {
  Wake done;
  std::mutex mutex;
  Found found = tl::unexpected(Failure{Reason::kConnect, "the host's name could not be looked up in time"});
};

}  // namespace

Found resolve(const std::string& host, int port, const Wake& stop, std::chrono::steady_clock::time_point deadline) {
  if (certs::is_address(host)) return look_up(host, port, AI_NUMERICHOST);
  const auto search = std::make_shared<Search>();
  try {
    std::thread([search, host, port] {
      try {
        Found found = look_up(host, port, 0);
        const std::lock_guard lock(search->mutex);
        search->found = std::move(found);
      } catch (const std::exception&) {
        // No memory: as if it had taken too long, but told at once.
      }
      search->done.raise();
    }).detach();
  } catch (const std::system_error&) {
    return tl::unexpected(Failure{Reason::kConnect, "no thread to look up the host's name"});
  }
  const auto failure = wait_for(-1, 0, stop, &search->done, deadline);
  if (failure && failure->reason == Reason::kStopped) return tl::unexpected(*failure);
  const std::lock_guard lock(search->mutex);
  return search->found;
}

}  // namespace brokergate::webhook::watch

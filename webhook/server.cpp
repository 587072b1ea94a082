#include "webhook/server.h"

#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "webhook/net/acceptor.h"
#include "webhook/operations_door.h"
#include "webhook/tls.h"

namespace brokergate::webhook {
namespace {

constexpr std::chrono::milliseconds kGrace{10000};
constexpr size_t kHeavyThreads = 2;
constexpr size_t kMostLoops = 4;
// Descriptors for everything but connections.
constexpr size_t kOwnDescriptors = 64;

// The cap must be met before the descriptors are: a connection above the cap is
// ended, one without a descriptor waits in the queue.
void fit_to_descriptors(net::Limits& limits) {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  const rlim_t wanted = limits.connections + kOwnDescriptors;
  if (files.rlim_cur < wanted) {
    files.rlim_cur = std::min(files.rlim_max, wanted);
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
  if (files.rlim_cur < wanted && files.rlim_cur > 2 * kOwnDescriptors) {
    limits.connections = files.rlim_cur - kOwnDescriptors;
  }
}

}  // namespace

struct Server::Impl {
  Impl(ServerOptions wanted, PolicyPtr policy, Log& log, Metrics& metrics)
      : options(std::move(wanted)),
        usage(options.limits),
        reviews(std::move(policy), log, metrics),
        operations(metrics, usage.counts) {
    fit_to_descriptors(options.limits);
    size_t count = options.loops;
    if (count == 0) count = std::clamp<size_t>(std::thread::hardware_concurrency(), 1, kMostLoops);
    for (size_t i = 0; i < count; ++i) loops.push_back(std::make_unique<net::Loop>(options.limits, usage, heavy));
  }

  ServerOptions options;
  certs::Issued self;
  net::Usage usage;
  ReviewDoor reviews;
  OperationsDoor operations;
  std::unique_ptr<net::Port> review_port, operations_port;
  std::vector<std::unique_ptr<net::Loop>> loops;
  // Destroyed before the loops, to which it delivers.
  net::Heavy heavy{kHeavyThreads};
  std::unique_ptr<net::Acceptor> acceptor;

  std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false, stop_now = false;
};

Server::Server(ServerOptions options, PolicyPtr policy, Log& log, Metrics& metrics)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(policy), log, metrics)) {}
Server::~Server() = default;

std::string Server::bind(const certs::Pair& pair, const certs::Clients* clients) {
  if (clients) {
    auto self = certs::make_self();
    if (!self) return self.error();
    impl_->self = std::move(*self);
  }
  auto context = make_context(pair, clients, impl_->self.certificate.get());
  if (!context) return context.error();
  std::vector<net::Port*> ports;
  const auto take = [&](net::Port& port, net::Address& address) -> std::string {
    const auto taken = port.bind(address);
    if (!taken) return taken.error();
    address.port = *taken;
    ports.push_back(&port);
    return {};
  };
  impl_->review_port = std::make_unique<net::Port>(impl_->reviews, std::move(*context));
  if (std::string wrong = take(*impl_->review_port, impl_->options.reviews); !wrong.empty()) return wrong;
  if (impl_->options.operations) {
    impl_->operations_port = std::make_unique<net::Port>(impl_->operations, nullptr);
    if (std::string wrong = take(*impl_->operations_port, *impl_->options.operations); !wrong.empty()) return wrong;
  }
  std::vector<net::Loop*> loops;
  for (const auto& loop : impl_->loops) {
    if (std::string wrong = loop->set_up(); !wrong.empty()) return wrong;
    loops.push_back(loop.get());
  }
  impl_->acceptor = std::make_unique<net::Acceptor>(std::move(ports), std::move(loops));
  return impl_->acceptor->set_up();
}

const net::Address& Server::reviews() const { return impl_->options.reviews; }
const std::optional<net::Address>& Server::operations() const { return impl_->options.operations; }

bool Server::run() {
  // A client that goes away while it is answered.
  std::signal(SIGPIPE, SIG_IGN);
  std::vector<std::thread> threads;
  for (const auto& loop : impl_->loops) threads.emplace_back([&loop] { loop->run(kGrace); });
  const bool fine = impl_->acceptor->run();
  for (const auto& loop : impl_->loops) loop->stop();
  for (std::thread& thread : threads) thread.join();
  return fine;
}

void Server::stop(std::chrono::milliseconds stay) {
  {
    std::unique_lock lock(impl_->mutex);
    impl_->operations.set_ready(false, "stopping");
    impl_->stopping = true;
    for (const auto& loop : impl_->loops) loop->drain();
    // A second call with zero ends the waiting of the first.
    if (stay.count() == 0) impl_->stop_now = true;
    impl_->changed.notify_all();
    impl_->changed.wait_for(lock, stay, [this] { return impl_->stop_now; });
  }
  impl_->acceptor->stop();
}

tl::expected<void, std::string> Server::replace(const certs::Pair& pair, const certs::Clients* clients) {
  auto context = make_context(pair, clients, impl_->self.certificate.get());
  if (!context) return tl::unexpected(context.error());
  impl_->review_port->replace(std::move(*context));
  return {};
}

void Server::look_at(const ClusterSource* cluster) {
  impl_->reviews.look_at(cluster);
  impl_->operations.look_at(cluster);
}
void Server::replace(PolicyPtr policy) { impl_->reviews.replace(std::move(policy)); }

const certs::Issued* Server::self() const { return impl_->self.key ? &impl_->self : nullptr; }

void Server::set_ready(bool ready, const char* why) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->stopping) impl_->operations.set_ready(ready, why);
}

}  // namespace brokergate::webhook

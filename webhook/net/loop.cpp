#include "webhook/net/loop.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <exception>
#include <mutex>
#include <utility>

#include "webhook/net/driver.h"

namespace brokergate::webhook::net {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kEvents = 1024;
constexpr int kHandshakesAtOnce = 4;
constexpr size_t kLeastArrivals = 4096;
// A younger one may be just about to send its first request.
constexpr milliseconds kEvictable{1000};

size_t index_of(Phase phase) { return static_cast<size_t>(phase); }

}  // namespace

struct Loop::Impl final : Owner {
  using List = std::list<std::unique_ptr<Connection>>;

  Impl(const Limits& the_limits, Usage& the_usage, Heavy& heavy)
      : limits(the_limits), usage(the_usage), driver(the_limits, the_usage, heavy, *this), events(kEvents) {
    // Room for every connection there can be, so that a loop that runs needs memory for single ones only,
    // and a want of it ends those.
    for (auto* list : {&again, &turn}) list->reserve(limits.connections);
    for (auto* list : {&answers, &delivered}) list->reserve(limits.connections);
    for (auto* list : {&arrivals, &arrived}) list->reserve(std::max(limits.connections, kLeastArrivals));
    ended.reserve(limits.connections);
  }
  ~Impl() override {
    for (List& list : lists) {
      while (!list.empty()) end(*list.front());
    }
    for (const Arrival& arrival : arrivals) ::close(arrival.socket);
    if (wake >= 0) ::close(wake);
    if (epoll >= 0) ::close(epoll);
  }

  // Owner
  void enter(Connection& connection, Phase phase) override {
    List& from = lists[index_of(connection.phase)];
    List& to = lists[index_of(phase)];
    to.splice(to.end(), from, connection.self);
    connection.phase = phase;
    connection.since = now;
  }
  Connection* oldest_body(const Connection& other) override {
    for (const auto& connection : lists[index_of(Phase::kBody)]) {
      if (connection.get() != &other) {
        queue(*connection);
        return connection.get();
      }
    }
    return nullptr;
  }
  void deliver(Connection& connection, std::string out, bool close) override {
    {
      const std::lock_guard lock(mutex);
      answers.push_back({&connection, std::move(out), close});
    }
    rouse();
  }
  bool draining() const override { return drain; }

  void rouse() const {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake, &one, sizeof one);
  }

  milliseconds limit_of(Phase phase) const {
    switch (phase) {
      case Phase::kHandshake:
        return limits.handshake;
      case Phase::kFresh:
        return limits.first_byte;
      case Phase::kHead:
        return limits.head;
      case Phase::kBody:
        return limits.body;
      case Phase::kWrite:
        return limits.write;
      case Phase::kLinger:
        return limits.linger;
      default:
        return limits.idle;
    }
  }

  void adopt(int socket, Port& port, std::string peer) {
    const Context context = port.context();
    auto made = std::make_unique<Connection>(socket, context.get(), port, std::move(peer));
    Connection& connection = *made;
    List& list = lists[index_of(Phase::kHandshake)];
    connection.self = list.insert(list.end(), std::move(made));
    connection.since = now;
    epoll_event event{};
    event.events = connection.interest = EPOLLIN;
    event.data.ptr = &connection;
    if (::epoll_ctl(epoll, EPOLL_CTL_ADD, socket, &event) != 0) end(connection);
  }

  void end(Connection& connection) {
    driver.release(connection);
    usage.leave(connection.peer);
    // Closing takes it out of epoll as well; events that wait in this batch are skipped by `ended`.
    ::close(connection.socket);
    ended.push_back(std::move(*connection.self));
    lists[index_of(connection.phase)].erase(connection.self);
    connection.socket = -1;
  }

  void watch(Connection& connection, uint32_t interest) {
    if (connection.interest == interest) return;
    epoll_event event{};
    event.events = interest;
    event.data.ptr = &connection;
    // Without any interest epoll still reports a hang-up, over and over.
    const int operation = interest == 0 ? EPOLL_CTL_DEL : connection.interest == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD;
    ::epoll_ctl(epoll, operation, connection.socket, &event);
    connection.interest = interest;
  }

  void queue(Connection& connection) {
    if (!std::exchange(connection.queued, true)) again.push_back(&connection);
  }

  // No memory for one connection ends that one only: then it is false, and the connection has ended.
  template <typename Step>
  bool endured(Connection& connection, const Step& step) {
    try {
      step();
      return true;
    } catch (const std::exception&) {
      end(connection);
      return false;
    }
  }

  void advance(Connection& connection) {
    Want want = Want::kEnd;
    if (!endured(connection, [&] { want = driver.advance(connection); })) return;
    switch (want) {
      case Want::kRead:
        return watch(connection, EPOLLIN);
      case Want::kWrite:
        return watch(connection, EPOLLOUT);
      case Want::kNothing:
        return watch(connection, 0);
      case Want::kAgain:
        return queue(connection);
      case Want::kEnd:
        return end(connection);
    }
  }

  // Ends those whose time is over.
  void expire() {
    for (size_t i = 0; i < lists.size(); ++i) {
      const auto phase = static_cast<Phase>(i);
      if (phase == Phase::kWork) continue;
      while (!lists[i].empty() && lists[i].front()->since + limit_of(phase) <= now) overdue(*lists[i].front());
    }
  }

  void overdue(Connection& connection) {
    if (connection.phase == Phase::kHead || connection.phase == Phase::kBody) {
      ++usage.counts.timed_out;
      if (endured(connection, [&] { driver.refuse(connection, {408, "the request takes too long to arrive"}); }))
        advance(connection);
      return;
    }
    if (connection.phase == Phase::kHandshake || connection.phase == Phase::kWrite) ++usage.counts.timed_out;
    if (connection.phase == Phase::kFresh || connection.phase == Phase::kIdle) connection.transport.end_writing();
    end(connection);
  }

  int patience() const {
    if (!again.empty()) return 0;
    auto next = now + milliseconds(1000);
    for (size_t i = 0; i < lists.size(); ++i) {
      const auto phase = static_cast<Phase>(i);
      if (phase == Phase::kWork || lists[i].empty()) continue;
      next = std::min(next, lists[i].front()->since + limit_of(phase));
    }
    return static_cast<int>(std::chrono::ceil<milliseconds>(std::max(next - now, Clock::duration::zero())).count());
  }

  // Ends a quiet connection, of `peer` if one is named; false when all are at work or too young.
  bool evict(const std::string* peer) {
    for (const Phase phase : {Phase::kLinger, Phase::kHandshake, Phase::kFresh, Phase::kIdle}) {
      for (const auto& connection : lists[index_of(phase)]) {
        if (phase != Phase::kLinger && connection->since + kEvictable > now) break;
        if (peer && connection->peer != *peer) continue;
        ++usage.counts.evicted;
        if (phase == Phase::kFresh || phase == Phase::kIdle) connection->transport.end_writing();
        end(*connection);
        return true;
      }
    }
    return false;
  }

  void take_inbox() {
    uint64_t count = 0;
    [[maybe_unused]] const ssize_t got = ::read(wake, &count, sizeof count);
    {
      const std::lock_guard lock(mutex);
      delivered.swap(answers);
      arrived.swap(arrivals);
    }
    for (Answered& answer : delivered) {
      Connection& connection = *answer.connection;
      if (endured(connection, [&] { driver.answered(connection, std::move(answer.out), answer.close); }))
        advance(connection);
    }
    delivered.clear();
    for (Arrival& arrival : arrived) {
      try {
        admit(arrival);
      } catch (const std::exception&) {
        ::close(arrival.socket);  // no memory to count it in
      }
    }
    arrived.clear();
  }

  struct Arrival {
    int socket;
    Port* port;
    std::string peer;
  };

  void admit(Arrival& arrival) {
    Usage::Room room = usage.enter(arrival.peer);
    if (room != Usage::Room::kYes && evict(room == Usage::Room::kNoneForPeer ? &arrival.peer : nullptr)) {
      room = usage.enter(arrival.peer);
    }
    if (room != Usage::Room::kYes || stopping) {
      if (room == Usage::Room::kYes) usage.leave(arrival.peer);
      ++usage.counts.over_cap;
      ::close(arrival.socket);
      return;
    }
    ++usage.counts.accepted;
    try {
      adopt(arrival.socket, *arrival.port, arrival.peer);
    } catch (const std::exception&) {
      usage.leave(arrival.peer);
      ::close(arrival.socket);
    }
  }

  void handle(int count) {
    // Established connections first; of the others a few, the rest is reported again.
    for (int i = 0; i < count; ++i) {
      if (events[i].data.ptr == nullptr) {
        take_inbox();
        continue;
      }
      auto& connection = *static_cast<Connection*>(events[i].data.ptr);
      if (connection.socket >= 0 && connection.phase != Phase::kHandshake && !connection.queued) advance(connection);
    }
    int handshakes = 0;
    for (int i = 0; i < count && handshakes < kHandshakesAtOnce; ++i) {
      if (events[i].data.ptr == nullptr) continue;
      auto& connection = *static_cast<Connection*>(events[i].data.ptr);
      if (connection.socket < 0 || connection.phase != Phase::kHandshake) continue;
      ++handshakes;
      advance(connection);
    }
  }

  void run(milliseconds grace) {
    Clock::time_point deadline = Clock::time_point::max();
    while (true) {
      const int count = ::epoll_wait(epoll, events.data(), kEvents, patience());
      now = Clock::now();
      if (count > 0) handle(count);
      turn.swap(again);
      for (Connection* connection : turn) {
        connection->queued = false;
        if (connection->socket >= 0) advance(*connection);
      }
      turn.clear();
      expire();
      if (stopping) {
        if (deadline == Clock::time_point::max()) deadline = now + grace;
        for (const Phase phase : {Phase::kHandshake, Phase::kFresh, Phase::kIdle}) {
          List& list = lists[index_of(phase)];
          while (!list.empty()) {
            list.front()->transport.end_writing();
            end(*list.front());
          }
        }
        if (now >= deadline || finished()) return;
      }
      // Nothing points at them any more: this batch of events is done.
      std::erase_if(again, [](const Connection* connection) { return connection->socket < 0; });
      ended.clear();
    }
  }

  bool finished() const {
    return std::all_of(lists.begin(), lists.end(), [](const List& list) { return list.empty(); });
  }

  const Limits& limits;
  Usage& usage;
  Driver driver;
  int epoll = -1, wake = -1;
  Clock::time_point now = Clock::now();
  std::array<List, static_cast<size_t>(Phase::kCount)> lists;
  std::vector<epoll_event> events;
  std::vector<Connection*> again, turn;  // have more to do without an event; those whose turn it is
  std::vector<std::unique_ptr<Connection>> ended;
  std::atomic<bool> drain = false, stopping = false;

  struct Answered {
    Connection* connection;
    std::string out;
    bool close;
  };
  std::vector<Answered> delivered;
  std::vector<Arrival> arrived;
  std::mutex mutex;  // of the two below
  std::vector<Answered> answers;
  std::vector<Arrival> arrivals;
};

Loop::Loop(const Limits& limits, Usage& usage, Heavy& heavy) : impl_(std::make_unique<Impl>(limits, usage, heavy)) {}
Loop::~Loop() = default;

std::string Loop::set_up() {
  impl_->epoll = ::epoll_create1(EPOLL_CLOEXEC);
  impl_->wake = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  epoll_event event{};
  event.events = EPOLLIN;
  if (impl_->epoll < 0 || impl_->wake < 0 || ::epoll_ctl(impl_->epoll, EPOLL_CTL_ADD, impl_->wake, &event) != 0) {
    return std::string("no epoll: ") + std::strerror(errno);
  }
  return {};
}

void Loop::run(milliseconds grace) { impl_->run(grace); }

void Loop::take(int socket, Port& port, std::string peer) {
  {
    const std::lock_guard lock(impl_->mutex);
    // More than there can be connections: told no, as those above the cap are.
    if (impl_->arrivals.size() == impl_->arrivals.capacity()) {
      ++impl_->usage.counts.over_cap;
      ::close(socket);
      return;
    }
    impl_->arrivals.push_back({socket, &port, std::move(peer)});
  }
  impl_->rouse();
}

void Loop::drain() { impl_->drain = true; }

void Loop::stop() {
  impl_->drain = true;
  impl_->stopping = true;
  impl_->rouse();
}

}  // namespace brokergate::webhook::net

#include "webhook/cluster/node_board.h"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <utility>

#include "webhook/watch/background.h"

namespace brokergate::webhook::cluster {

using Clock = std::chrono::steady_clock;

NodeBoard::NodeBoard(Build build, std::chrono::milliseconds pace)
    : build_(std::move(build)), pace_(pace), thread_([this] { run(); }) {}

NodeBoard::~NodeBoard() {
  {
    const std::lock_guard guard(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

std::shared_ptr<const NodeIndex> NodeBoard::index() const {
  const std::lock_guard guard(mutex_);
  return index_;
}

uint64_t NodeBoard::builds() const {
  const std::lock_guard guard(mutex_);
  return builds_;
}

bool NodeBoard::behind() const {
  const std::lock_guard guard(mutex_);
  return behind_;
}

void NodeBoard::changed() {
  {
    const std::lock_guard guard(mutex_);
    changed_ = true;
  }
  wake_.notify_all();
}

void NodeBoard::rebuild() {
  const std::lock_guard one_at_a_time(building_);
  {
    // What changes from here on may be missing in the index.
    const std::lock_guard guard(mutex_);
    changed_ = false;
  }
  std::shared_ptr<const NodeIndex> index;
  try {
    index = build_();
  } catch (const std::exception&) {
    {
      const std::lock_guard guard(mutex_);
      changed_ = behind_ = true;
    }
    wake_.notify_all();
    throw;
  }
  const std::lock_guard guard(mutex_);
  index_.swap(index);
  behind_ = false;
  ++builds_;
}

void NodeBoard::run() {
  pthread_setname_np(pthread_self(), "node-index");
  watch::run_in_background();
  std::unique_lock guard(mutex_);
  while (true) {
    wake_.wait(guard, [&] { return changed_ || stopped_; });
    if (stopped_) return;
    guard.unlock();
    const Clock::time_point start = Clock::now();
    try {
      rebuild();
    } catch (const std::exception&) {
      // No memory: the old one stays until it is tried again.
    }
    const auto rest = std::max<Clock::duration>(pace_, 4 * (Clock::now() - start));
    guard.lock();
    wake_.wait_for(guard, rest, [&] { return stopped_; });
    if (stopped_) return;
  }
}

}  // namespace brokergate::webhook::cluster

#include "webhook/net/heavy.h"

namespace brokergate::webhook::net {

Heavy::Heavy(size_t threads) {
  threads_.reserve(threads);
  https_ = std::vector<Http>(threads);
  for (Http& http : https_) threads_.emplace_back([this, &http] { run(http); });
}

Heavy::~Heavy() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Heavy::add(Work work) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(work));
  }
  wake_.notify_one();
}

void Heavy::run(Http& http) {
  while (true) {
    Work work;
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) return;
      work = std::move(waiting_.front());
      waiting_.pop_front();
    }
    work(http);
  }
}

}  // namespace brokergate::webhook::net

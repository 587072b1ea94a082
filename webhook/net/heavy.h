// The few threads that answer large requests.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "webhook/net/http.h"

namespace brokergate::webhook::net {

class Heavy {
 public:
  using Work = std::function<void(Http&)>;

  explicit Heavy(size_t threads);
  // Ends after the work at hand; what has not begun is dropped.
  ~Heavy();
  Heavy(const Heavy&) = delete;
  Heavy& operator=(const Heavy&) = delete;

  // Thread-safe. What waits is bounded by the bytes in flight.
  void add(Work work);

 private:
  void run(Http& http);

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> waiting_;
  bool ending_ = false;
  std::vector<Http> https_;  // one per thread, made before any of them runs
  std::vector<std::thread> threads_;
};

}  // namespace brokergate::webhook::net

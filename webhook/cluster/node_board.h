// The index of the cluster's nodes, kept up to date beside those who ask it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "brokergate/nodes.h"

namespace brokergate::webhook::cluster {

// Thread-safe. Building an index of thousands of nodes takes milliseconds, so changes are collected: a thread of
// its own builds at most one every `pace`, and spends a fifth of its time on it at most. Who asks gets the last
// one and never waits.
class NodeBoard {
 public:
  using Build = std::function<std::shared_ptr<const NodeIndex>()>;
  // `build` makes an index of what is known now; it is called by one thread at a time.
  NodeBoard(Build build, std::chrono::milliseconds pace);
  ~NodeBoard();
  NodeBoard(const NodeBoard&) = delete;
  NodeBoard& operator=(const NodeBoard&) = delete;

  std::shared_ptr<const NodeIndex> index() const;  // null until the first one
  void changed();                                  // builds soon
  void rebuild();                                  // builds before it returns; may throw what `build` throws
  uint64_t builds() const;
  // There was no memory for the last one; it is tried again.
  bool behind() const;

 private:
  void run();

  const Build build_;
  const std::chrono::milliseconds pace_;
  std::mutex building_;  // before mutex_ where both are held
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool changed_ = false, stopped_ = false, behind_ = false;
  uint64_t builds_ = 0;
  std::shared_ptr<const NodeIndex> index_;
  std::thread thread_;
};

}  // namespace brokergate::webhook::cluster

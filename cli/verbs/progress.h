// "reading 1200/20000 files" on a terminal, once a run has become long.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "cli/verbs/console.h"

namespace brokergate::cli {

class Progress {
 public:
  Progress(Console& console, std::string_view what, size_t total);
  ~Progress() { done(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // From any thread: one more is done.
  void step();
  // Wipes the line.
  void done();

 private:
  Console& console_;
  std::string what_;
  size_t total_;
  bool shown_;
  std::atomic<size_t> steps_ = 0;
  std::atomic<int64_t> next_ms_;  // when to draw again, since start_
  std::atomic<bool> drawn_ = false;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace brokergate::cli

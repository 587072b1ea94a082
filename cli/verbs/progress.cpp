#include "cli/verbs/progress.h"

namespace brokergate::cli {
namespace {

constexpr int64_t kFirstMs = 400;
constexpr int64_t kEveryMs = 100;

}  // namespace

Progress::Progress(Console& console, std::string_view what, size_t total)
    : console_(console),
      what_(what),
      total_(total),
      shown_(total > 1 && console.shows_progress()),
      next_ms_(kFirstMs) {}

void Progress::step() {
  const size_t steps = ++steps_;
  if (!shown_) return;
  const auto passed = std::chrono::steady_clock::now() - start_;
  const int64_t now = std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
  int64_t due = next_ms_;
  // Whoever moves the time forward draws.
  if (now < due || !next_ms_.compare_exchange_strong(due, now + kEveryMs)) return;
  drawn_ = true;
  console_.err("\r" + what_ + " " + std::to_string(steps) + "/" + std::to_string(total_) + " files\x1b[K");
}

void Progress::done() {
  if (drawn_.exchange(false)) console_.err("\r\x1b[K");
}

}  // namespace brokergate::cli

#include "rules/kafka/shell/ways.h"

#include <utility>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {

std::optional<bool> Ways::choose(std::string_view condition, const std::string& asked) {
  if (!conditions_.contains(condition)) return std::nullopt;
  if (at_ == taken_.size()) {
    if (at_ >= kMostChoices || (at_ >= kFreeChoices && deep_ >= kMostDeep)) return std::nullopt;
    if (at_ >= kFreeChoices) ++deep_;
    taken_.push_back({asked});
  }
  return taken_[at_++].succeeds;
}

bool Ways::advance() {
  taken_.resize(at_);
  at_ = 0;
  while (!taken_.empty() && !taken_.back().succeeds) taken_.pop_back();
  if (taken_.empty()) return false;
  taken_.back().succeeds = false;
  turned_ = taken_.back().asked;
  return true;
}

std::optional<bool> Interpreter::choose(const Node& condition) {
  // The rounds of a loop are followed until a further one changes nothing: none may differ.
  if (ways_ == nullptr || looping_ != 0) return std::nullopt;
  std::string_view asked = condition.text;
  while (asked.ends_with(';') || asked.ends_with(' ')) asked.remove_suffix(1);
  const bool by_status = asked.find("$?") != std::string_view::npos && !last_command_.empty();
  return ways_->choose(condition.text, by_status ? last_command_ : quote(asked));
}

bool Interpreter::decide(const Node& condition, State& state, Failed& failed) {
  if (ways_ == nullptr) return false;
  std::optional<bool> way;
  if (failed && (state.dead || failed->dead)) {
    way = failed->dead;
  } else {
    way = choose(condition);
  }
  if (!way) return false;
  if (failed && !*way) state = std::move(*failed);
  failed.reset();
  if (state.dead) return true;
  if (*way) {
    state.status = 0;
  } else if (state.status <= 0) {
    state.status = kFailedStatus;
  }
  return true;
}

void Interpreter::note_split(const Node& condition, bool loss, size_t ends) {
  if (ways_ == nullptr && looping_ == 0 && (loss || ends_ != ends)) splits_.insert(condition.text);
}

void Interpreter::note_read(std::string_view value) const {
  if (!splits_.empty() && !read_lost_) read_lost_ = has_unknown(value);
}

std::set<std::string_view> Interpreter::worth_splitting() const {
  return read_lost_ && !stopped() ? splits_ : std::set<std::string_view>{};
}

std::string Interpreter::ways_reason() const {
  if (ways_ == nullptr || ways_->turned().empty()) return "depends on a way that cannot be decided";
  return "depends on whether " + ways_->turned() + " succeeds";
}

// For another run; what is joined of all of them stays.
void Interpreter::forget_run() {
  frames_.clear();
  sourcing_.clear();
  Borrowed borrowed = std::move(parse_budget_.borrowed);
  parse_budget_ = ParseBudget{};
  parse_budget_.borrowed = std::move(borrowed);
  copied_ = depth_ = 0;
  ignore_errexit_ = inexact_ = no_spans_ = child_ = processes_ = looping_ = 0;
  library_ = started_ = substituted_ = false;
}

Result Interpreter::run_ways(const Start& start, std::set<std::string_view> conditions, Result joined) {
  Ways ways(std::move(conditions));
  ways_ = &ways;
  exited_.dead = true;
  do {
    forget_run();
    follow(start);
    // A way on which the script fails starts no broker, nor does it let other containers start.
    if (!last_.dead && last_.status <= 0) join(exited_, std::move(last_), ways_reason());
  } while (!stopped() && ways.advance());
  ways_ = nullptr;
  if (stopped() || (!entry_ && exited_.dead)) return joined;
  last_ = std::move(exited_);
  Result result = finish(start);
  if (joined.certain && !result.certain) return joined;
  result.assignments = std::move(joined.assignments);
  if (result.borrowed.from < joined.borrowed.from) result.borrowed = std::move(joined.borrowed);
  return result;
}

}  // namespace brokergate::shell

// Which way each run through a script takes at conditions that cannot be decided
// (the status of a program that is not known, a test on an unknown value).
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace brokergate::shell {

// All combinations, first those on which the last conditions fail. What exceeds
// the bounds is not chosen: that run follows both ways.
class Ways {
 public:
  // `conditions`: the source of those worth a choice.
  explicit Ways(std::set<std::string_view> conditions) : conditions_(std::move(conditions)) {}

  // What this combination does otherwise than the one before it; empty in the first one.
  const std::string& turned() const { return turned_; }
  // `asked`: what its reason calls it.
  std::optional<bool> choose(std::string_view condition, const std::string& asked);
  // The next combination; false: there is none.
  bool advance();

 private:
  // Each choice adds a run: at most 32.
  static constexpr size_t kFreeChoices = 4, kMostChoices = 8, kMostDeep = 16;

  std::set<std::string_view> conditions_;
  struct Choice {
    std::string asked;
    bool succeeds = true;
  };
  std::vector<Choice> taken_;  // of this run
  std::string turned_;
  size_t at_ = 0;
  size_t deep_ = 0;  // choices made behind the first ones of a run
};

}  // namespace brokergate::shell

#include "webhook/watch/body.h"

#include <algorithm>

namespace brokergate::webhook::watch {
namespace {

constexpr size_t kMostDigits = 12, kMostSkipped = 8192;

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

void Body::step(char c) {
  const auto begin_trailer_or_data = [&] {
    line_ = 0;
    state_ = left_ ? State::kData : State::kTrailer;
  };
  switch (state_) {
    case State::kSize:
      if (const int digit = hex(c); digit >= 0) {
        left_ = left_ << 4 | static_cast<uint64_t>(digit);
        if (++digits_ > kMostDigits) state_ = State::kBroken;
      } else if (digits_ == 0) {
        state_ = State::kBroken;
      } else if (c == ';' || c == ' ' || c == '\t') {
        state_ = State::kExtension;
      } else {
        state_ = c == '\r' ? State::kSizeEnd : State::kBroken;
      }
      return;
    case State::kExtension:
      if (c == '\r') {
        state_ = State::kSizeEnd;
      } else if (c == '\n' || ++skipped_ > kMostSkipped) {
        state_ = State::kBroken;
      }
      return;
    case State::kSizeEnd:
      if (c != '\n') {
        state_ = State::kBroken;
      } else {
        begin_trailer_or_data();
      }
      return;
    case State::kDataReturn:
      state_ = c == '\r' ? State::kDataEnd : State::kBroken;
      return;
    case State::kDataEnd:
      state_ = c == '\n' ? State::kSize : State::kBroken;
      digits_ = 0;
      left_ = 0;
      return;
    case State::kTrailer:
      if (++skipped_ > kMostSkipped) {
        state_ = State::kBroken;
      } else if (c == '\n') {
        if (line_ == 0) state_ = State::kDone;
        line_ = 0;
      } else if (c != '\r') {
        ++line_;
      }
      return;
    default:
      return;
  }
}

std::string_view Body::take(std::string_view& input) {
  while (!input.empty() && !done() && !broken()) {
    if (state_ != State::kCounted && state_ != State::kData) {
      step(input.front());
      input.remove_prefix(1);
      continue;
    }
    const std::string_view piece = input.substr(0, static_cast<size_t>(std::min<uint64_t>(left_, input.size())));
    input.remove_prefix(piece.size());
    left_ -= piece.size();
    if (left_ == 0) state_ = state_ == State::kCounted ? State::kDone : State::kDataReturn;
    return piece;
  }
  return {};
}

}  // namespace brokergate::webhook::watch

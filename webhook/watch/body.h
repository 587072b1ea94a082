// The body of an HTTP/1.1 answer, as it comes in (RFC 9112 section 7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace brokergate::webhook::watch {

class Body {
 public:
  static Body chunked() { return Body(State::kSize, 0); }
  static Body sized(uint64_t length) { return Body(length ? State::kCounted : State::kDone, length); }

  bool done() const { return state_ == State::kDone; }
  bool broken() const { return state_ == State::kBroken; }
  // Takes bytes off the front of `input`, all of them unless the body ends or is broken before; the next piece
  // of content among them, which may be empty. Call it again while `input` is not empty and the body goes on.
  std::string_view take(std::string_view& input);

 private:
  enum class State : uint8_t {
    kCounted,
    kSize,
    kExtension,
    kSizeEnd,
    kData,
    kDataReturn,
    kDataEnd,
    kTrailer,
    kDone,
    kBroken
  };
  Body(State state, uint64_t left) : state_(state), left_(left) {}
  void step(char c);

  State state_;
  uint64_t left_;       // of the chunk, or of the whole
  size_t digits_ = 0;   // of a chunk's size
  size_t skipped_ = 0;  // bytes of extensions and trailers
  size_t line_ = 0;     // bytes of the trailer's line so far
};

}  // namespace brokergate::webhook::watch

// The bytes of one input and where they came from.
//
// A Source is immutable after construction and may be shared between threads.
// Everything that points into an input (Document nodes, findings) does so by
// byte offset; line and column are worked out only when somebody is told.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace brokergate {

// 1-based, as editors count: column counts Unicode code points, a tab is one.
// line 0 means "no position" (a value that no input contains).
struct Position {
  uint32_t line = 0;
  uint32_t column = 0;
  bool operator==(const Position&) const = default;
};

class Source {
 public:
  // `name` is what the user called the input: a path, "-" or "<request>".
  Source(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {}

  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  // The part of `name` before its last slash; empty when there is none.
  std::string_view folder() const;

  // Position of a byte offset. Linear in the offset: meant for findings, not
  // for hot loops. An offset past the end gives the position after the last byte.
  Position position(size_t offset) const;

  // The 1-based line's text without its line break; empty past the end.
  std::string_view line(uint32_t number) const;

 private:
  std::string name_;
  std::string text_;
};

using SourcePtr = std::shared_ptr<const Source>;

}  // namespace brokergate

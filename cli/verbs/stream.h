// Several files as one stream of YAML documents.
#pragma once

#include <string>
#include <string_view>

namespace brokergate::cli {

class Stream {
 public:
  // One file alone passes as it is, byte by byte.
  explicit Stream(bool joined) : joined_(joined) {}

  // What to print for the next file: its text, with a separator where the stream
  // would otherwise run two documents together.
  std::string next(std::string_view text);

 private:
  bool joined_;
  bool first_ = true;
};

}  // namespace brokergate::cli

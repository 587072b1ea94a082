// Where offsets are, for many findings in large files: each source's lines are
// found once. Not thread-safe.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "brokergate/document.h"
#include "brokergate/source.h"

namespace brokergate::cli {

class Locator {
 public:
  Position at(const Source& source, uint32_t offset);
  // Byte offset of a position, at most the end of its line.
  uint32_t offset_of(const Source& source, Position position);
  // The part of the offset's line that is within `reach` bytes of it, whole code points.
  struct Window {
    std::string_view text;
    size_t column_byte = 0;  // where the offset is in `text`
    bool cut_left = false, cut_right = false;
  };
  Window window(const Source& source, uint32_t offset, size_t reach = 400);

 private:
  struct Index {
    std::vector<uint32_t> starts;  // of lines
    // Code points before each block of bytes: a line may be a whole minified file.
    std::vector<uint32_t> points;
  };
  const Index& index_of(const Source& source);

  std::unordered_map<const Source*, Index> sources_;
};

// Source offset of a place inside a scalar's decoded text: exact in literal block
// scalars (a shell script) and where text and source are the same, else the
// scalar's own.
uint32_t offset_within(const Source& source, Value scalar, size_t text_offset);

// Where a finding about `value` points: the value itself, or the key of a
// container (whose first entry would be read as the culprit).
uint32_t anchor(Value value);

}  // namespace brokergate::cli

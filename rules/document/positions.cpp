#include <algorithm>
#include <cstring>

#include "rules/document/reader.h"

namespace brokergate::document {

PositionCursor::PositionCursor(std::string_view text) : text_(text) {
  if (text.starts_with("\xEF\xBB\xBF")) start_.offset = 3;
  now_ = start_;
}

PositionCursor::Mark PositionCursor::advance(Mark from, uint32_t offset) const {
  const char* at = text_.data() + from.offset;
  const char* end = text_.data() + std::min<size_t>(offset, text_.size());
  while (at < end) {
    const void* found = std::memchr(at, '\n', static_cast<size_t>(end - at));
    if (!found) break;
    at = static_cast<const char*>(found) + 1;
    ++from.position.line;
    from.position.column = 1;
  }
  for (; at < end; ++at) {
    if ((static_cast<unsigned char>(*at) & 0xC0) != 0x80) ++from.position.column;
  }
  from.offset = std::max(from.offset, std::min<uint32_t>(offset, static_cast<uint32_t>(text_.size())));
  return from;
}

Position PositionCursor::at(uint32_t offset) {
  if (offset < now_.offset) now_ = offset < start_.offset ? Mark{0, {1, 1}} : start_;
  now_ = advance(now_, offset);
  return now_.position;
}

void PositionCursor::checkpoint(uint32_t offset) {
  if (offset <= start_.offset) return;
  at(offset);
  start_ = now_;
}

}  // namespace brokergate::document

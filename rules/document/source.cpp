#include "brokergate/source.h"

#include <algorithm>
#include <cstring>

namespace brokergate {

std::string_view Source::folder() const {
  const size_t slash = name_.rfind('/');
  return slash == std::string::npos ? std::string_view() : std::string_view(name_).substr(0, slash);
}

Position Source::position(size_t offset) const {
  const size_t end = std::min(offset, text_.size());
  Position position{1, 1};
  size_t line_begin = 0;
  const char* data = text_.data();
  while (const void* found = line_begin < end ? std::memchr(data + line_begin, '\n', end - line_begin) : nullptr) {
    line_begin = static_cast<size_t>(static_cast<const char*>(found) - data) + 1;
    ++position.line;
  }
  // An editor does not show the byte order mark as a character.
  if (position.line == 1 && text_.starts_with("\xEF\xBB\xBF")) line_begin = 3;
  for (size_t i = line_begin; i < end; ++i) {
    if ((static_cast<unsigned char>(data[i]) & 0xC0) != 0x80) ++position.column;
  }
  return position;
}

std::string_view Source::line(uint32_t number) const {
  std::string_view rest = text_;
  if (rest.starts_with("\xEF\xBB\xBF")) rest.remove_prefix(3);
  if (number == 0) return {};
  for (uint32_t i = 1; i < number; ++i) {
    const size_t end = rest.find('\n');
    if (end == std::string_view::npos) return {};
    rest.remove_prefix(end + 1);
  }
  std::string_view line = rest.substr(0, rest.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace brokergate

#include "cli/output/locator.h"

#include <algorithm>

namespace brokergate::cli {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool has_bom(std::string_view text) { return text.starts_with("\xEF\xBB\xBF"); }

constexpr size_t kBlock = 4096;

uint32_t points_in(std::string_view text) {
  return static_cast<uint32_t>(std::count_if(text.begin(), text.end(), [](char c) { return !continues(c); }));
}

size_t line_index(const std::vector<uint32_t>& starts, uint32_t offset) {
  return static_cast<size_t>(std::upper_bound(starts.begin(), starts.end(), offset) - starts.begin()) - 1;
}

struct Line {
  size_t begin = 0, end = 0;  // without byte order mark and line break
};

Line line_at(std::string_view text, const std::vector<uint32_t>& starts, size_t index) {
  Line line{starts[index], index + 1 < starts.size() ? starts[index + 1] - 1 : text.size()};
  if (line.end > line.begin && text[line.end - 1] == '\r') --line.end;
  if (index == 0 && has_bom(text)) line.begin = 3;
  return line;
}

}  // namespace

const Locator::Index& Locator::index_of(const Source& source) {
  const auto [place, is_new] = sources_.try_emplace(&source);
  Index& index = place->second;
  if (!is_new) return index;
  const std::string_view text = source.text();
  index.starts.push_back(0);
  for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
    index.starts.push_back(static_cast<uint32_t>(at + 1));
  }
  index.points.push_back(0);
  for (size_t at = 0; at + kBlock <= text.size(); at += kBlock) {
    index.points.push_back(index.points.back() + points_in(text.substr(at, kBlock)));
  }
  return index;
}

Position Locator::at(const Source& source, uint32_t offset) {
  const std::string_view text = source.text();
  offset = std::min(offset, static_cast<uint32_t>(text.size()));
  const Index& index = index_of(source);
  const size_t line = line_index(index.starts, offset);
  const size_t begin = line_at(text, index.starts, line).begin;
  const auto points_before = [&](size_t end) {
    const size_t block = end / kBlock;
    return index.points[block] + points_in(text.substr(block * kBlock, end - block * kBlock));
  };
  const uint32_t column = offset > begin ? points_before(offset) - points_before(begin) + 1 : 1;
  return {static_cast<uint32_t>(line + 1), column};
}

uint32_t Locator::offset_of(const Source& source, Position position) {
  const std::string_view text = source.text();
  const Index& index = index_of(source);
  if (position.line == 0) return 0;
  if (position.line > index.starts.size()) return static_cast<uint32_t>(text.size());
  const Line line = line_at(text, index.starts, position.line - 1);
  const uint32_t columns = std::max(position.column, 1U) - 1;
  const size_t block = line.begin / kBlock;
  const uint32_t before = index.points[block] + points_in(text.substr(block * kBlock, line.begin - block * kBlock));
  const uint64_t wanted = uint64_t{before} + columns;
  // On from the last block that begins before the column: as many code points stand before it as are wanted, or fewer.
  const auto behind = std::upper_bound(index.points.begin(), index.points.end(), wanted);
  const auto last = static_cast<size_t>(behind - index.points.begin()) - 1;
  size_t at = line.begin;
  uint64_t points = before;
  if (last > block) {
    at = last * kBlock;
    points = index.points[last];
    while (at < line.end && continues(text[at])) ++at;
  }
  for (; points < wanted && at < line.end; ++points) {
    ++at;
    while (at < line.end && continues(text[at])) ++at;
  }
  at = std::min(at, line.end);
  return static_cast<uint32_t>(at);
}

Locator::Window Locator::window(const Source& source, uint32_t offset, size_t reach) {
  const std::string_view text = source.text();
  offset = std::min(offset, static_cast<uint32_t>(text.size()));
  const Index& index = index_of(source);
  auto [begin, end] = line_at(text, index.starts, line_index(index.starts, offset));
  const size_t column = std::clamp<size_t>(offset, begin, std::max(begin, end));
  Window window;
  if (column - begin > reach) {
    begin = column - reach;
    while (begin < column && continues(text[begin])) ++begin;
    window.cut_left = true;
  }
  if (end > column + reach) {
    end = column + reach;
    while (end > column && continues(text[end])) --end;
    window.cut_right = true;
  }
  window.text = text.substr(begin, end - begin);
  window.column_byte = column - begin;
  return window;
}

uint32_t offset_within(const Source& source, Value scalar, size_t text_offset) {
  const std::string_view text = source.text();
  const std::string_view decoded = scalar.str();
  if (text_offset == 0 || text_offset > decoded.size() || scalar->end > text.size()) return scalar->begin;
  if (scalar->style == Style::kLiteral) {
    // Each line of the text is one line of the source below the header, further to the right.
    const auto lines = std::count(decoded.begin(), decoded.begin() + static_cast<std::ptrdiff_t>(text_offset), '\n');
    size_t at = text.find('\n', scalar->begin);
    for (std::ptrdiff_t i = 0; i < lines && at != std::string_view::npos; ++i) at = text.find('\n', at + 1);
    if (at == std::string_view::npos) return scalar->begin;
    const size_t line_begin = decoded.rfind('\n', text_offset - 1) + 1;  // npos + 1 is the first line's begin
    const std::string_view line = decoded.substr(line_begin, decoded.find('\n', line_begin) - line_begin);
    std::string_view written = text.substr(at + 1, text.find('\n', at + 1) - (at + 1));
    if (written.ends_with('\r')) written.remove_suffix(1);
    if (!written.ends_with(line)) return scalar->begin;
    return static_cast<uint32_t>(at + 1 + (written.size() - line.size()) + (text_offset - line_begin));
  }
  const uint32_t quote = scalar->style == Style::kPlain ? 0 : 1;
  const bool verbatim = text.substr(scalar->begin + quote, text_offset) == decoded.substr(0, text_offset);
  return verbatim ? scalar->begin + quote + static_cast<uint32_t>(text_offset) : scalar->begin;
}

uint32_t anchor(Value value) {
  if (!value) return 0;
  const bool container = value.is_map() || value.is_seq();
  return container && value->key_end > value->key_begin ? value->key_begin : value->begin;
}

}  // namespace brokergate::cli

#include "cli/output/locator.h"

#include <algorithm>

namespace brokergate::cli {
namespace {

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

bool has_bom(std::string_view text) { return text.starts_with("\xEF\xBB\xBF"); }

// End of the line that starts at `start`, without its break.
size_t line_end(std::string_view text, size_t start) {
  size_t end = std::min(text.find('\n', start), text.size());
  if (end > start && text[end - 1] == '\r') --end;
  return end;
}

}  // namespace

Locator::Lines& Locator::lines_of(const Source& source) {
  const auto [place, is_new] = sources_.try_emplace(&source);
  if (is_new) {
    const std::string_view text = source.text();
    place->second.starts.push_back(0);
    for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
      place->second.starts.push_back(static_cast<uint32_t>(at + 1));
    }
  }
  return place->second;
}

size_t Locator::line_index(const Lines& lines, uint32_t offset) {
  const auto next = std::upper_bound(lines.starts.begin(), lines.starts.end(), offset);
  return static_cast<size_t>(next - lines.starts.begin()) - 1;
}

Position Locator::at(const Source& source, uint32_t offset) {
  const std::string_view text = source.text();
  offset = std::min(offset, static_cast<uint32_t>(text.size()));
  Lines& lines = lines_of(source);
  const size_t index = line_index(lines, offset);
  const auto line = static_cast<uint32_t>(index + 1);
  uint32_t from = lines.starts[index];
  uint32_t column = 1;
  if (from == 0 && has_bom(text)) from = 3;
  if (offset < from) return {line, 1};
  if (lines.last_line == line && lines.last_offset <= offset) {
    from = lines.last_offset;
    column = lines.last_column;
  }
  for (uint32_t i = from; i < offset; ++i) column += !continues(text[i]);
  lines.last_line = line;
  lines.last_offset = offset;
  lines.last_column = column;
  return {line, column};
}

uint32_t Locator::offset_of(const Source& source, Position position) {
  const std::string_view text = source.text();
  const Lines& lines = lines_of(source);
  if (position.line == 0) return 0;
  if (position.line > lines.starts.size()) return static_cast<uint32_t>(text.size());
  size_t at = lines.starts[position.line - 1];
  const size_t end = line_end(text, at);
  if (at == 0 && has_bom(text)) at = 3;
  for (uint32_t column = 1; column < position.column && at < end; ++column) {
    ++at;
    while (at < end && continues(text[at])) ++at;
  }
  return static_cast<uint32_t>(at);
}

Locator::Window Locator::window(const Source& source, uint32_t offset, size_t reach) {
  const std::string_view text = source.text();
  offset = std::min(offset, static_cast<uint32_t>(text.size()));
  const Lines& lines = lines_of(source);
  size_t begin = lines.starts[line_index(lines, offset)];
  if (begin == 0 && has_bom(text)) begin = 3;
  size_t end = line_end(text, begin);
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
    const std::string_view written = text.substr(at + 1, line_end(text, at + 1) - (at + 1));
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

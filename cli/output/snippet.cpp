#include "cli/output/snippet.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace brokergate::cli {
namespace {

constexpr int kWidth = 100;  // of the shown part of a line
constexpr int kTab = 4;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

using Range = std::pair<char32_t, char32_t>;

// General categories Mn and Me as far as they occur in practice, and zero-width format characters.
constexpr std::array<Range, 9> kInvisible{{{0x300, 0x36F},
                                           {0x483, 0x489},
                                           {0x591, 0x5BD},
                                           {0x64B, 0x65F},
                                           {0x200B, 0x200D},
                                           {0x20D0, 0x20F0},
                                           {0xFE00, 0xFE0F},
                                           {0xFE20, 0xFE2F},
                                           {0xFEFF, 0xFEFF}}};
// East Asian Width W and F (Unicode UAX #11), merged into blocks.
constexpr std::array<Range, 10> kWide{{{0x1100, 0x115F},
                                       {0x2E80, 0x303E},
                                       {0x3041, 0x33FF},
                                       {0x3400, 0x4DBF},
                                       {0x4E00, 0xA4CF},
                                       {0xAC00, 0xD7A3},
                                       {0xF900, 0xFAFF},
                                       {0xFF00, 0xFF60},
                                       {0x1F300, 0x1F64F},
                                       {0x1F900, 0x3FFFD}}};

template <size_t N>
bool within(const std::array<Range, N>& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [&](const Range& range) { return point >= range.first && point <= range.second; });
}

bool steers(char32_t point) {
  return (point < 0x20 && point != '\t') || (point >= 0x7F && point < 0xA0) || (point >= 0x202A && point <= 0x202E) ||
         (point >= 0x2066 && point <= 0x2069) || point == 0x2028 || point == 0x2029;
}

struct Point {
  char32_t value = 0xFFFD;
  size_t bytes = 1;
};

// The code point at the front of valid or invalid UTF-8; one replaced byte when invalid.
Point front(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || length > text.size() || lead > 0xF4) return {};
  char32_t point = lead & (0xFFU >> (length + 1));
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    point = point << 6 | (byte(i) & 0x3FU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  if (overlong || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return {};
  return {point, length};
}

struct Cell {
  std::string text;
  int width = 1;
};

struct Cells {
  std::vector<Cell> cells;
  size_t caret = 0;  // index of the cell the caret stands under
};

Cells cells_of(const Locator::Window& window) {
  Cells out;
  bool found = false;
  int column = 0;
  for (size_t i = 0; i < window.text.size();) {
    if (!found && i >= window.column_byte) {
      out.caret = out.cells.size();
      found = true;
    }
    const Point point = front(window.text.substr(i));
    Cell cell;
    if (point.value == '\t') {
      cell.width = kTab - column % kTab;
      cell.text.assign(static_cast<size_t>(cell.width), ' ');
    } else if (point.value == 0xFFFD || steers(point.value)) {
      cell.text = kReplacement;
    } else {
      cell.text = window.text.substr(i, point.bytes);
      cell.width = display_width(point.value);
    }
    column += cell.width;
    out.cells.push_back(std::move(cell));
    i += point.bytes;
  }
  if (!found) out.caret = out.cells.size();
  return out;
}

}  // namespace

int display_width(char32_t point) {
  if (within(kInvisible, point)) return 0;
  return within(kWide, point) ? 2 : 1;
}

std::string snippet(Locator& locator, const Source& source, uint32_t offset, const Paint& paint) {
  const Locator::Window window = locator.window(source, offset);
  const Cells all = cells_of(window);
  if (all.cells.empty()) return {};

  // Two thirds of the width for what leads to the column, the rest for what follows.
  size_t first = all.caret, last = all.caret;
  int before = 0, width = 0;
  while (first > 0 && before + all.cells[first - 1].width <= kWidth * 2 / 3) before += all.cells[--first].width;
  if (first == 0 && !window.cut_left) {
    width = before;
  } else {
    width = kWidth * 2 / 3;
  }
  while (last < all.cells.size() && width + all.cells[last].width <= kWidth) width += all.cells[last++].width;
  const bool cut_left = window.cut_left || first > 0;
  const bool cut_right = window.cut_right || last < all.cells.size();

  std::string number = std::to_string(locator.at(source, offset).line);
  if (number.size() < 5) number.insert(0, 5 - number.size(), ' ');
  std::string line;
  if (cut_left) line += "…";
  for (size_t i = first; i < last; ++i) line += all.cells[i].text;
  if (cut_right) line += "…";
  const size_t indent = static_cast<size_t>(before) + (cut_left ? 1 : 0);
  return paint.faint(number + " | ") + line + "\n" + paint.faint(std::string(number.size(), ' ') + " | ") +
         std::string(indent, ' ') + paint.good("^") + "\n";
}

std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Point point = front(text.substr(i));
    if (point.value != '\n' && (point.value == 0xFFFD || steers(point.value))) {
      out += kReplacement;
    } else {
      out += text.substr(i, point.bytes);
    }
    i += point.bytes;
  }
  return out;
}

}  // namespace brokergate::cli

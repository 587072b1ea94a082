#include <array>

#include "rules/document/utf8.h"
#include "rules/kafka/csv.h"

namespace brokergate::csv {
namespace {

// Small letters from `first` to `last`, every `step`th of them, whose capital is `up` further.
struct Letters {
  uint32_t first, last;
  int up;
  uint32_t step;
};
constexpr std::array<Letters, 22> kLetters = {{
    {0x00B5, 0x00B5, 743, 1}, {0x00E0, 0x00F6, -32, 1},  {0x00F8, 0x00FE, -32, 1},  {0x00FF, 0x00FF, 121, 1},
    {0x0101, 0x012F, -1, 2},  {0x0131, 0x0131, -232, 1}, {0x0133, 0x0137, -1, 2},   {0x013A, 0x0148, -1, 2},
    {0x014B, 0x0177, -1, 2},  {0x017A, 0x017E, -1, 2},   {0x017F, 0x017F, -300, 1}, {0x03AC, 0x03AC, -38, 1},
    {0x03AD, 0x03AF, -37, 1}, {0x03B1, 0x03C1, -32, 1},  {0x03C2, 0x03C2, -31, 1},  {0x03C3, 0x03CB, -32, 1},
    {0x03CC, 0x03CC, -64, 1}, {0x03CD, 0x03CE, -63, 1},  {0x0430, 0x044F, -32, 1},  {0x0450, 0x045F, -80, 1},
    {0x0461, 0x0481, -1, 2},  {0xFF41, 0xFF5A, -32, 1},
}};

uint32_t capital(uint32_t c) {
  for (const Letters& row : kLetters) {
    if (c >= row.first && c <= row.last && (c - row.first) % row.step == 0)
      return static_cast<uint32_t>(static_cast<int>(c) + row.up);
  }
  return c;
}

void append(std::string& out, uint32_t c) {
  const auto tail = [&](unsigned shift) { out.push_back(static_cast<char>(0x80 | ((c >> shift) & 0x3F))); };
  if (c < 0x80) {
    out.push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out.push_back(static_cast<char>(0xC0 | (c >> 6)));
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xE0 | (c >> 12)));
    tail(6);
    tail(0);
  }
}

}  // namespace

uint32_t code_point(std::string_view text, size_t& at) {
  const auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[i])); };
  const size_t length = document::utf8_length(text, at);
  uint32_t c = byte(at);
  if (length > 1) {
    c &= 0x7Fu >> length;
    for (size_t i = 1; i < length; ++i) c = c << 6 | (byte(at + i) & 0x3F);
  }
  at += length == 0 ? 1 : length;
  return c;
}

std::string upper_case(std::string_view text) {
  if (document::is_ascii(text)) {
    std::string out(text);
    for (char& c : out) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return out;
  }
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t begin = at;
    const uint32_t c = code_point(text, at);
    if (c == 0x00DF) {
      out += "SS";
    } else if (c == 0x0149) {
      append(out, 0x02BC);
      out.push_back('N');
    } else if (c >= 'a' && c <= 'z') {
      out.push_back(static_cast<char>(c - 'a' + 'A'));
    } else if (const uint32_t big = capital(c); big != c && at - begin > 1) {
      append(out, big);
    } else {
      out += text.substr(begin, at - begin);
    }
  }
  return out;
}

}  // namespace brokergate::csv

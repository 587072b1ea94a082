#include "brokergate/base64.h"

#include <cstdint>

namespace brokergate {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint32_t kNone = 64;

constexpr uint32_t digit_of(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<uint32_t>(c - 'A');
  if (c >= 'a' && c <= 'z') return static_cast<uint32_t>(c - 'a') + 26;
  if (c >= '0' && c <= '9') return static_cast<uint32_t>(c - '0') + 52;
  return c == '+' ? 62 : c == '/' ? 63 : kNone;
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  const auto byte = [&](size_t at) { return static_cast<uint32_t>(static_cast<unsigned char>(bytes[at])); };
  std::string out((bytes.size() + 2) / 3 * 4, '=');
  char* to = out.data();
  size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3) {
    const uint32_t bits = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    for (int shift = 18; shift >= 0; shift -= 6) *to++ = kDigits[bits >> shift & 63];
  }
  if (const size_t left = bytes.size() - at; left > 0) {
    const uint32_t bits = byte(at) << 16 | (left == 2 ? byte(at + 1) << 8 : 0);
    *to++ = kDigits[bits >> 18];
    *to++ = kDigits[bits >> 12 & 63];
    if (left == 2) *to = kDigits[bits >> 6 & 63];
  }
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3);
  uint32_t bits = 0;
  size_t digits = 0, padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const uint32_t digit = digit_of(c);
    if (digit == kNone || padding > 0) return std::nullopt;
    bits = (bits << 6 | digit) & 0xFFFFFF;
    // The first digit of four completes no byte; the others leave 4, 2 and 0 bits.
    if (++digits % 4 != 1) out += static_cast<char>(bits >> (4 - digits % 4) % 4 * 2 & 0xFF);
  }
  if (padding > 2 || (digits + padding) % 4 != 0) return std::nullopt;
  return out;
}

}  // namespace brokergate

#include "webhook/net/head.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "webhook/net/field_text.h"

namespace brokergate::webhook::net {
namespace {

// RFC 9110 section 5.6.2
bool is_token(std::string_view text) {
  static constexpr std::string_view kSigns = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kSigns.find(c) != std::string_view::npos;
  });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

class Reader {
 public:
  explicit Reader(Head& head) : head_(head) {}

  Refusal request_line(std::string_view line) {
    const size_t first = line.find(' '), last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return {400, "the request line is not METHOD PATH HTTP/1.1"};
    head_.method = line.substr(0, first);
    std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_token(head_.method)) return {400, "the method is not a word"};
    const auto printable = [](char c) { return c > 0x20 && c < 0x7f; };
    if (target.empty() || target.front() != '/' || !std::all_of(target.begin(), target.end(), printable)) {
      return {400, "the target is not a path"};
    }
    if (version != "HTTP/1.1") {
      return version.starts_with("HTTP/") ? Refusal{505, "only HTTP/1.1 is spoken"}
                                          : Refusal{400, "the request line is not METHOD PATH HTTP/1.1"};
    }
    const size_t mark = target.find('?');
    head_.path = target.substr(0, mark);
    if (mark != std::string_view::npos) head_.query = target.substr(mark + 1);
    return {};
  }

  Refusal field(std::string_view line) {
    if (line.front() == ' ' || line.front() == '\t') return {400, "a header field is folded over lines"};
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return {400, "a header field has no name"};
    const std::string_view name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
    if (same(name, "Transfer-Encoding")) return {411, "Transfer-Encoding is not accepted; send a Content-Length"};
    if (same(name, "Upgrade")) return {400, "Upgrade is not accepted"};
    if (same(name, "Expect")) return {417, "Expect is not accepted"};
    if (same(name, "Range")) return {400, "Range is not accepted"};
    if (same(name, "Host")) return once(kHost, "more than one Host");
    if (same(name, "Content-Length")) return length(value);
    if (same(name, "Content-Type")) {
      head_.content_type = value;
      return once(kType, "more than one Content-Type");
    }
    if (same(name, "Content-Encoding")) {
      head_.content_encoding = value;
      return once(kEncoding, "more than one Content-Encoding");
    }
    if (same(name, "Connection")) connection(value);
    return {};
  }

  Refusal end() const { return seen_[kHost] ? Refusal{} : Refusal{400, "Host is missing"}; }

 private:
  enum Once : uint8_t { kHost, kLength, kType, kEncoding, kOnce };

  Refusal once(Once which, std::string_view why) {
    if (seen_[which]) return {400, why};
    seen_[which] = true;
    return {};
  }

  Refusal length(std::string_view value) {
    if (const Refusal twice = once(kLength, "more than one Content-Length"); twice.status) return twice;
    // from_chars() takes a minus sign even for unsigned numbers of this type's width.
    if (value.empty() || value.find_first_not_of("0123456789") != std::string_view::npos) {
      return {400, "Content-Length is not a number"};
    }
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), head_.content_length);
    if (error != std::errc()) return {413, "the body is too large"};
    head_.has_content_length = true;
    return {};
  }

  void connection(std::string_view value) {
    for (size_t at = 0; at <= value.size();) {
      const size_t comma = std::min(value.find(',', at), value.size());
      if (same(trimmed(value.substr(at, comma - at)), "close")) head_.close = true;
      at = comma + 1;
    }
  }

  Head& head_;
  std::array<bool, kOnce> seen_{};
};

}  // namespace

size_t head_size(std::string_view bytes, size_t seen) {
  // The four bytes may have been cut by the earlier call's end.
  const size_t end = bytes.find("\r\n\r\n", seen < 3 ? 0 : seen - 3);
  return end == std::string_view::npos ? 0 : end + 4;
}

Refusal read_head(std::string_view bytes, const Limits& limits, Head& head) {
  if (bytes.size() > limits.head_bytes) return {431, "the header fields are too large"};
  Reader reader(head);
  const size_t end = bytes.size() - 4;
  size_t lines = 0;
  for (size_t at = 0; at <= end; ++lines) {
    const size_t stop = std::min(bytes.find("\r\n", at), end);
    const std::string_view line = bytes.substr(at, stop - at);
    if (line.size() > limits.head_line) return {431, "a header field is too long"};
    if (lines > limits.head_fields) return {431, "too many header fields"};
    if (line.empty() || has_control(line)) return {400, "the request is not HTTP/1.1"};
    const Refusal no = lines == 0 ? reader.request_line(line) : reader.field(line);
    if (no.status) return no;
    at = stop + 2;
  }
  return reader.end();
}

}  // namespace brokergate::webhook::net

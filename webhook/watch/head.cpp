#include "webhook/watch/head.h"

#include <algorithm>
#include <charconv>

namespace brokergate::webhook::watch {
namespace {

bool same(std::string_view one, std::string_view lower) {
  return std::equal(one.begin(), one.end(), lower.begin(), lower.end(), [](char a, char b) {
    return (a >= 'A' && a <= 'Z' ? static_cast<char>(a + ('a' - 'A')) : a) == b;
  });
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

template <typename Number>
std::optional<Number> number(std::string_view text) {
  Number out{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(out) : std::nullopt;
}

std::string_view next_line(std::string_view& text) {
  const size_t end = std::min(text.find("\r\n"), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 2, text.size()));
  return line;
}

struct Fields {
  std::optional<uint64_t> length;
  bool chunked = false;
};

// Empty when it is fine.
std::string take_field(std::string_view line, Head& head, Fields& fields) {
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return "a header line without a name";
  const std::string_view name = line.substr(0, colon), value = trimmed(line.substr(colon + 1));
  if (same(name, "content-length")) {
    const auto length = number<uint64_t>(value);
    if (!length || (fields.length && *fields.length != *length)) return "a Content-Length that is none";
    fields.length = length;
  } else if (same(name, "transfer-encoding")) {
    if (!same(value, "chunked") || fields.chunked) return "an unknown Transfer-Encoding";
    fields.chunked = true;
  } else if (same(name, "content-encoding")) {
    if (!same(value, "identity")) return "a Content-Encoding that was not asked for";
  } else if (same(name, "connection")) {
    if (same(value, "close")) head.keeps = false;
  } else if (same(name, "retry-after")) {
    if (const auto seconds = number<uint32_t>(value)) head.retry_after = std::chrono::seconds(*seconds);
  }
  return {};
}

}  // namespace

tl::expected<Head, std::string> read_head(std::string_view text) {
  const std::string_view first = next_line(text);
  // HTTP/1.1 200 OK
  if (!first.starts_with("HTTP/1.") || first.size() < 12 || first[8] != ' ' ||
      (first.size() > 12 && first[12] != ' ')) {
    return tl::unexpected(std::string("the answer is not HTTP/1.1"));
  }
  Head head;
  const auto status = number<int>(first.substr(9, 3));
  if (!status || *status < 100) return tl::unexpected(std::string("the answer has no status"));
  head.status = *status;
  head.keeps = first[7] != '0';
  Fields fields;
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    if (line.empty()) break;
    if (std::string wrong = take_field(line, head, fields); !wrong.empty()) {
      return tl::unexpected("the answer has " + wrong);
    }
  }
  if (head.status < 200 || head.status == 204 || head.status == 304) return head;
  if (fields.chunked) {
    if (fields.length) return tl::unexpected(std::string("the answer has a Content-Length and is chunked"));
    head.body = Body::chunked();
  } else if (fields.length) {
    head.body = Body::sized(*fields.length);
  } else {
    return tl::unexpected(std::string("the answer has neither a length nor chunks"));
  }
  return head;
}

}  // namespace brokergate::webhook::watch

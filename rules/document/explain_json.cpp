#include <vector>

#include "rules/document/number.h"
#include "rules/document/reader.h"
#include "rules/document/utf8.h"

namespace brokergate::document {
namespace {

// simdjson says that a text is no JSON, not where. This walks the text again,
// on the way of errors only, until the first token that cannot stand there.
class Explainer {
 public:
  Explainer(std::string_view text, uint32_t begin, uint32_t end) : text_(text), at_(begin), end_(end) {}

  Failure run() {
    const size_t invalid = find_invalid_utf8(text_.substr(at_, end_ - at_));
    const uint32_t invalid_at = invalid == std::string_view::npos ? end_ : static_cast<uint32_t>(at_ + invalid);
    while (walk()) {
    }
    if (invalid_at < end_ && invalid_at <= failure_.offset) return invalid_utf8(text_, invalid_at);
    return failure_;
  }

 private:
  enum class Want { kValue, kValueOrEnd, kKey, kKeyOrEnd, kColon, kCommaOrEnd };

  bool fail(uint32_t offset, std::string message) {
    failure_ = {offset, std::move(message), false};
    return false;
  }
  bool unexpected(const char* wanted) {
    return fail(at_, "found " + describe_found(text_, at_, end_) + ", wanted " + wanted);
  }
  bool in_map() const { return !open_.empty() && open_.back() == '{'; }

  bool walk() {
    while (at_ < end_ && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) ++at_;
    const char c = at_ < end_ ? text_[at_] : '\0';
    const bool closes = at_ < end_ && c == (in_map() ? '}' : ']') && !open_.empty();
    switch (want_) {
      case Want::kKey:
      case Want::kKeyOrEnd:
        if (closes && want_ == Want::kKeyOrEnd) return close();
        if (c != '"')
          return unexpected(want_ == Want::kKey ? "a key in double quotes" : "a key in double quotes or `}`");
        want_ = Want::kColon;
        return string();
      case Want::kColon:
        if (c != ':') return unexpected("`:` after the key");
        ++at_;
        want_ = Want::kValue;
        return true;
      case Want::kCommaOrEnd:
        if (closes) return close();
        if (c != ',' || at_ >= end_) return unexpected(in_map() ? "`,` or `}`" : "`,` or `]`");
        ++at_;
        want_ = in_map() ? Want::kKey : Want::kValue;
        return true;
      case Want::kValueOrEnd:
        if (closes) return close();
        return value(c, "a value or `]`");
      case Want::kValue:
        return value(c, "a value");
    }
    return false;
  }

  bool close() {
    ++at_;
    open_.pop_back();
    return done();
  }
  bool done() {
    want_ = Want::kCommaOrEnd;
    if (!open_.empty()) return true;
    return fail(at_, "found a JSON value that cannot be read, wanted one within the limits of JSON numbers");
  }

  bool value(char c, const char* wanted) {
    if (at_ >= end_) return unexpected(wanted);
    if (c == '{' || c == '[') {
      open_.push_back(c);
      ++at_;
      want_ = c == '{' ? Want::kKeyOrEnd : Want::kValueOrEnd;
      return true;
    }
    want_ = Want::kCommaOrEnd;
    if (c == '"') return string();
    if (c == '-' || (c >= '0' && c <= '9')) return number();
    for (const std::string_view word : {"true", "false", "null"}) {
      if (text_.compare(at_, word.size(), word) == 0 && !word_goes_on(at_ + static_cast<uint32_t>(word.size()))) {
        at_ += static_cast<uint32_t>(word.size());
        return true;
      }
    }
    uint32_t stop = at_;
    while (word_goes_on(stop) && stop - at_ < 40) ++stop;
    if (stop == at_) return unexpected(wanted);
    return fail(at_, "found `" + std::string(text_.substr(at_, stop - at_)) + "`, wanted " + wanted +
                         "; a string stands in double quotes");
  }

  bool word_goes_on(uint32_t at) const {
    if (at >= end_) return false;
    const unsigned char c = static_cast<unsigned char>(text_[at]);
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
           c == '.' || c == '+';
  }

  bool number() {
    uint32_t stop = at_;
    while (word_goes_on(stop)) ++stop;
    const uint32_t begin = at_;
    at_ = stop;
    const std::string_view token = text_.substr(begin, stop - begin);
    const bool good = json_number(token);
    if (good && parse_float(token)) return true;
    std::string message = "found `";
    message.append(token.substr(0, 40));
    fail(begin, message.append(good ? "`, wanted a number that a double can hold" : "`, wanted a JSON number"));
    // YAML would take a number that is too large for a string.
    failure_.final = good;
    return false;
  }

  bool string() {
    const uint32_t begin = at_;
    for (++at_; at_ < end_; ++at_) {
      const unsigned char c = static_cast<unsigned char>(text_[at_]);
      if (c == '"') {
        ++at_;
        return true;
      }
      if (c < 0x20)
        return fail(at_, "found " + describe_found(text_, at_, end_) + " inside a string, wanted it escaped");
      if (c == '\\' && !escape()) return false;
    }
    return fail(begin, "found a string without an end, wanted a closing `\"`");
  }

  // The four digits after \u; -1 when there are none.
  int hex(uint32_t at) const {
    int value = 0;
    for (uint32_t i = at; i < at + 4; ++i) {
      const char c = i < end_ ? text_[i] : ' ';
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value;
  }

  bool escape() {
    const uint32_t begin = at_;
    const char c = ++at_ < end_ ? text_[at_] : ' ';
    if (c != 'u') {
      if (std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos) return true;
      return fail(begin, "found an unknown escape in a string, wanted one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
    }
    const int code = hex(at_ + 1);
    if (code < 0) return fail(begin, "found \\u without four hexadecimal digits, wanted them");
    at_ += 4;
    if (code < 0xD800 || code > 0xDFFF) return true;
    const bool pair = code < 0xDC00 && at_ + 2 < end_ && text_[at_ + 1] == '\\' && text_[at_ + 2] == 'u';
    const int low = pair ? hex(at_ + 3) : -1;
    if (low < 0xDC00 || low > 0xDFFF) return fail(begin, "found half of a surrogate pair (\\u), wanted both halves");
    at_ += 6;
    return true;
  }

  std::string_view text_;
  uint32_t at_, end_;
  Want want_ = Want::kValue;
  std::vector<char> open_;
  Failure failure_;
};

}  // namespace

Failure explain_json(std::string_view text, uint32_t begin, uint32_t end) { return Explainer(text, begin, end).run(); }

}  // namespace brokergate::document

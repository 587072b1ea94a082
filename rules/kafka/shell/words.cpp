// Words and their quoting (XCU 2.2), with bash's $'…'.
#include <algorithm>

#include "rules/kafka/shell/chars.h"
#include "rules/kafka/shell/parser.h"

namespace brokergate::shell {
namespace {

constexpr CharSet kSpecial("*?[~\\{");

// Quoted braces and those of ${…} are none.
bool has_brace_expansion(std::string_view raw, const std::vector<Part>& parts) {
  if (raw.find('{') == std::string_view::npos) return false;
  bool open = false, list = false;
  for (const Part& part : parts) {
    if (part.kind != Part::Kind::kText || part.quoted) continue;
    for (size_t i = 0; i < part.text.size(); ++i) {
      const char c = part.text[i];
      if (c == '{') open = true;
      list = list || (open && (c == ',' || part.text.substr(i, 2) == ".."));
      if (c == '}' && list) return true;
    }
  }
  return false;
}

void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x110000) {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

int digit_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

}  // namespace

const Word* Parser::parse_word() { return parse_word_in(Context{}); }

const Word* Parser::parse_word_in(const Context& context) {
  Word* word = arena_.make<Word>();
  if (failed() || !spend()) return word;
  size_t begin = at_;
  std::vector<Part> parts;
  parse_parts(parts, context);
  word->parts = {arena_.keep(parts), static_cast<uint32_t>(parts.size())};
  word->span = span(begin, at_);
  word->raw = text_.substr(begin, at_ - begin);
  if (context.metacharacters) {
    word->literal =
        parts.size() == 1 && parts[0].kind == Part::Kind::kText && !parts[0].quoted && !kSpecial.any(word->raw);
    word->braces = has_brace_expansion(word->raw, parts);
  }
  return word;
}

Word* Parser::word_of(const Part& part) {
  auto* kept = arena_.make<Part>();
  *kept = part;
  auto* word = arena_.make<Word>();
  word->parts = {kept, 1};
  return word;
}

void Parser::text_part(std::vector<Part>& parts, size_t begin, size_t end, bool quoted) {
  if (begin == end) return;
  spend();
  Part part;
  part.quoted = quoted;
  part.text = text_.substr(begin, end - begin);
  parts.push_back(part);
}

void Parser::parse_parts(std::vector<Part>& parts, const Context& context) {
  size_t begin = at_;
  size_t brackets = 0;
  auto flush = [&] { text_part(parts, begin, at_, context.quoted); };
  while (more() && !failed()) {
    char c = peek();
    if (is_name_char(c)) {
      ++at_;
      continue;
    }
    if (brackets == 0 && contains(context.stop, c)) break;
    if (context.metacharacters && kMetacharacters.has(c)) {
      if (!context.regex || c == ' ' || c == '\t' || c == '\n') {
        if (!(context.regex && brackets != 0)) break;
      }
    }
    if (context.arithmetic || context.regex) {
      if (c == '(') ++brackets;
      if (c == ')' && brackets == 0) break;
      if (c == ')') --brackets;
    }
    switch (c) {
      case '\\': {
        char next = peek(1);
        if (next == '\n') {
          flush();
          at_ += 2;
          begin = at_;
        } else if (at_ + 1 < text_.size() &&
                   (context.escape_all || contains("$`\\", next) || (next == '"' && context.double_quotes) ||
                    (next == '}' && contains(context.stop, '}')))) {
          flush();
          text_part(parts, at_ + 1, at_ + 2, true);
          at_ += 2;
          begin = at_;
        } else {
          ++at_;
        }
        break;
      }
      case '\'': {
        if (!context.single_quotes) {
          ++at_;
          break;
        }
        flush();
        size_t close = text_.find('\'', at_ + 1);
        if (close == std::string_view::npos) {
          fail("has a ' that is not closed");
          return;
        }
        text_part(parts, at_ + 1, close, true);
        if (close == at_ + 1) parts.push_back({.quoted = true, .text = text_.substr(close, 0)});
        at_ = close + 1;
        begin = at_;
        break;
      }
      case '"':
        if (!context.double_quotes) {
          ++at_;
          break;
        }
        flush();
        ++at_;
        parse_double_quotes(parts);
        begin = at_;
        break;
      case '$':
        flush();
        if ((peek(1) == '\'' || peek(1) == '"') && context.single_quotes && dialect_ == Dialect::kSh) {
          // bash and busybox quote, dash takes the $ for itself.
          if (const size_t end = text_.find('\'', at_ + 2);
              peek(1) == '\'' && end < text_.size() && text_[end - 1] == '\\')
            fail("has a $'…' that shells end at different places");
          parts.push_back({.kind = Part::Kind::kBad, .text = text_.substr(at_, 2)});
          ++at_;
          begin = at_;
        } else if (peek(1) == '\'' && context.single_quotes) {
          parse_ansi_quotes(parts);
          begin = at_;
        } else if (peek(1) == '"' && context.single_quotes) {
          ++at_;
          begin = at_;
        } else {
          begin = at_;
          size_t count = parts.size();
          parse_dollar(parts, context);
          // A lone $ stands for itself and belongs to the text.
          if (parts.size() != count) {
            begin = at_;
          } else {
            ++at_;
          }
        }
        break;
      case '`': {
        flush();
        Part part;
        parse_backquotes(part, context.quoted);
        parts.push_back(part);
        begin = at_;
        break;
      }
      default:
        ++at_;
    }
  }
  if (!failed()) flush();
}

void Parser::parse_double_quotes(std::vector<Part>& parts) {
  size_t count = parts.size();
  Context inside{.quoted = true, .single_quotes = false, .metacharacters = false, .escape_all = false, .stop = "\""};
  parse_parts(parts, inside);
  if (failed()) return;
  if (!more()) {
    fail("has a \" that is not closed");
    return;
  }
  if (parts.size() == count) parts.push_back({.quoted = true, .text = text_.substr(at_, 0)});
  ++at_;
}

void Parser::parse_ansi_quotes(std::vector<Part>& parts) {
  std::string out;
  for (at_ += 2; more() && peek() != '\''; ++at_) {
    if (peek() != '\\') {
      out += peek();
      continue;
    }
    if (++at_ == text_.size()) break;
    char c = peek();
    auto number = [&](int base, int most) {
      uint32_t value = 0;
      for (int i = 0; i < most && digit_value(peek(1)) < base; ++i, ++at_) {
        value = value * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit_value(peek(1)));
      }
      return value;
    };
    static constexpr std::string_view kFrom = "abefnrtvE", kTo = "\a\b\x1b\f\n\r\t\v\x1b";
    if (size_t known = kFrom.find(c); known != std::string_view::npos && c != '\0') {
      out += kTo[known];
    } else if (contains("\\'\"?", c)) {
      out += c;
    } else if (c == 'x') {
      out += static_cast<char>(number(16, 2));
    } else if (c == 'u') {
      append_utf8(out, number(16, 4));
    } else if (c == 'U') {
      append_utf8(out, number(16, 8));
    } else if (digit_value(c) < 8) {
      --at_;
      out += static_cast<char>(number(8, 3));
    } else {
      out += '\\';
      out += c;
    }
  }
  if (!more()) {
    fail("has a $' that is not closed");
    return;
  }
  ++at_;
  spend();
  Part part;
  part.quoted = true;
  part.text = arena_.keep(std::string_view(out));
  if (out.find_first_of(std::string_view("\0\1\2", 3)) != std::string::npos) {
    part.kind = Part::Kind::kBad;
    part.text = "a control character";
  }
  parts.push_back(part);
}

}  // namespace brokergate::shell

// Words: quoting (XCU 2.2) and what expands in them (2.6), with bash's $'…',
// ${V/a/b}, ${V:o:l} and arrays.
#include <algorithm>

#include "rules/kafka/shell/chars.h"
#include "rules/kafka/shell/parser.h"

namespace brokergate::shell {
namespace {

constexpr CharSet kMetacharacters(" \t\n;&|<>()");
constexpr CharSet kSpecial("*?[~\\{");

bool contains(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

bool has_brace_expansion(std::string_view raw) {
  size_t open = raw.find('{');
  if (open == std::string_view::npos) return false;
  std::string_view rest = raw.substr(open);
  size_t close = rest.find('}');
  if (close == std::string_view::npos || (open > 0 && raw[open - 1] == '$')) return false;
  rest = rest.substr(0, close);
  return contains(rest, ',') || rest.find("..") != std::string_view::npos;
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
    word->braces = has_brace_expansion(word->raw);
  }
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
        if (peek(1) == '\'' && context.single_quotes) {
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

// At `$`; adds nothing when it stands for itself.
void Parser::parse_dollar(std::vector<Part>& parts, const Context& context) {
  char next = peek(1);
  Part part;
  part.quoted = context.quoted;
  if (next == '(') {
    if (!spend()) return;
    if (peek(2) == '(' && parse_arithmetic(part)) {
      parts.push_back(part);
      return;
    }
    parse_substitution(part, context.quoted);
    parts.push_back(part);
  } else if (next == '{') {
    if (!spend()) return;
    parse_parameter(part, context);
    parts.push_back(part);
  } else if (is_name_start(next)) {
    size_t end = at_ + 1;
    while (end < text_.size() && is_name_char(text_[end])) ++end;
    part.kind = Part::Kind::kParameter;
    part.text = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end;
    spend();
    parts.push_back(part);
  } else if (next != '\0' && (is_digit(next) || contains("@*#?-$!", next))) {
    part.kind = Part::Kind::kParameter;
    part.text = text_.substr(at_ + 1, 1);
    at_ += 2;
    spend();
    parts.push_back(part);
  }
}

// $(( … )). False, and nothing is read, when it is a substitution that begins
// with a subshell.
bool Parser::parse_arithmetic(Part& part) {
  if (budget_.retries == 0) return false;
  size_t begin = at_;
  at_ += 3;
  Context context{
      .quoted = true, .single_quotes = false, .metacharacters = false, .escape_all = false, .arithmetic = true};
  if (++budget_.depth > ParseBudget::kMaxDepth) fail("is nested too deeply");
  const Word* word = parse_word_in(context);
  --budget_.depth;
  if (failed() || !looking_at("))")) {
    --budget_.retries;
    if (budget_.nodes != 0 && budget_.depth < ParseBudget::kMaxDepth - 1) error_.clear();
    at_ = begin;
    return false;
  }
  at_ += 2;
  part.kind = Part::Kind::kArithmetic;
  part.arg = word;
  part.text = text_.substr(begin, at_ - begin);
  return true;
}

void Parser::parse_substitution(Part& part, bool quoted) {
  size_t begin = at_;
  at_ += 2;
  std::vector<Pending> outer = std::move(pending_);
  pending_.clear();
  part.kind = Part::Kind::kCommand;
  part.quoted = quoted;
  part.command = parse_list();
  pending_ = std::move(outer);
  if (!failed() && peek() != ')') fail("has no `)` for a `$(`");
  if (!failed()) ++at_;
  part.text = text_.substr(begin, at_ - begin);
  part.pure = !failed() && is_pure(*part.command);
}

void Parser::parse_backquotes(Part& part, bool quoted) {
  size_t begin = at_++;
  std::string inside;
  for (; more() && peek() != '`'; ++at_) {
    if (peek() == '\\' && (contains("$`\\", peek(1)) || (quoted && peek(1) == '"')) && at_ + 1 < text_.size()) ++at_;
    inside += peek();
  }
  if (!more()) {
    fail("has a ` that is not closed");
    return;
  }
  ++at_;
  part.kind = Part::Kind::kCommand;
  part.quoted = quoted;
  part.text = text_.substr(begin, at_ - begin);
  if (!spend() || ++budget_.depth > ParseBudget::kMaxDepth) {
    fail("is nested too deeply");
    return;
  }
  Parser parser(arena_.keep(std::string_view(inside)), arena_, budget_, false);
  part.command = parser.parse();
  --budget_.depth;
  part.pure = is_pure(*part.command);
  if (!parser.error().empty()) fail("has backquotes around something that cannot be read");
}

void Parser::parse_ansi_quotes(std::vector<Part>& parts) {
  std::string out;
  for (at_ += 2; more() && peek() != '\''; ++at_) {
    if (peek() != '\\') {
      out += peek();
      continue;
    }
    ++at_;
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

// ${ … }
bool Parser::parse_parameter(Part& part, const Context& context) {
  size_t begin = at_;
  at_ += 2;
  part.kind = Part::Kind::kParameter;
  if (++budget_.depth > ParseBudget::kMaxDepth) fail("is nested too deeply");
  bool indirect = false;
  if (peek() == '#' && peek(1) != '}' && (is_name_char(peek(1)) || contains("@*#?-$!", peek(1))) &&
      !(contains("#-?", peek(1)) && peek(2) != '}')) {
    part.op = ParamOp::kLength;
    ++at_;
  } else if (peek() == '!' && is_name_char(peek(1))) {
    indirect = true;
    ++at_;
  }
  size_t name = at_;
  if (is_name_start(peek())) {
    while (is_name_char(peek())) ++at_;
  } else if (is_digit(peek())) {
    while (is_digit(peek())) ++at_;
  } else if (peek() != '\0' && contains("@*#?-$!", peek())) {
    ++at_;
  }
  part.text = text_.substr(name, at_ - name);
  if (peek() == '[' && !part.text.empty()) {
    ++at_;
    Context inside{.quoted = true, .single_quotes = false, .metacharacters = false, .escape_all = false, .stop = "]"};
    part.subscript = parse_word_in(inside);
    if (peek() == ']') ++at_;
  }
  bool bad = part.text.empty();
  if (indirect) {
    part.op = ParamOp::kIndirect;
    if ((peek() == '*' || peek() == '@') && peek(1) == '}') {
      part.op = ParamOp::kNames;
      ++at_;
    }
    bad = bad || peek() != '}' || part.subscript != nullptr;
  } else if (part.op == ParamOp::kLength) {
    bad = bad || peek() != '}';
  } else if (!bad && peek() != '}') {
    parse_parameter_operator(part, context);
    bad = peek() != '}';
  }
  --budget_.depth;
  if (failed()) return false;
  if (bad) {
    size_t close = text_.find('}', at_);
    if (close == std::string_view::npos) {
      fail("has a ${ that is not closed");
      return false;
    }
    at_ = close;
    part = Part{.kind = Part::Kind::kBad, .quoted = context.quoted, .text = text_.substr(begin, close + 1 - begin)};
  }
  ++at_;
  return true;
}

void Parser::parse_parameter_operator(Part& part, const Context& context) {
  // Inside "…" a default is read as double-quoted text, a pattern is not.
  Context value{.quoted = context.quoted,
                .single_quotes = !context.quoted,
                .metacharacters = false,
                .escape_all = !context.quoted,
                .stop = "}"};
  Context pattern{.metacharacters = false, .stop = "}"};
  Context expression{.quoted = true,
                     .single_quotes = false,
                     .metacharacters = false,
                     .escape_all = false,
                     .arithmetic = true,
                     .stop = ":}"};
  char c = peek();
  ++at_;
  if (c == ':' && peek() != '\0' && contains("-=?+", peek())) {
    part.colon = true;
    c = peek();
    ++at_;
  } else if (c == ':') {
    part.op = ParamOp::kSubstring;
    part.arg = parse_word_in(expression);
    if (peek() == ':') {
      ++at_;
      part.arg2 = parse_word_in(expression);
    }
    return;
  }
  auto twice = [&](char again, ParamOp once, ParamOp both) {
    part.op = once;
    if (peek() == again) {
      ++at_;
      part.op = both;
    }
  };
  switch (c) {
    case '-':
      part.op = ParamOp::kDefault;
      break;
    case '=':
      part.op = ParamOp::kAssign;
      break;
    case '?':
      part.op = ParamOp::kError;
      break;
    case '+':
      part.op = ParamOp::kAlternative;
      break;
    case '#':
      twice('#', ParamOp::kPrefix, ParamOp::kLongPrefix);
      break;
    case '%':
      twice('%', ParamOp::kSuffix, ParamOp::kLongSuffix);
      break;
    case '^':
      twice('^', ParamOp::kUpper, ParamOp::kUpperAll);
      break;
    case ',':
      twice(',', ParamOp::kLower, ParamOp::kLowerAll);
      break;
    case '/': {
      twice('/', ParamOp::kReplace, ParamOp::kReplaceAll);
      if (part.op == ParamOp::kReplace && peek() == '#') part.op = ParamOp::kReplacePrefix;
      if (part.op == ParamOp::kReplace && peek() == '%') part.op = ParamOp::kReplaceSuffix;
      if (part.op == ParamOp::kReplacePrefix || part.op == ParamOp::kReplaceSuffix) ++at_;
      Context until_slash = pattern;
      until_slash.stop = "/}";
      part.arg = parse_word_in(until_slash);
      if (peek() == '/') {
        ++at_;
        part.arg2 = parse_word_in(pattern);
      }
      return;
    }
    default:
      return;  // the caller finds no } and calls it bad
  }
  bool is_value = part.op == ParamOp::kDefault || part.op == ParamOp::kAssign || part.op == ParamOp::kError ||
                  part.op == ParamOp::kAlternative;
  part.arg = parse_word_in(is_value ? value : pattern);
}

}  // namespace brokergate::shell

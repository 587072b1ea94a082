// What begins with $ or a backquote in a word (XCU 2.6): parameters with their
// operators, arithmetic, command substitution.
#include "rules/kafka/shell/chars.h"
#include "rules/kafka/shell/parser.h"

namespace brokergate::shell {

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
  for (const std::string_view op : {"++", "--", "**", ","})
    if (part.text.find(op) != part.text.npos) borrow(Borrowed::From::kBusybox, op, begin);
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
  if (!spend() || budget_.depth >= ParseBudget::kMaxDepth) {
    fail("is nested too deeply");
    return;
  }
  ++budget_.depth;
  part.kind = Part::Kind::kCommand;
  part.quoted = quoted;
  part.text = text_.substr(begin, at_ - begin);
  Parser parser(arena_.keep(std::string_view(inside)), arena_, budget_, false, dialect_);
  part.command = parser.parse();
  --budget_.depth;
  part.pure = is_pure(*part.command);
  if (!parser.error().empty()) fail("has backquotes around something that cannot be read");
}

// ${ … }
void Parser::parse_parameter(Part& part, const Context& context) {
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
  if (failed()) return;
  if (!bad) borrow_parameter(part, begin);
  if (bad) {
    size_t close = text_.find('}', at_);
    if (close == std::string_view::npos) {
      fail("has a ${ that is not closed");
      return;
    }
    at_ = close;
    part = Part{.kind = Part::Kind::kBad, .quoted = context.quoted, .text = text_.substr(begin, close + 1 - begin)};
  }
  ++at_;
}

void Parser::borrow_parameter(const Part& part, size_t begin) {
  using From = Borrowed::From;
  From from = From::kNobody;
  switch (part.op) {
    case ParamOp::kReplace:
    case ParamOp::kReplaceAll:
    case ParamOp::kReplacePrefix:
    case ParamOp::kReplaceSuffix:
    case ParamOp::kSubstring:
      from = From::kBusybox;
      break;
    case ParamOp::kUpper:
    case ParamOp::kUpperAll:
    case ParamOp::kLower:
    case ParamOp::kLowerAll:
    case ParamOp::kIndirect:
    case ParamOp::kNames:
      from = From::kBash;
      break;
    default:
      break;
  }
  if (part.subscript != nullptr) from = From::kBash;
  if (from != From::kNobody) borrow(from, text_.substr(begin, at_ + 1 - begin), begin);
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
  if (!more()) return;
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

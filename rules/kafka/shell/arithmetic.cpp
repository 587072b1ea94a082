// $(( … )): C's operators on 64 bits (XCU 2.6.4). What dash and bash compute
// differently is unknown.
#include <algorithm>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/chars.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {
namespace {

constexpr int kMaxNesting = 64;
constexpr CharSet kOperatorStart("|&^=!<>+-*/%");

uint64_t bits(int64_t value) { return static_cast<uint64_t>(value); }
int64_t wrap(uint64_t value) { return static_cast<int64_t>(value); }

// A C constant: 12, 012, 0x1f. nullopt when it is none or does not fit.
std::optional<int64_t> constant(std::string_view text) {
  uint64_t base = 10;
  if (text.substr(0, 2) == "0x" || text.substr(0, 2) == "0X") {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  if (text.empty() || text.size() > 22) return std::nullopt;
  uint64_t value = 0;
  for (char c : text) {
    uint64_t digit = 99;
    if (c >= '0' && c <= '9') digit = static_cast<uint64_t>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<uint64_t>(c - 'a' + 10);
    if (c >= 'A' && c <= 'F') digit = static_cast<uint64_t>(c - 'A' + 10);
    if (digit >= base || value > (uint64_t{INT64_MAX} - digit) / base) return std::nullopt;
    value = value * base + digit;
  }
  return static_cast<int64_t>(value);
}

}  // namespace

// Recursive descent by precedence; `skip` follows the side of && || ?: that is
// not evaluated.
class Arithmetic {
 public:
  Arithmetic(Interpreter& shell, State& state, std::string_view text) : shell_(shell), state_(state), text_(text) {}

  std::optional<int64_t> evaluate(std::string& reason) {
    skip_blanks();
    int64_t value = at_ == text_.size() ? 0 : comma();
    skip_blanks();
    if (reason_.empty() && at_ != text_.size()) give_up("it is not an expression");
    if (reason_.empty()) return value;
    reason = "the arithmetic in " + std::string(text_.substr(0, 60)) + ": " + reason_;
    return std::nullopt;
  }

 private:
  void give_up(std::string why) {
    if (reason_.empty()) reason_ = std::move(why);
    at_ = text_.size();
  }
  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  bool looking_at(std::string_view op) {
    skip_blanks();
    return text_.substr(at_, op.size()) == op;
  }
  bool accept(std::string_view op) {
    if (!looking_at(op)) return false;
    at_ += op.size();
    return true;
  }
  // An operator that is not the beginning of a longer one.
  bool accept_not_before(std::string_view op, std::string_view followers) {
    if (!looking_at(op)) return false;
    if (at_ + op.size() < text_.size() && followers.find(text_[at_ + op.size()]) != std::string_view::npos)
      return false;
    at_ += op.size();
    return true;
  }

  int64_t comma() {
    int64_t value = assignment();
    while (accept(",")) value = assignment();
    return value;
  }

  int64_t assignment() {
    if (++depth_ > kMaxNesting) give_up("it is nested too deeply");
    int64_t value = assignment_or_conditional();
    --depth_;
    return value;
  }

  int64_t assignment_or_conditional() {
    skip_blanks();
    size_t begin = at_;
    if (at_ < text_.size() && is_name_start(text_[at_])) {
      while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
      std::string_view name = text_.substr(begin, at_ - begin);
      skip_blanks();
      static constexpr std::string_view kOperators[] = {"<<=", ">>=", "*=", "/=", "%=", "+=", "-=", "&=", "^=", "|="};
      if (at_ < text_.size() && kOperatorStart.has(text_[at_])) {
        for (std::string_view op : kOperators) {
          if (!accept(op)) continue;
          int64_t right = assignment();
          int64_t value = binary(op.substr(0, op.size() - 1), skip_ ? 0 : variable(name), right);
          return store(name, value);
        }
        if (accept_not_before("=", "=")) return store(name, assignment());
      }
      at_ = begin;
    }
    int64_t condition = binary_from(0);
    if (!accept("?")) return condition;
    int outer = skip_;
    skip_ = outer + (condition == 0 ? 1 : 0);
    int64_t yes = assignment();
    if (!accept(":")) give_up("it is not an expression");
    skip_ = outer + (condition != 0 ? 1 : 0);
    int64_t no = assignment();
    skip_ = outer;
    return condition != 0 ? yes : no;
  }

  struct Operator {
    std::string_view text;
    int level = -1;
    std::string_view followers = {};  // characters that would make it another operator
  };

  // The binary operator at the cursor; level -1 when there is none.
  Operator operator_here() {
    static constexpr Operator kOperators[] = {
        {"||", 0},      {"&&", 1},      {"|", 2, "|="}, {"^", 3, "="},  {"&", 4, "&="}, {"==", 5},
        {"!=", 5},      {"<=", 6},      {">=", 6},      {"<<", 7, "="}, {">>", 7, "="}, {"<", 6, "<="},
        {">", 6, ">="}, {"+", 8, "=+"}, {"-", 8, "=-"}, {"*", 9, "=*"}, {"/", 9, "="},  {"%", 9, "="},
    };
    skip_blanks();
    if (at_ >= text_.size() || !kOperatorStart.has(text_[at_])) return {};
    for (const Operator& op : kOperators) {
      if (op.text[0] != text_[at_] || text_.substr(at_, op.text.size()) != op.text) continue;
      size_t next = at_ + op.text.size();
      if (next < text_.size() && op.followers.find(text_[next]) != std::string_view::npos) continue;
      return op;
    }
    return {};
  }

  // Operators of this level and those that bind tighter.
  int64_t binary_from(int level) {
    int64_t left = unary();
    for (Operator op = operator_here(); op.level >= level && op.level >= 0 && reason_.empty(); op = operator_here()) {
      at_ += op.text.size();
      int outer = skip_;
      if ((op.text == "||" && left != 0) || (op.text == "&&" && left == 0)) ++skip_;
      int64_t right = binary_from(op.level + 1);
      skip_ = outer;
      left = binary(op.text, left, right);
    }
    return left;
  }

  int64_t binary(std::string_view op, int64_t a, int64_t b) {
    if (op == "||") return a != 0 || b != 0;
    if (op == "&&") return a != 0 && b != 0;
    if (op == "|") return a | b;
    if (op == "^") return a ^ b;
    if (op == "&") return a & b;
    if (op == "==") return a == b;
    if (op == "!=") return a != b;
    if (op == "<=") return a <= b;
    if (op == ">=") return a >= b;
    if (op == "<") return a < b;
    if (op == ">") return a > b;
    if (op == "+") return wrap(bits(a) + bits(b));
    if (op == "-") return wrap(bits(a) - bits(b));
    if (op == "*") return wrap(bits(a) * bits(b));
    if (skip_ != 0) return 0;
    if (op == "<<" || op == ">>") {
      if (b < 0 || b > 63 || (op == ">>" && a < 0)) {
        give_up("a shift by " + std::to_string(b));
        return 0;
      }
      return op == "<<" ? wrap(bits(a) << b) : a >> b;
    }
    if (b == 0 || (a == INT64_MIN && b == -1)) {
      give_up("a division by zero");
      return 0;
    }
    return op == "/" ? a / b : a % b;
  }

  int64_t unary() {
    if (++depth_ > kMaxNesting) give_up("it is nested too deeply");
    int64_t value = unary_inner();
    --depth_;
    return value;
  }

  int64_t unary_inner() {
    if (looking_at("++") || looking_at("--")) {
      give_up("shells differ about ++ and --");
      return 0;
    }
    if (accept("+")) return unary();
    if (accept("-")) return wrap(0 - bits(unary()));
    if (accept("~")) return ~unary();
    if (accept_not_before("!", "=")) return unary() == 0;
    if (accept("(")) {
      int64_t value = comma();
      if (!accept(")")) give_up("it is not an expression");
      return value;
    }
    skip_blanks();
    size_t begin = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    std::string_view word = text_.substr(begin, at_ - begin);
    if (word.empty() || (at_ < text_.size() && (text_[at_] == '#' || text_[at_] == '['))) {
      give_up("it is not an expression");
      return 0;
    }
    if (is_digit(word[0])) {
      auto value = constant(word);
      if (!value) give_up(std::string(word) + " is not a number");
      return value.value_or(0);
    }
    if (looking_at("++") || looking_at("--")) {
      bool up = text_[at_] == '+';
      at_ += 2;
      if (skip_ != 0) return 0;
      int64_t value = variable(word);
      store(word, up ? wrap(bits(value) + 1) : wrap(bits(value) - 1));
      return value;
    }
    return skip_ != 0 ? 0 : variable(word);
  }

  int64_t variable(std::string_view name) {
    auto text = shell_.parameter(name, nullptr, state_, {});
    if (!text || text->empty()) return 0;
    if (has_opaque(*text)) {
      give_up(has_unknown(*text) ? unknown_reason(*text) : std::string(name) + " is known only at run time");
      return 0;
    }
    std::string_view digits = *text;
    bool negative = digits[0] == '-';
    if (negative) digits.remove_prefix(1);
    auto value = digits.empty() || !is_digit(digits[0]) ? std::nullopt : constant(digits);
    // bash would go on and evaluate the text, dash stops with an error.
    if (!value) give_up(std::string(name) + " is " + text->substr(0, 40) + ", not a number");
    return value ? (negative ? -*value : *value) : 0;
  }

  int64_t store(std::string_view name, int64_t value) {
    if (skip_ == 0 && reason_.empty()) shell_.set_variable(state_, name, std::to_string(value), {}, {}, false);
    return value;
  }

  Interpreter& shell_;
  State& state_;
  std::string_view text_;
  std::string reason_;
  size_t at_ = 0;
  int depth_ = 0;
  int skip_ = 0;
};

std::optional<int64_t> Interpreter::arithmetic(std::string_view expression, State& state, std::string& reason) {
  if (has_opaque(expression)) {
    reason = has_unknown(expression) ? unknown_reason(expression)
                                     : "the arithmetic in " + display(expression) + " is known only at run time";
    return std::nullopt;
  }
  if (!spend(expression.size() / 64)) return 0;
  Arithmetic arithmetic(*this, state, expression);
  return arithmetic.evaluate(reason);
}

}  // namespace brokergate::shell

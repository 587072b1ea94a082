// test, [ and [[ ]].
#include <algorithm>
#include <cctype>
#include <span>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"
#include "rules/kafka/shell/regex.h"

namespace brokergate::shell {
namespace {

using Truth = std::optional<bool>;

Truth negate(Truth value) { return value ? Truth(!*value) : value; }
Truth both(Truth a, Truth b) {
  if ((a && !*a) || (b && !*b)) return false;
  return a && b ? Truth(true) : std::nullopt;
}
Truth either(Truth a, Truth b) { return negate(both(negate(a), negate(b))); }

// A decimal integer as test reads it.
std::optional<int64_t> integer(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  bool negative = !text.empty() && text.front() == '-';
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty() || text.size() > 17) return std::nullopt;
  int64_t value = 0;
  for (char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

// Whether there is something in a value with atoms.
Truth has_text(std::string_view value) {
  if (value.empty()) return false;
  bool unknown = false;
  for (size_t i = 0; i < value.size();) {
    if (value[i] != '\x01') return true;
    if (value.substr(i + 1, 1) != "?") return true;
    unknown = true;
    size_t close = value.find('\x02', i);
    i = close == std::string_view::npos ? value.size() : close + 1;
  }
  return unknown ? std::nullopt : Truth(false);
}

Truth equal(const std::string& a, const std::string& b) {
  if (!has_opaque(a) && !has_opaque(b)) return a == b;
  if (!has_unknown(a) && !has_unknown(b) && a == b) return true;
  if ((b == "0" && a == unknown_atom(kFailedReason)) || (a == "0" && b == unknown_atom(kFailedReason))) return false;
  if (a.empty()) return negate(has_text(b));
  if (b.empty()) return negate(has_text(a));
  return std::nullopt;
}

bool is_binary(std::string_view op) {
  static constexpr std::string_view kOperators[] = {"=",   "==",  "!=",  "-eq", "-ne", "-lt", "-le",
                                                    "-gt", "-ge", "-nt", "-ot", "-ef", "<",   ">"};
  return std::find(std::begin(kOperators), std::end(kOperators), op) != std::end(kOperators);
}

bool is_unary(std::string_view word) {
  return word.size() == 2 && word[0] == '-' && std::isalpha(static_cast<unsigned char>(word[1])) != 0;
}

bool is_operator(std::string_view word) {
  return word == "!" || word == "(" || word == ")" || is_unary(word) || is_binary(word);
}

}  // namespace

Truth Interpreter::test_unary(std::string_view op, const std::string& operand, State& state) {
  if (op == "-n") return has_text(operand);
  if (op == "-z") return negate(has_text(operand));
  if (op == "-v") {
    if (dialect_ != Dialect::kBash) return std::nullopt;
    if (state.variables.contains(operand))
      return has_unknown(state.variables.find(operand)->second.value) ? std::nullopt : Truth(true);
    if (!is_name(operand)) return std::nullopt;  // $1, an element
    auto value = parameter(operand, nullptr, state, {});
    return value ? std::nullopt : Truth(false);
  }
  if (op == "-d" && is_folder(state, file_path(state, operand))) return true;
  if (op == "-f" || op == "-e" || op == "-r" || op == "-w" || op == "-s") {
    const std::string* text = file_text(state, operand);
    if (text == nullptr) return is_absent(state, file_path(state, operand)) ? Truth(false) : std::nullopt;
    // A file made on one way only is unknown as a whole.
    if (has_unknown(*text) && text->front() == '\x01') return std::nullopt;
    return op == "-s" ? has_text(*text) : Truth(true);
  }
  return std::nullopt;
}

Truth Interpreter::test_binary(const std::string& a, std::string_view op, const std::string& b, State& state) {
  static_cast<void>(state);
  if (op == "=" || op == "==") return equal(a, b);
  if (op == "!=") return negate(equal(a, b));
  if (op == "<" || op == ">") return std::nullopt;  // by locale
  if (b == "0" && (op == "-eq" || op == "-ne" || op == "-gt" || op == "-le") && a == unknown_atom(kFailedReason))
    return op == "-ne" || op == "-gt";
  auto x = integer(a), y = integer(b);
  // What is no number is an error to both shells, with a status of its own.
  if (!x || !y) return std::nullopt;
  if (op == "-eq") return *x == *y;
  if (op == "-ne") return *x != *y;
  if (op == "-lt") return *x < *y;
  if (op == "-le") return *x <= *y;
  if (op == "-gt") return *x > *y;
  if (op == "-ge") return *x >= *y;
  return std::nullopt;
}

// The grammar of test for more words than POSIX decides by their number. Shells disagree where a
// word that is to be compared looks like an operator; such a condition is not decided here.
struct Interpreter::TestGrammar {
  Interpreter& shell;
  std::span<const std::string> words;
  State& state;
  size_t at = 0;
  int depth = 0;
  bool broken = false;

  size_t left() const { return words.size() - at; }
  bool is(std::string_view word) const { return left() > 0 && words[at] == word; }

  const std::string& operand() {
    const std::string& word = words[at++];
    broken = broken || is_operator(word);
    return word;
  }

  Truth disjunction() {
    Truth value = conjunction();
    while (is("-o")) {
      ++at;
      value = either(value, conjunction());
    }
    return value;
  }

  Truth conjunction() {
    Truth value = primary();
    while (is("-a")) {
      ++at;
      value = both(value, primary());
    }
    return value;
  }

  Truth primary() {
    if (broken || left() == 0 || ++depth > 40) {
      broken = true;
      return std::nullopt;
    }
    Truth value = primary_inner();
    --depth;
    return value;
  }

  Truth primary_inner() {
    if (left() >= 3 && is_binary(words[at + 1])) {
      const std::string& a = operand();
      const std::string& op = words[at++];
      Truth value = shell.test_binary(a, op, operand(), state);
      broken = broken || (!value && op.size() == 3);  // what is no number fails the whole test
      return value;
    }
    if (is("!")) {
      ++at;
      broken = broken || is("!");
      return negate(primary());
    }
    if (is("(")) {
      ++at;
      Truth value = disjunction();
      if (!is(")")) broken = true;
      if (!broken) ++at;
      return value;
    }
    if (left() >= 2 && is_unary(words[at])) {
      const std::string& op = words[at++];
      // dash has no -v, and -a and -o are a file's and an option's for bash alone.
      broken = broken || op == "-a" || op == "-o" || (op == "-v" && shell.dialect_ == Dialect::kSh);
      return shell.test_unary(op, operand(), state);
    }
    return has_text(operand());
  }
};

// POSIX decides by the number of arguments; what it leaves open is left open.
Truth Interpreter::test(std::span<const std::string> words, State& state) {
  const size_t count = words.size();
  if (count == 0) return false;
  if (count == 1) return has_text(words[0]);
  // dash takes [ -n -a b ] for a test of its own, which fails.
  if (count == 3 && (words[1] == "-a" || words[1] == "-o") && is_operator(words[0])) return std::nullopt;
  if (count == 3 && words[1] == "-a") return both(has_text(words[0]), has_text(words[2]));
  if (count == 3 && words[1] == "-o") return either(has_text(words[0]), has_text(words[2]));
  if (count == 3 && is_binary(words[1])) return test_binary(words[0], words[1], words[2], state);
  if (count == 4 && words[0] == "!" && words[1] == "!") return std::nullopt;  // which is dash's own affair
  if (count <= 4 && words[0] == "!") return negate(test(words.subspan(1), state));
  if (count <= 4 && count > 2 && words[0] == "(" && words[count - 1] == ")")
    return test(words.subspan(1, count - 2), state);
  if (count == 2 && is_unary(words[0])) return test_unary(words[0], words[1], state);
  if (count <= 3) return std::nullopt;
  TestGrammar grammar{*this, words, state};
  Truth value = grammar.disjunction();
  return grammar.broken || grammar.left() != 0 ? std::nullopt : value;
}

void Interpreter::do_test(Call& call) {
  std::vector<std::string> words(call.argv.begin() + 1, call.argv.end());
  bool complete = true;
  if (call.argv[0] == "[") {
    complete = !words.empty() && words.back() == "]";
    if (complete) words.pop_back();
  }
  // An empty unquoted word is no word: the number of words decides what is asked.
  Truth value = call.uncertain || !complete ? std::nullopt : test(words, call.state);
  call.state.status = value ? (*value ? 0 : 1) : kUnknownStatus;
}

// [[ … ]]
struct Interpreter::Condition {
  Interpreter& shell;
  const Node& node;
  State& state;
  Io io;
  uint32_t at = 0;
  int depth = 0;
  int skip = 0;
  bool broken = false;

  bool more() const { return at < node.args.count; }
  std::string_view raw() const { return more() ? node.args[at].word->raw : std::string_view{}; }
  const Word& take() { return *node.args[at++].word; }
  std::string text(const Word& word) { return skip != 0 ? std::string() : shell.expand_text(word, state, io); }

  Truth disjunction() {
    Truth value = conjunction();
    while (raw() == "||") {
      ++at;
      bool skipped = value && *value;
      skip += skipped ? 1 : 0;
      Truth right = conjunction();
      skip -= skipped ? 1 : 0;
      value = skipped ? value : either(value, right);
    }
    return value;
  }

  Truth conjunction() {
    Truth value = primary();
    while (raw() == "&&") {
      ++at;
      bool skipped = value && !*value;
      skip += skipped ? 1 : 0;
      Truth right = primary();
      skip -= skipped ? 1 : 0;
      value = skipped ? value : both(value, right);
    }
    return value;
  }

  Truth primary() {
    if (!more() || ++depth > 40) {
      broken = true;
      return std::nullopt;
    }
    Truth value = primary_inner();
    --depth;
    return value;
  }

  Truth primary_inner() {
    if (raw() == "!") {
      ++at;
      return negate(primary());
    }
    if (raw() == "(") {
      ++at;
      Truth value = disjunction();
      broken = broken || raw() != ")";
      if (more()) ++at;
      return value;
    }
    std::string_view first = raw();
    if (first.size() == 2 && first[0] == '-' && at + 1 < node.args.count) {
      ++at;
      std::string operand = text(take());
      return skip != 0 ? std::nullopt : shell.test_unary(first, operand, state);
    }
    const Word& left = take();
    std::string_view op = raw();
    if (op == "=~") {
      ++at;
      if (!more()) return std::nullopt;
      return match_regex(text(left), take());
    }
    if (!is_binary(op)) {
      std::string value = text(left);
      return skip != 0 ? std::nullopt : has_text(value);
    }
    ++at;
    if (!more()) {
      broken = true;
      return std::nullopt;
    }
    const Word& right = take();
    std::string a = text(left);
    if (skip != 0) return std::nullopt;
    if (op == "=" || op == "==" || op == "!=") {
      Pattern pattern = shell.expand_pattern(right, state, io);
      Truth match;
      if (a.empty() && has_opaque(pattern.text)) {
        match = negate(has_text(pattern.text));
      } else if (pattern.text.empty()) {
        match = negate(has_text(a));
      } else if (shell.spend(a.size() * pattern.text.size() / 4096)) {
        match = matches(pattern, a);
      }
      return op == "!=" ? negate(match) : match;
    }
    std::string b = text(right);
    if (op.size() == 3) {  // -eq and its kin take expressions here
      std::string reason;
      auto x = shell.arithmetic(a, state, reason), y = shell.arithmetic(b, state, reason);
      if (!x || !y) return std::nullopt;
      return shell.test_binary(std::to_string(*x), op, std::to_string(*y), state);
    }
    return shell.test_binary(a, op, b, state);
  }

  Truth match_regex(const std::string& subject, const Word& word) {
    if (skip != 0) return std::nullopt;
    std::string pattern;
    for (const Part& part : word.parts) {
      std::string value = shell.part_value(part, state, io);
      pattern += part.quoted ? quote_regex(value) : value;
    }
    Regex regex(pattern, true);
    std::vector<std::string> groups;
    Truth found = regex.search(subject, groups);
    if (!found) groups = {unknown_atom("what " + shell::quote(node.text) + " matches")};
    shell.set_array(state, "BASH_REMATCH", std::move(groups));
    return found;
  }
};

Failed Interpreter::execute_condition(const Node& node, State& state, Io io) {
  if (!spend(1 + node.args.count / 8)) return nullptr;
  Condition condition{*this, node, state, io};
  Truth value = condition.disjunction();
  if (condition.broken || condition.more()) value = std::nullopt;
  if (!state.dead) state.status = value ? (*value ? 0 : 1) : kUnknownStatus;
  return nullptr;
}

}  // namespace brokergate::shell

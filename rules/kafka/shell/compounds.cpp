// Compound commands (XCU 2.9.4) and functions, with bash's [[ ]], (( )),
// function and for (( )).
#include <algorithm>

#include "rules/kafka/shell/chars.h"
#include "rules/kafka/shell/parser.h"

namespace brokergate::shell {

// Null when the command at the cursor is a simple one.
Node* Parser::parse_compound() {
  if (peek() == '(') {
    if (peek(1) == '(') {
      if (Node* node = parse_arithmetic_command()) return node;
    }
    ++at_;
    Node* node = arena_.make<Node>();
    node->kind = Node::Kind::kSubshell;
    node->body = parse_body("(");
    if (!failed() && peek() != ')') fail("has no `)` for a `(`");
    if (!failed()) ++at_;
    return node;
  }
  if (!contains("{iwufc[", peek()) && !is_name_start(peek())) return nullptr;
  std::string_view word = peek_plain_word();
  if (word.empty()) return nullptr;
  switch (word.front()) {
    case '{':
      if (accept_word("{")) {
        Node* node = arena_.make<Node>();
        node->kind = Node::Kind::kGroup;
        node->body = parse_body("{");
        if (!failed()) expect_word("}", "{");
        return node;
      }
      break;
    case 'i':
      if (accept_word("if")) return parse_if();
      break;
    case 'w':
    case 'u':
      if (word == "while" || word == "until") return parse_loop();
      break;
    case 'f':
      if (accept_word("for")) return parse_for();
      if (accept_word("function")) {
        borrow(Borrowed::From::kBusybox, "function", at_);
        skip_blanks();
        std::string_view name = peek_plain_word();
        at_ += name.size();
        skip_blanks();
        if (looking_at("()")) at_ += 2;
        return parse_function(name);
      }
      break;
    case 'c':
      if (accept_word("case")) return parse_case();
      break;
    case '[':
      if (accept_word("[[")) return parse_condition();
      break;
    default:
      break;
  }
  // name ( )
  size_t end = at_ + word.size();
  while (end < text_.size() && (text_[end] == ' ' || text_[end] == '\t')) ++end;
  if (end >= text_.size() || text_[end] != '(') return nullptr;
  ++end;
  while (end < text_.size() && (text_[end] == ' ' || text_[end] == '\t')) ++end;
  if (end >= text_.size() || text_[end] != ')' || contains(word, '=')) return nullptr;
  at_ = end + 1;
  if (!is_name(word)) borrow(Borrowed::From::kBash, word, end);
  return parse_function(word);
}

// Where at least one command must stand.
const Node* Parser::parse_body(std::string_view opener) {
  const Node* list = parse_list();
  if (!failed() && list->children.empty()) fail("has no command behind `" + std::string(opener) + "`");
  return list;
}

Node* Parser::parse_if() {
  Node* node = arena_.make<Node>();
  node->kind = Node::Kind::kIf;
  std::vector<const Node*> children;
  for (;;) {
    children.push_back(parse_body("if"));
    expect_word("then", "if");
    if (failed()) break;
    children.push_back(parse_body("then"));
    skip_separators();
    if (accept_word("elif")) continue;
    if (accept_word("else")) children.push_back(parse_body("else"));
    expect_word("fi", "if");
    break;
  }
  node->children = {arena_.keep(children), static_cast<uint32_t>(children.size())};
  return node;
}

Node* Parser::parse_loop() {
  Node* node = arena_.make<Node>();
  node->kind = Node::Kind::kWhile;
  node->negated = peek() == 'u';
  at_ += 5;
  std::vector<const Node*> children = {parse_body("while")};
  expect_word("do", "while");
  if (!failed()) children.push_back(parse_body("do"));
  expect_word("done", "do");
  node->children = {arena_.keep(children), static_cast<uint32_t>(children.size())};
  return node;
}

Node* Parser::parse_for() {
  Node* node = arena_.make<Node>();
  node->kind = Node::Kind::kFor;
  skip_blanks();
  if (looking_at("((")) {
    node->kind = Node::Kind::kForArith;
    borrow(Borrowed::From::kBash, "for ((", at_);
    at_ += 2;
    for (int i = 0; i < 3 && !failed(); ++i) {
      Context context{.quoted = true,
                      .single_quotes = false,
                      .metacharacters = false,
                      .escape_all = false,
                      .arithmetic = true,
                      .stop = ";"};
      node->expressions[i] = parse_word_in(context);
      if (i < 2 && peek() != ';') fail("has a broken `for ((`");
      if (i < 2) ++at_;
    }
    if (!failed() && !looking_at("))")) fail("has no `))` for a `for ((`");
    at_ = std::min(text_.size(), at_ + 2);
    skip_blanks();
    if (peek() == ';') ++at_;
  } else {
    node->name = peek_plain_word();
    if (!is_name(node->name)) fail("has a `for` without a variable");
    at_ += node->name.size();
    skip_blanks();
    if (peek() == ';') {
      ++at_;
      node->positional = true;
    } else {
      skip_separators();
      if (accept_word("in")) {
        std::vector<Argument> words;
        for (skip_blanks(); !failed() && more() && peek() != ';' && peek() != '\n'; skip_blanks()) {
          size_t before = at_;
          words.push_back({parse_word(), nullptr});
          if (at_ == before) fail("has an unexpected `" + std::string(text_.substr(at_, 1)) + "`");
        }
        node->args = {arena_.keep(words), static_cast<uint32_t>(words.size())};
        if (peek() == ';') ++at_;
      } else {
        node->positional = true;
      }
    }
  }
  expect_word("do", "for");
  if (!failed()) node->body = parse_body("do");
  expect_word("done", "do");
  return node;
}

Node* Parser::parse_case() {
  Node* node = arena_.make<Node>();
  node->kind = Node::Kind::kCase;
  skip_blanks();
  node->word = parse_word();
  expect_word("in", "case");
  std::vector<CaseItem> cases;
  for (skip_separators(); !failed() && more() && peek_plain_word() != "esac"; skip_separators()) {
    CaseItem item;
    std::vector<const Word*> patterns;
    if (peek() == '(') ++at_;
    for (;;) {
      skip_blanks();
      size_t before = at_;
      patterns.push_back(parse_word());
      if (at_ == before) fail("has a broken `case`");
      skip_blanks();
      if (failed() || peek() != '|') break;
      ++at_;
    }
    if (!failed() && peek() != ')') fail("has a `case` pattern without `)`");
    if (failed()) break;
    ++at_;
    item.body = parse_list();
    item.patterns = {arena_.keep(patterns), static_cast<uint32_t>(patterns.size())};
    if (looking_at(";;&") || looking_at(";&")) borrow(Borrowed::From::kBash, ";&", at_);
    if (looking_at(";;&")) {
      item.end = CaseItem::End::kContinue;
      at_ += 3;
    } else if (looking_at(";&")) {
      item.end = CaseItem::End::kFall;
      at_ += 2;
    } else if (looking_at(";;")) {
      at_ += 2;
    } else {
      cases.push_back(item);
      break;
    }
    cases.push_back(item);
  }
  expect_word("esac", "case");
  node->cases = {arena_.keep(cases), static_cast<uint32_t>(cases.size())};
  return node;
}

Node* Parser::parse_function(std::string_view name) {
  Node* node = arena_.make<Node>();
  node->kind = Node::Kind::kFunction;
  node->name = name;
  skip_separators();
  node->body = parse_command();
  if (!failed() && node->body->kind == Node::Kind::kSimple) fail("has a function without a body");
  return node;
}

// [[ … ]]: the words, with operators as words of their own.
Node* Parser::parse_condition() {
  Node* node = arena_.make<Node>();
  node->kind = Node::Kind::kCondition;
  borrow(Borrowed::From::kBusybox, "[[", at_);
  std::vector<Argument> words;
  bool regex = false;
  for (skip_separators(); !failed(); skip_separators()) {
    if (!more()) fail("has no `]]` for a `[[`");
    if (accept_word("]]")) break;
    size_t before = at_;
    std::string_view op;
    if (!regex) {
      for (std::string_view candidate : {"&&", "||", "(", ")", "<", ">"}) {
        if (looking_at(candidate)) op = text_.substr(at_, candidate.size());
        if (!op.empty()) break;
      }
    }
    if (!op.empty()) {
      auto* word = word_of({.text = op});
      word->raw = op;
      word->literal = true;
      at_ += op.size();
      words.push_back({word, nullptr});
      continue;
    }
    Context context{.metacharacters = true, .regex = regex};
    words.push_back({parse_word_in(context), nullptr});
    regex = words.back().word->raw == "=~";
    if (regex) borrow(Borrowed::From::kBash, "=~", at_);
    if (at_ == before) fail("has an unexpected `" + std::string(text_.substr(at_, 1)) + "`");
  }
  node->args = {arena_.keep(words), static_cast<uint32_t>(words.size())};
  return node;
}

// (( … )), or null when it is a subshell in a subshell.
Node* Parser::parse_arithmetic_command() {
  if (budget_.retries == 0) return nullptr;
  size_t begin = at_;
  at_ += 2;
  Context context{
      .quoted = true, .single_quotes = false, .metacharacters = false, .escape_all = false, .arithmetic = true};
  const Word* word = parse_word_in(context);
  if (!failed() && looking_at("))")) {
    borrow(Borrowed::From::kBash, "((", begin);
    at_ += 2;
    Node* node = arena_.make<Node>();
    node->kind = Node::Kind::kArithmetic;
    node->word = word;
    return node;
  }
  --budget_.retries;
  if (budget_.nodes != 0 && budget_.depth < ParseBudget::kMaxDepth) error_.clear();
  at_ = begin;
  return nullptr;
}

}  // namespace brokergate::shell

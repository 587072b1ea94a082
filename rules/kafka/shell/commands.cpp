// Lists, pipelines, simple commands, redirections (XCU 2.9, 2.10).
#include <algorithm>
#include <array>

#include "rules/kafka/shell/chars.h"
#include "rules/kafka/shell/parser.h"

namespace brokergate::shell {
namespace {

constexpr CharSet kQuoting("\\'\"$`");

constexpr std::array<std::string_view, 5> kDeclarations = {"export", "readonly", "local", "declare", "typeset"};

}  // namespace

bool is_name(std::string_view text) {
  return !text.empty() && is_name_start(text.front()) && std::all_of(text.begin(), text.end(), is_name_char);
}

// One more level of nesting for as long as it lives.
struct Parser::Deeper {
  explicit Deeper(Parser& parser) : budget(parser.budget_) {
    if (++budget.depth > ParseBudget::kMaxDepth) parser.fail("is nested too deeply");
  }
  ~Deeper() { --budget.depth; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;
  ParseBudget& budget;
};

void Parser::fail(std::string message) {
  if (failed()) return;
  auto line = std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(std::min(at_, text_.size())), '\n') + 1;
  error_ = "the shell text cannot be read from line " + std::to_string(line) + " on: it " + std::move(message);
}

bool Parser::spend(uint32_t nodes) {
  if (budget_.nodes < nodes) {
    fail("is longer than any start script");
    return false;
  }
  budget_.nodes -= nodes;
  return true;
}

void Parser::borrow(Borrowed::From from, std::string_view what, size_t at) {
  if (dialect_ != Dialect::kSh || budget_.borrowed.from >= from) return;
  budget_.borrowed.from = from;
  const auto line = std::count(text_.begin(), text_.begin() + static_cast<ptrdiff_t>(std::min(at, text_.size())), '\n');
  budget_.borrowed.what = "`" + std::string(what) + "` in line " + std::to_string(line + 1);
}

// Builtins and options of them. Sources: bash(1), dash(1), busybox shell/ash.c with
// the configuration that Docker's images have.
void Parser::borrow_by_name(const std::vector<Argument>& args, size_t at) {
  using From = Borrowed::From;
  if (dialect_ != Dialect::kSh || args.empty()) return;
  struct Row {
    std::string_view name;
    From from;
    std::string_view option;  // of it; empty: the name alone counts
  };
  static constexpr auto kRows = std::to_array<Row>(
      {{"[", From::kBusybox, "=="},         {"[", From::kBash, "-v"},      {"builtin", From::kBash, ""},
       {"compgen", From::kBash, ""},        {"declare", From::kBash, ""},  {"exec", From::kBash, "-a"},
       {"exec", From::kBash, "-c"},         {"export", From::kBash, "-f"}, {"export", From::kBusybox, "-n"},
       {"let", From::kBusybox, ""},         {"mapfile", From::kBash, ""},  {"popd", From::kBash, ""},
       {"printf", From::kBash, "-v"},       {"pushd", From::kBash, ""},    {"readarray", From::kBash, ""},
       {"set", From::kBusybox, "pipefail"}, {"shopt", From::kBash, ""},    {"source", From::kBusybox, ""},
       {"test", From::kBusybox, "=="},      {"typeset", From::kBash, ""}});
  const std::string_view name = args[0].word->raw;
  for (const Row& row : kRows) {
    if (row.name != name) continue;
    if (row.option.empty() ||
        std::any_of(args.begin() + 1, args.end(), [&](const Argument& one) { return one.word->raw == row.option; }))
      borrow(row.from, row.option.empty() ? name : row.option, at);
  }
  if (name != "read") return;
  for (size_t i = 1; i < args.size(); ++i) {
    const std::string_view option = args[i].word->raw;
    if (!option.starts_with("-") || option.size() < 2) break;
    if (option.find('a', 1) != option.npos) borrow(From::kBash, option, at);
    if (option.find_first_not_of("rp", 1) != option.npos) borrow(From::kBusybox, option, at);
  }
}

Span Parser::span(size_t begin, size_t end) const {
  if (!spans_) return {};
  return {static_cast<uint32_t>(begin), static_cast<uint32_t>(end)};
}

const Node* Parser::parse() {
  const Node* list = parse_list();
  if (!failed() && more()) fail("has an unexpected `" + std::string(text_.substr(at_, 1)) + "`");
  return list;
}

void Parser::skip_blanks() {
  while (more()) {
    char c = peek();
    if (c == ' ' || c == '\t') {
      ++at_;
    } else if (c == '\\' && peek(1) == '\n') {
      at_ += 2;
    } else if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else {
      break;
    }
  }
}

void Parser::newline() {
  ++at_;
  if (!pending_.empty()) read_here_documents();
}

void Parser::skip_separators() {
  for (skip_blanks(); peek() == '\n'; skip_blanks()) newline();
}

// The word at the cursor when it has no quotes and no expansions.
std::string_view Parser::peek_plain_word() const {
  size_t end = at_;
  while (end < text_.size() && !kMetacharacters.has(text_[end])) {
    if (kQuoting.has(text_[end])) return {};
    if (++end - at_ > 64) return {};
  }
  return text_.substr(at_, end - at_);
}

bool Parser::accept_word(std::string_view word) {
  if (peek_plain_word() != word) return false;
  at_ += word.size();
  return true;
}

void Parser::expect_word(std::string_view word, std::string_view opener) {
  skip_separators();
  if (!accept_word(word)) fail("has no `" + std::string(word) + "` for a `" + std::string(opener) + "`");
}

bool Parser::at_list_end() {
  if (!more() || failed()) return true;
  char c = peek();
  if (c == ')' || (c == ';' && (peek(1) == ';' || peek(1) == '&'))) return true;
  if (!contains("tfde}", c)) return false;
  std::string_view word = peek_plain_word();
  return word == "then" || word == "fi" || word == "do" || word == "done" || word == "elif" || word == "else" ||
         word == "esac" || word == "}";
}

Node* Parser::finish(Node* node, size_t begin) {
  size_t end = at_;
  while (end > begin && contains(" \t\n", text_[end - 1])) --end;
  node->span = span(begin, end);
  node->text = text_.substr(begin, end - begin);
  return node;
}

const Node* Parser::parse_list() {
  Deeper deeper(*this);
  std::vector<const Node*> items;
  skip_separators();
  size_t begin = at_;
  size_t on_line = 0;  // items before the line of the one that is read
  while (!at_list_end()) {
    const Node* item = parse_and_or();
    // A shell reads a whole line before it runs any of it: those of earlier lines are run.
    if (failed()) {
      items.resize(on_line);
      break;
    }
    skip_blanks();
    if (peek() == '&') {
      ++at_;
      Node* background = arena_.make<Node>();
      background->kind = Node::Kind::kSubshell;
      background->background = true;
      background->body = item;
      background->span = item->span;
      background->text = item->text;
      item = background;
    } else if (peek() == ';' && peek(1) != ';' && peek(1) != '&') {
      ++at_;
    } else if (more() && peek() != '\n' && !at_list_end()) {
      fail("has an unexpected `" + std::string(text_.substr(at_, 1)) + "`");
      items.resize(on_line);
      break;
    }
    items.push_back(item);
    const size_t behind = at_;
    skip_separators();
    if (text_.substr(behind, at_ - behind).find('\n') != std::string_view::npos) on_line = items.size();
  }
  Node* list = arena_.make<Node>();
  list->kind = Node::Kind::kList;
  list->children = {arena_.keep(items), static_cast<uint32_t>(items.size())};
  return finish(list, begin);
}

const Node* Parser::parse_and_or() {
  size_t begin = at_;
  const Node* first = parse_pipeline();
  std::vector<const Node*> items;
  std::string operators;
  while (!failed()) {
    skip_blanks();
    if (!looking_at("&&") && !looking_at("||")) break;
    if (items.empty()) items.push_back(first);
    operators += peek();
    at_ += 2;
    skip_separators();
    items.push_back(parse_pipeline());
  }
  if (items.empty() || failed()) return first;
  Node* node = arena_.make<Node>();
  node->kind = Node::Kind::kAndOr;
  node->children = {arena_.keep(items), static_cast<uint32_t>(items.size())};
  node->operators = arena_.keep(operators);
  return finish(node, begin);
}

const Node* Parser::parse_pipeline() {
  size_t begin = at_;
  bool negated = false;
  while (accept_word("!")) {
    negated = !negated;
    skip_blanks();
  }
  if (accept_word("time")) skip_blanks();
  const Node* first = parse_command();
  std::vector<const Node*> items = {first};
  while (!failed()) {
    skip_blanks();
    if (peek() != '|' || peek(1) == '|') break;
    if (peek(1) == '&') borrow(Borrowed::From::kBash, "|&", at_);
    at_ += peek(1) == '&' ? 2 : 1;
    skip_separators();
    items.push_back(parse_command());
  }
  if (failed() || (items.size() == 1 && !negated)) return first;
  Node* node = arena_.make<Node>();
  node->kind = Node::Kind::kPipeline;
  node->negated = negated;
  node->children = {arena_.keep(items), static_cast<uint32_t>(items.size())};
  return finish(node, begin);
}

const Node* Parser::parse_command() {
  Deeper deeper(*this);
  skip_blanks();
  if (failed() || !spend()) return arena_.make<Node>();
  size_t begin = at_;
  Node* node = parse_compound();
  if (node == nullptr) return parse_simple();
  if (node->kind != Node::Kind::kFunction) {
    std::vector<Redirect> redirects;
    parse_redirects(redirects);
    node->redirects = {arena_.keep(redirects), static_cast<uint32_t>(redirects.size())};
  }
  return finish(node, begin);
}

const Node* Parser::parse_simple() {
  size_t begin = at_;
  std::vector<AssignNode> assigns;
  std::vector<Argument> args;
  std::vector<Redirect> redirects;
  bool declaration = false;
  while (!failed()) {
    skip_blanks();
    if (!more()) break;
    if (at_process()) {
      args.push_back({parse_process(), nullptr});
      continue;
    }
    if (at_redirect()) {
      parse_redirect(redirects);
      continue;
    }
    if (kMetacharacters.has(peek())) break;
    if (args.empty() || declaration) {
      AssignNode assign;
      size_t word_begin = at_;
      if (parse_assignment(assign)) {
        if (!declaration) {
          assigns.push_back(assign);
          continue;
        }
        auto* kept = arena_.make<AssignNode>();
        *kept = assign;
        auto* word = arena_.make<Word>();
        word->span = span(word_begin, at_);
        word->raw = text_.substr(word_begin, at_ - word_begin);
        args.push_back({word, kept});
        continue;
      }
    }
    const Word* word = parse_word();
    if (args.empty() && word->literal) {
      declaration = std::find(kDeclarations.begin(), kDeclarations.end(), word->raw) != kDeclarations.end();
    }
    args.push_back({word, nullptr});
  }
  if (!failed() && assigns.empty() && args.empty() && redirects.empty()) {
    fail(more() ? "has an unexpected `" + std::string(text_.substr(at_, 1)) + "`" : "ends where a command must stand");
  }
  borrow_by_name(args, begin);
  Node* node = arena_.make<Node>();
  node->assigns = {arena_.keep(assigns), static_cast<uint32_t>(assigns.size())};
  node->args = {arena_.keep(args), static_cast<uint32_t>(args.size())};
  node->redirects = {arena_.keep(redirects), static_cast<uint32_t>(redirects.size())};
  return finish(node, begin);
}

// NAME=…, NAME+=…, NAME[…]=…, NAME=( … ); the cursor stays when it is none.
bool Parser::parse_assignment(AssignNode& out) {
  if (!is_name_start(peek())) return false;
  size_t begin = at_;
  size_t end = at_;
  while (end < text_.size() && is_name_char(text_[end])) ++end;
  out.name = text_.substr(begin, end - begin);
  if (end < text_.size() && text_[end] == '[') {
    size_t close = end + 1;
    while (close < text_.size() && !contains("] \t\n;&|<>", text_[close])) ++close;
    if (close >= text_.size() || text_[close] != ']') return false;
    size_t after = close + 1;
    if (text_.substr(after, 1) != "=" && text_.substr(after, 2) != "+=") return false;
    at_ = end + 1;
    Context context{.quoted = true, .single_quotes = false, .metacharacters = false, .escape_all = false, .stop = "]"};
    out.subscript = parse_word_in(context);
    end = at_ + 1;
    if (peek() != ']' || (text_.substr(end, 1) != "=" && text_.substr(end, 2) != "+=")) {
      at_ = begin;
      return false;
    }
  }
  if (end < text_.size() && text_[end] == '+') {
    out.append = true;
    ++end;
  }
  if (end >= text_.size() || text_[end] != '=') {
    at_ = begin;
    return false;
  }
  at_ = end + 1;
  if (out.subscript != nullptr || out.append || peek() == '(')
    borrow(Borrowed::From::kBash, text_.substr(begin, at_ + (peek() == '(' ? 1 : 0) - begin), begin);
  if (peek() == '(') {
    out.array = true;
    ++at_;
    std::vector<const Word*> elements;
    for (skip_separators(); !failed() && peek() != ')'; skip_separators()) {
      size_t before = at_;
      if (more()) elements.push_back(parse_word());
      if (at_ == before) fail("has no `)` for an array");
    }
    if (!failed()) ++at_;
    out.elements = {arena_.keep(elements), static_cast<uint32_t>(elements.size())};
    return true;
  }
  out.value = parse_word();
  return true;
}

bool Parser::at_redirect() const {
  size_t at = at_;
  while (at < text_.size() && is_digit(text_[at])) ++at;
  if (at >= text_.size()) return false;
  if (text_[at] == '<' || text_[at] == '>') return true;
  return at == at_ && text_[at] == '&' && text_.substr(at + 1, 1) == ">";
}

void Parser::parse_redirects(std::vector<Redirect>& redirects) {
  for (skip_blanks(); !failed() && at_redirect(); skip_blanks()) parse_redirect(redirects);
}

// <( … ) and >( … ): the name of a pipe.
const Word* Parser::parse_process() {
  size_t begin = at_;
  auto* word = arena_.make<Word>();
  if (begin > 0 && !kMetacharacters.has(text_[begin - 1])) fail("has a `<(` inside a word");
  at_ += 2;
  auto* part = arena_.make<Part>();
  part->kind = Part::Kind::kProcess;
  part->command = parse_list();
  if (!failed() && peek() != ')') fail("has no `)` for a `<(`");
  if (failed()) return word;
  borrow(Borrowed::From::kBash, text_.substr(begin, 2), begin);
  ++at_;
  if (more() && !kMetacharacters.has(peek())) fail("has a `<(` inside a word");
  part->text = text_.substr(begin, at_ - begin);
  word->parts = {part, 1};
  word->raw = part->text;
  word->span = span(begin, at_);
  return word;
}

bool Parser::parse_redirect(std::vector<Redirect>& redirects) {
  using Op = Redirect::Op;
  Redirect redirect;
  if (is_digit(peek())) {
    redirect.fd = 0;
    for (; is_digit(peek()); ++at_) redirect.fd = std::min(redirect.fd * 10 + (peek() - '0'), 100'000);
  }
  static constexpr std::pair<std::string_view, Op> kOperators[] = {
      {"&>>", Op::kBothAppend}, {"&>", Op::kBoth},   {"<<<", Op::kHereString}, {"<<-", Op::kHere},
      {"<<", Op::kHere},        {"<&", Op::kDupIn},  {"<>", Op::kReadWrite},   {"<", Op::kRead},
      {">>", Op::kAppend},      {">&", Op::kDupOut}, {">|", Op::kWrite},       {">", Op::kWrite},
  };
  for (const auto& [text, op] : kOperators) {
    if (!looking_at(text)) continue;
    redirect.op = op;
    if (op == Op::kHereString || op == Op::kBothAppend) borrow(Borrowed::From::kBash, text, at_);
    if (op == Op::kBoth) borrow(Borrowed::From::kBusybox, text, at_);
    at_ += text.size();
    break;
  }
  bool strip = redirect.op == Op::kHere && looking_at("-") == false && text_[at_ - 1] == '-';
  skip_blanks();
  size_t before = at_;
  redirect.target = at_process() ? parse_process() : parse_word();
  if (at_ == before) {
    fail("has a redirection without a file");
    return false;
  }
  if (redirect.op == Op::kHere) {
    std::string delimiter;
    bool quoted = false;
    for (const Part& part : redirect.target->parts) {
      delimiter += part.kind == Part::Kind::kText ? part.text : std::string_view("$");
      quoted = quoted || part.quoted;
    }
    // '' and "" quote without leaving a part.
    quoted = quoted || redirect.target->raw.find_first_of("'\"\\") != std::string_view::npos;
    auto* document = arena_.make<HereDocument>();
    redirect.here = document;
    pending_.push_back({arena_.keep(delimiter), strip, quoted, document});
  }
  redirects.push_back(redirect);
  return true;
}

}  // namespace brokergate::shell

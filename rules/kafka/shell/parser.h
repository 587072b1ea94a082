// Shell text to tree.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rules/kafka/shell/ast.h"

namespace brokergate::shell {

// Shared by a parser and those it starts for text inside backquotes and
// here-documents, so that nesting cannot multiply the work.
struct ParseBudget {
  uint32_t nodes = 60'000;  // words, parts and commands
  uint32_t retries = 32;    // `$((` that turned out to be `$( (`
  uint32_t depth = 0;
  Borrowed borrowed;  // the most that any of them met
  static constexpr uint32_t kMaxDepth = 60;
};

class Parser {
 public:
  // `spans`: positions in `text` are positions in the script.
  Parser(std::string_view text, Arena& arena, ParseBudget& budget, bool spans, Dialect dialect)
      : text_(text), arena_(arena), budget_(budget), spans_(spans), dialect_(dialect) {}

  // What could be read; never null.
  const Node* parse();
  // Text as inside double quotes, to its end (here-documents, arithmetic of `let`).
  const Word* parse_quoted_text();
  const std::string& error() const { return error_; }

 private:
  struct Context {
    bool quoted = false;         // what is read is quoted
    bool single_quotes = true;   // ' quotes
    bool double_quotes = true;   // " quotes
    bool metacharacters = true;  // blanks and operators end the word
    bool escape_all = true;      // \ quotes every character, not only $ ` " and itself
    bool arithmetic = false;     // ends at the bracket that closes it
    bool regex = false;          // right of =~: brackets belong to the word
    std::string_view stop = {};  // characters that end the word
  };
  struct Deeper;

  bool failed() const { return !error_.empty(); }
  void fail(std::string message);
  bool spend(uint32_t nodes = 1);
  // Notes what not every sh has.
  void borrow(Borrowed::From from, std::string_view what, size_t at);
  void borrow_by_name(const std::vector<Argument>& args, size_t at);
  bool more() const { return at_ < text_.size(); }
  char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool looking_at(std::string_view what) const { return text_.substr(at_, what.size()) == what; }
  Span span(size_t begin, size_t end) const;

  // commands.cpp
  void skip_blanks();
  void skip_separators();  // blanks, comments, newlines
  void newline();
  std::string_view peek_plain_word() const;
  bool accept_word(std::string_view word);
  void expect_word(std::string_view word, std::string_view opener);
  bool at_list_end();
  const Node* parse_list();
  const Node* parse_and_or();
  const Node* parse_pipeline();
  const Node* parse_command();
  // compounds.cpp
  Node* parse_compound();
  const Node* parse_body(std::string_view opener);
  Node* parse_if();
  Node* parse_loop();
  Node* parse_for();
  Node* parse_case();
  Node* parse_function(std::string_view name);
  Node* parse_condition();
  Node* parse_arithmetic_command();
  // commands.cpp
  const Node* parse_simple();
  bool at_redirect() const;
  bool at_process() const { return looking_at("<(") || looking_at(">("); }
  const Word* parse_process();
  void parse_redirects(std::vector<Redirect>& redirects);
  bool parse_redirect(std::vector<Redirect>& redirects);
  bool parse_assignment(AssignNode& out);
  Node* finish(Node* node, size_t begin);

  // words.cpp
  const Word* parse_word();
  Word* word_of(const Part& part);
  const Word* parse_word_in(const Context& context);
  void parse_parts(std::vector<Part>& parts, const Context& context);
  void parse_double_quotes(std::vector<Part>& parts);
  void parse_ansi_quotes(std::vector<Part>& parts);
  void text_part(std::vector<Part>& parts, size_t begin, size_t end, bool quoted);
  // expansions.cpp
  void parse_dollar(std::vector<Part>& parts, const Context& context);
  void parse_parameter(Part& part, const Context& context);
  void parse_parameter_operator(Part& part, const Context& context);
  void borrow_parameter(const Part& part, size_t begin);
  bool parse_arithmetic(Part& part);
  void parse_substitution(Part& part, bool quoted);
  void parse_backquotes(Part& part, bool quoted);

  // heredocs.cpp
  struct Pending {
    std::string_view delimiter;
    bool strip = false;
    bool quoted = false;
    HereDocument* document = nullptr;
  };
  void read_here_documents();

  std::string_view text_;
  Arena& arena_;
  ParseBudget& budget_;
  bool spans_;
  Dialect dialect_;
  size_t at_ = 0;
  std::string error_;
  std::vector<Pending> pending_;
};

// True when nothing in the command can change variables, files or options.
bool is_pure(const Node& node);
bool is_name(std::string_view text);
inline bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_name_char(char c) { return is_name_start(c) || is_digit(c); }

}  // namespace brokergate::shell

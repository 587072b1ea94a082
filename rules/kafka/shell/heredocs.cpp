// Here-documents (XCU 2.7.4): read when the line that announces them ends.
#include "rules/kafka/shell/parser.h"

namespace brokergate::shell {
namespace {

std::string without_leading_tabs(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool line_start = true;
  for (char c : text) {
    if (line_start && c == '\t') continue;
    line_start = c == '\n';
    out += c;
  }
  return out;
}

bool ends_in_continuation(std::string_view line) {
  size_t backslashes = 0;
  while (backslashes < line.size() && line[line.size() - 1 - backslashes] == '\\') ++backslashes;
  return backslashes % 2 == 1;
}

}  // namespace

void Parser::read_here_documents() {
  std::vector<Pending> pending = std::move(pending_);
  pending_.clear();
  for (const Pending& one : pending) {
    size_t begin = at_;
    size_t end = text_.size();
    bool continued = false;
    while (at_ < text_.size()) {
      size_t line_end = std::min(text_.find('\n', at_), text_.size());
      std::string_view line = text_.substr(at_, line_end - at_);
      size_t line_begin = at_;
      at_ = std::min(line_end + 1, text_.size());
      std::string_view compared = line;
      while (one.strip && !compared.empty() && compared.front() == '\t') compared.remove_prefix(1);
      if (!continued && compared == one.delimiter) {
        end = line_begin;
        break;
      }
      continued = !one.quoted && ends_in_continuation(line);
    }
    std::string_view body = text_.substr(begin, end - begin);
    one.document->span = span(begin, end);
    if (one.quoted) {
      const std::string_view text = one.strip ? arena_.keep(std::string_view(without_leading_tabs(body))) : body;
      one.document->body = word_of({.quoted = true, .text = text});
      continue;
    }
    bool copied = one.strip;
    std::string_view text = copied ? arena_.keep(std::string_view(without_leading_tabs(body))) : body;
    // The body's own positions are not the script's; the span above is.
    Parser parser(text, arena_, budget_, false, dialect_);
    one.document->body = parser.parse_quoted_text();
    if (!parser.error().empty()) {
      // What is left of such a tree is for nobody to follow, and its line is run all the same.
      one.document->body = word_of({.kind = Part::Kind::kBad, .text = "a here-document"});
      fail("has a here-document with an expansion that does not end");
    }
  }
}

const Word* Parser::parse_quoted_text() {
  Context context{
      .quoted = true, .single_quotes = false, .double_quotes = false, .metacharacters = false, .escape_all = false};
  return parse_word_in(context);
}

}  // namespace brokergate::shell

// awk: [-F sep] [-v name=value] '[/re/|NR==n] {print expr[, expr]…}' where an
// expression is strings, numbers, $N, $NF, $(NF-N), NF, NR and given variables
// put together.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/filters.h"
#include "rules/kafka/shell/parser.h"
#include "rules/kafka/shell/regex.h"

namespace brokergate::shell {
namespace {

constexpr size_t kMaxOutput = size_t{1} << 18;

struct Piece {
  enum class Kind : uint8_t { kText, kField, kFieldFromEnd, kNF, kNR } kind = Kind::kText;
  std::string text;
  size_t number = 0;
};

struct Program {
  std::unique_ptr<Regex> pattern;
  size_t line = 0;  // NR==n
  std::vector<std::vector<Piece>> prints;
  bool newline = true;
};

class Reader {
 public:
  Reader(std::string_view text, const std::map<std::string, std::string, std::less<>>& variables)
      : text_(text), variables_(variables) {}

  std::optional<Program> read() {
    Program program;
    skip();
    if (accept("/")) {
      size_t close = text_.find('/', at_);
      if (close == std::string_view::npos || text_.substr(at_, close - at_).find('\\') != std::string_view::npos)
        return {};
      program.pattern = std::make_unique<Regex>(std::string(text_.substr(at_, close - at_)), true);
      if (!program.pattern->valid()) return {};
      at_ = close + 1;
      skip();
    } else if (accept("NR")) {
      skip();
      if (!accept("==")) return {};
      skip();
      auto number = read_number();
      if (!number || *number == 0) return {};
      program.line = *number;
      skip();
    }
    if (!accept("{")) return {};
    skip();
    if (!accept("print")) return {};
    if (at_ < text_.size() && is_name_char(text_[at_])) return {};
    skip();
    program.prints.emplace_back();
    while (at_ < text_.size() && text_[at_] != '}' && text_[at_] != ';') {
      if (text_[at_] == ',') {
        ++at_;
        skip();
        program.prints.emplace_back();
        continue;
      }
      auto piece = read_piece();
      if (!piece) return {};
      program.prints.back().push_back(*piece);
      skip();
    }
    if (program.prints.size() == 1 && program.prints[0].empty()) {
      program.prints[0].push_back({Piece::Kind::kField, "", 0});
    }
    accept(";");
    skip();
    if (!accept("}")) return {};
    skip();
    if (at_ != text_.size()) return {};
    for (const auto& print : program.prints) {
      if (print.empty()) return {};
    }
    return program;
  }

 private:
  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n')) ++at_;
  }
  bool accept(std::string_view what) {
    if (text_.substr(at_, what.size()) != what) return false;
    at_ += what.size();
    return true;
  }
  std::optional<size_t> read_number() {
    size_t value = 0, begin = at_;
    for (; at_ < text_.size() && is_digit(text_[at_]) && at_ - begin < 6; ++at_) {
      value = value * 10 + static_cast<size_t>(text_[at_] - '0');
    }
    if (begin == at_ || (at_ < text_.size() && (is_name_char(text_[at_]) || text_[at_] == '.'))) return std::nullopt;
    return value;
  }

  std::optional<Piece> read_piece() {
    Piece piece;
    if (accept("\"")) {
      for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
        char c = text_[at_];
        if (c == '\n') return std::nullopt;
        if (c == '\\') {
          if (++at_ >= text_.size()) return std::nullopt;
          static constexpr std::string_view kFrom = "nt\\\"/", kTo = "\n\t\\\"/";
          size_t known = kFrom.find(text_[at_]);
          if (known == std::string_view::npos) return std::nullopt;
          c = kTo[known];
        }
        piece.text += c;
      }
      if (!accept("\"")) return std::nullopt;
      return piece;
    }
    if (accept("$")) {
      if (accept("NF")) {
        if (at_ < text_.size() && is_name_char(text_[at_])) return std::nullopt;
        piece.kind = Piece::Kind::kFieldFromEnd;
        return piece;
      }
      if (accept("(")) {
        skip();
        if (!accept("NF")) return std::nullopt;
        skip();
        if (accept("-")) {
          skip();
          auto number = read_number();
          if (!number) return std::nullopt;
          piece.number = *number;
        }
        skip();
        if (!accept(")")) return std::nullopt;
        piece.kind = Piece::Kind::kFieldFromEnd;
        return piece;
      }
      auto number = read_number();
      if (!number) return std::nullopt;
      piece.kind = Piece::Kind::kField;
      piece.number = *number;
      // $1++, $1+1 and the like are arithmetic.
      return arithmetic_follows() ? std::nullopt : std::optional(piece);
    }
    if (at_ < text_.size() && is_name_start(text_[at_])) {
      size_t begin = at_;
      while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
      std::string_view name = text_.substr(begin, at_ - begin);
      skip();
      if (arithmetic_follows() || text_.substr(at_, 1) == "(") return std::nullopt;
      if (name == "NF" || name == "NR") {
        piece.kind = name == "NF" ? Piece::Kind::kNF : Piece::Kind::kNR;
        return piece;
      }
      auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      piece.text = found->second;
      return piece;
    }
    return std::nullopt;
  }

  bool arithmetic_follows() {
    skip();
    return at_ < text_.size() && std::string_view("+-*/%^=<>!~&|?:[(").find(text_[at_]) != std::string_view::npos;
  }

  std::string_view text_;
  const std::map<std::string, std::string, std::less<>>& variables_;
  size_t at_ = 0;
};

// The fields of a line; nullopt for a separator that is an expression.
std::optional<std::vector<std::string_view>> fields_of(std::string_view line,
                                                       const std::optional<std::string>& separator) {
  std::vector<std::string_view> fields;
  if (!separator || *separator == " ") {
    for (size_t at = 0; at < line.size();) {
      size_t begin = line.find_first_not_of(" \t", at);
      if (begin == std::string_view::npos) break;
      size_t end = std::min(line.find_first_of(" \t", begin), line.size());
      fields.push_back(line.substr(begin, end - begin));
      at = end;
    }
    return fields;
  }
  std::string_view by = *separator;
  bool bracketed = by.size() == 3 && by.front() == '[' && by.back() == ']' && by[1] != '^';
  if (bracketed) by = by.substr(1, 1);
  // Any other single character but these stands for itself.
  bool plain = by.size() == 1 && (bracketed || std::string_view("\\ t").find(by[0]) == std::string_view::npos);
  bool literal = by.size() > 1 && by.find_first_of(".[]()*+?{}|^$\\") == std::string_view::npos;
  if (!plain && !literal) return std::nullopt;
  if (line.empty()) return fields;
  size_t at = 0;
  for (size_t end = line.find(by); end != std::string_view::npos; end = line.find(by, at)) {
    fields.push_back(line.substr(at, end - at));
    at = end + by.size();
  }
  fields.push_back(line.substr(at));
  return fields;
}

}  // namespace

FilterResult filter_awk(const FilterCall& call) {
  std::optional<std::string> separator;
  std::map<std::string, std::string, std::less<>> variables;
  size_t at = 1;
  for (; at < call.argv.size() && call.argv[at].size() > 1 && call.argv[at][0] == '-'; ++at) {
    const std::string& word = call.argv[at];
    if (word[1] != 'F' && word[1] != 'v') return {};
    std::string value = word.size() > 2 ? word.substr(2) : ++at < call.argv.size() ? call.argv[at] : std::string();
    if (value.empty() || has_opaque(value) || value.find('\\') != std::string::npos) return {};
    if (word[1] == 'F') {
      separator = value;
      continue;
    }
    size_t equals = value.find('=');
    if (equals == std::string::npos) return {};
    variables[value.substr(0, equals)] = value.substr(equals + 1);
  }
  if (at >= call.argv.size() || has_opaque(call.argv[at])) return {};
  auto program = Reader(call.argv[at], variables).read();
  std::string text;
  if (!program || !read_operands(call, {call.argv.begin() + static_cast<ptrdiff_t>(at) + 1, call.argv.end()}, text)) {
    return {};
  }
  std::string out;
  size_t number = 0;
  for (std::string_view line : lines_of(text)) {
    if (++number > 4096) return {};
    if (program->line != 0 && program->line != number) continue;
    if (program->pattern) {
      auto found = program->pattern->find(std::string(line));
      if (!found) return {};
      if (found->empty()) continue;
    }
    auto fields = fields_of(line, separator);
    if (!fields) return {};
    for (size_t i = 0; i < program->prints.size(); ++i) {
      if (i > 0) out += ' ';
      for (const Piece& piece : program->prints[i]) {
        if (out.size() > kMaxOutput) return {};
        switch (piece.kind) {
          case Piece::Kind::kText:
            out += piece.text;
            break;
          case Piece::Kind::kField:
            if (piece.number == 0) out += line;
            if (piece.number >= 1 && piece.number <= fields->size()) out += (*fields)[piece.number - 1];
            break;
          case Piece::Kind::kFieldFromEnd:
            // $(NF-2) of one field is an error.
            if (piece.number > fields->size()) return {};
            out += piece.number == fields->size() ? line : (*fields)[fields->size() - 1 - piece.number];
            break;
          case Piece::Kind::kNF:
            out += std::to_string(fields->size());
            break;
          case Piece::Kind::kNR:
            out += std::to_string(number);
            break;
        }
      }
    }
    out += '\n';
    if (out.size() > kMaxOutput) return {};
  }
  FilterResult result;
  result.known = true;
  result.output = std::move(out);
  return result;
}

}  // namespace brokergate::shell

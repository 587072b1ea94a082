#include "rules/document/yaml_error.h"

#include <algorithm>
#include <string_view>

namespace brokergate::document {
namespace {

// What a problem is called here. `found` null: what stands at the mark.
struct Wording {
  std::string_view problem;
  const char* found;
  const char* wanted;
  // What the context is called when it helps to know where it begins.
  const char* context = nullptr;
  // The mistake is where the context begins, libyaml notices it later.
  bool at_context = false;
};

constexpr Wording kWordings[] = {
    {"mapping values are not allowed in this context", nullptr,
     "a key on a line of its own, as far in as its neighbours; a value that holds a colon and a space stands in "
     "quotes"},
    {"did not find expected key", nullptr, "a key of the map", "that begins"},
    {"did not find expected '-' indicator", nullptr, "a `-` of the list", "that begins"},
    {"could not find expected ':'", "a line without a colon and a space", "a key with its value", nullptr, true},
    {"did not find expected ',' or ']'", nullptr, "`,` or `]` of the list", "that begins"},
    {"did not find expected ',' or '}'", nullptr, "`,` or `}` of the map", "that begins"},
    {"found unexpected end of stream", "the end of the document", "the closing quote of the string", "that begins"},
    {"found unexpected document indicator", "a document marker (--- or ...)", "the closing quote of the string",
     "that begins"},
    {"did not find expected node content", nullptr, "a value"},
    {"did not find expected <document start>", nullptr, "the end of the document or `---`"},
    {"found unknown escape character", "an unknown escape", "one that YAML knows, or a string in single quotes"},
    {"did not find expected hexdecimal number", "an escape without its hexadecimal digits",
     "\\x and two, \\u and four or \\U and eight digits"},
    {"found invalid Unicode character escape code", "an escape for what is no character",
     "the code of a Unicode character"},
    {"found undefined tag handle", "a tag with a handle that is not declared", "`!`, `!!` or a declared one"},
    {"block sequence entries are not allowed in this context", "a `-` behind a key or a value",
     "the list on the next line"},
    {"mapping keys are not allowed in this context", "a `?` behind a key or a value", "a plain key: value"},
    {"found a tab character that violates indentation", "a tab", "spaces: YAML is not indented with tabs"},
    {"found a tab character where an indentation space is expected", "a tab", "spaces: YAML is not indented with tabs"},
    {"did not find expected alphabetic or numeric character", nullptr,
     "the name of an anchor; a value that begins with `*` or `&` stands in quotes"},
    {"did not find expected comment or line break", nullptr, "a line break after `|` or `>` and its marks"},
    {"found an indentation indicator equal to 0", "the indentation 0 after `|` or `>`", "1 to 9"},
    {"found unexpected ':'", "a `:` inside a value", "a space after it, or the value in quotes"},
    {"found unknown directive name", "an unknown % directive", "%YAML or %TAG"},
    {"found incompatible YAML document", "a YAML version that is not 1.1 or 1.2", "%YAML 1.1"},
    {"found duplicate %YAML directive", "a second %YAML directive", "one"},
    {"found duplicate %TAG directive", "a second %TAG directive for one handle", "one"},
};

bool word(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
         c == '.' || c == '/' || c >= 0x80;
}

// A whole word says more than its first letter.
std::string describe_token(std::string_view text, uint32_t offset, uint32_t end) {
  constexpr uint32_t kShown = 40;
  uint32_t stop = offset;
  while (stop < end && word(static_cast<unsigned char>(text[stop]))) ++stop;
  if (stop - offset < 2) return describe_found(text, offset, end);
  if (stop - offset > kShown) {
    stop = offset + kShown;
    while ((static_cast<unsigned char>(text[stop]) & 0xC0) == 0x80) --stop;
  }
  std::string found(1, '`');
  return found.append(text.substr(offset, stop - offset)).append(1, '`');
}

// "cannot start any token" has a cause for each character.
const char* wanted_instead(char c) {
  switch (c) {
    case '\t':
      return "spaces: YAML is not indented with tabs";
    case '@':
    case '`':
      return "a value in quotes: none begins with this character";
    case '%':
      return "a value in quotes: only a directive begins with `%`";
    default:
      return "a key, a value or a comment";
  }
}

const Wording* find_wording(std::string_view problem) {
  const auto* found = std::find_if(std::begin(kWordings), std::end(kWordings),
                                   [&](const Wording& wording) { return wording.problem == problem; });
  return found == std::end(kWordings) ? nullptr : found;
}

}  // namespace

std::string template_hint(Input& input, const Piece& piece, uint32_t from, uint32_t to) {
  const std::string_view text = input.text.substr(0, piece.end);
  size_t begin = text.rfind('\n', from == 0 ? 0 : from - 1);
  begin = begin == std::string_view::npos || begin < piece.begin ? piece.begin : begin;
  const size_t end = std::min(text.find('\n', to), text.size());
  const size_t found = text.substr(0, end).find("{{", begin);
  if (found == std::string_view::npos) return {};
  const uint32_t line = input.positions.at(static_cast<uint32_t>(found)).line;
  return "; `{{` in line " + std::to_string(line) + " looks like an unrendered Helm template";
}

Failure explain_yaml(const yaml_parser_t& parser, Input& input, const Piece& piece, uint32_t offset,
                     uint32_t context_offset) {
  const std::string_view problem = parser.problem ? parser.problem : "unknown YAML error";
  if (parser.error == YAML_MEMORY_ERROR) return {offset, "found no memory to read the document", true};
  std::string message = "found ";
  if (parser.error == YAML_READER_ERROR) {
    message += describe_found(input.text, offset, piece.end);
    return {offset, message.append(", wanted text without control characters"), false};
  }
  const uint32_t from = parser.context ? std::min(context_offset, offset) : offset;
  const std::string hint = template_hint(input, piece, from, offset);
  const Wording* wording = find_wording(problem);
  if (wording) {
    message += wording->found ? wording->found : describe_token(input.text, offset, piece.end);
    message.append(", wanted ").append(wording->wanted);
    if (wording->context && parser.context) {
      message.append(" ").append(wording->context).append(" in line ");
      message += std::to_string(input.positions.at(context_offset).line);
    }
    if (wording->at_context && parser.context) offset = context_offset;
  } else if (problem == "found character that cannot start any token") {
    message += describe_token(input.text, offset, piece.end);
    message.append(", wanted ").append(wanted_instead(offset < piece.end ? input.text[offset] : ' '));
  } else if (std::string_view(parser.context ? parser.context : "").find("directive") != std::string_view::npos) {
    message += "a line that begins with % and is no directive, wanted %YAML 1.1 or %TAG with a handle and a prefix";
  } else if (std::string_view(parser.context ? parser.context : "").find("tag") != std::string_view::npos) {
    message += "a tag that cannot be read, wanted !name, !!name or !<uri>";
  } else {
    message.append("a mistake that the parser calls \"").append(problem).append("\", wanted YAML 1.1");
  }
  return {offset, message + hint, false};
}

}  // namespace brokergate::document

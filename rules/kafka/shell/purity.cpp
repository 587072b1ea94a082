// Which commands leave the shell as it was, so that $( ) and pipes need no copy
// of its state. Files do not count: a subshell's writes are real.
#include <algorithm>
#include <array>

#include "rules/kafka/shell/parser.h"

namespace brokergate::shell {
namespace {

constexpr auto kChangesShell = std::to_array<std::string_view>(
    {".",     "[[",     "alias",   "break", "builtin", "cd",      "command", "continue",  "declare",  "eval",   "exec",
     "exit",  "export", "getopts", "let",   "local",   "mapfile", "read",    "readarray", "readonly", "return", "set",
     "shift", "shopt",  "source",  "trap",  "typeset", "ulimit",  "umask",   "unset",     "wait"});

bool pure_word(const Word& word);

bool pure_part(const Part& part) {
  if (part.op == ParamOp::kAssign || part.op == ParamOp::kError) return false;
  if (part.kind == Part::Kind::kArithmetic &&
      (part.text.find('=') != std::string_view::npos || part.text.find("++") != std::string_view::npos ||
       part.text.find("--") != std::string_view::npos)) {
    return false;
  }
  if (part.kind == Part::Kind::kProcess || (part.kind == Part::Kind::kCommand && !part.pure)) return false;
  return (part.arg == nullptr || pure_word(*part.arg)) && (part.arg2 == nullptr || pure_word(*part.arg2)) &&
         (part.subscript == nullptr || part.subscript->literal || pure_word(*part.subscript));
}

bool pure_word(const Word& word) { return std::all_of(word.parts.begin(), word.parts.end(), pure_part); }

bool pure_command(const Node& node) {
  if (node.kind != Node::Kind::kSimple || !node.assigns.empty() || node.args.empty()) return false;
  const Word& name = *node.args[0].word;
  if (!name.literal || std::find(kChangesShell.begin(), kChangesShell.end(), name.raw) != kChangesShell.end()) {
    return false;
  }
  auto pure_argument = [](const Argument& argument) { return argument.assign == nullptr && pure_word(*argument.word); };
  auto pure_redirect = [](const Redirect& redirect) { return pure_word(*redirect.target); };
  return std::all_of(node.args.begin(), node.args.end(), pure_argument) &&
         std::all_of(node.redirects.begin(), node.redirects.end(), pure_redirect);
}

}  // namespace

bool is_pure(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kList:
      return node.children.count == 1 && is_pure(*node.children[0]);
    case Node::Kind::kPipeline:
      return std::all_of(node.children.begin(), node.children.end(), [](const Node* child) { return is_pure(*child); });
    case Node::Kind::kSimple:
      return pure_command(node);
    default:
      return false;
  }
}

}  // namespace brokergate::shell

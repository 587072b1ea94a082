// Word expansion (XCU 2.6): tilde, parameters, commands, arithmetic, splitting.
#include <algorithm>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/chars.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {
namespace {

constexpr CharSet kGlob("*?[");
constexpr std::string_view kDefaultIfs = " \t\n";

bool is_ifs_white(char c) { return c == ' ' || c == '\t' || c == '\n'; }

bool looks_like_glob(std::string_view text) {
  if (text.find_first_of("*?") != std::string_view::npos) return true;
  size_t open = text.find('[');
  return open != std::string_view::npos && text.find(']', open) != std::string_view::npos;
}

// Words that name no file in any image, so that they stay as they are written.
bool names_no_file(std::string_view text) {
  return text.substr(0, 1) == "-" || text.find("://") != std::string_view::npos;
}

size_t atom_end(std::string_view text, size_t at) {
  size_t close = text.find('\x02', at);
  return close == std::string_view::npos ? text.size() : close + 1;
}

}  // namespace

// Collects the fields of one word.
struct Interpreter::Fields {
  std::vector<std::string>& out;
  std::string_view ifs = kDefaultIfs;
  bool noglob = false;
  std::string current;
  bool has = false;   // there is a field, even if it is empty
  bool glob = false;  // with unquoted pattern characters
  bool uncertain = false;
  const Interpreter* shell = nullptr;  // with `state`: whose files patterns match
  const State* state = nullptr;

  void text(std::string_view text, bool quoted) {
    current += text;
    has = true;
    glob = glob || (!quoted && kGlob.any(text));
  }

  void finish() {
    if (glob && !noglob && looks_like_glob(current) && !names_no_file(current)) {
      if (shell != nullptr && shell->matching_files(*state, current, out)) {
        current.clear();
        has = glob = false;
        return;
      }
      current = unknown_atom("the files that match " + current);
      uncertain = true;
    }
    out.push_back(std::move(current));
    current.clear();
    has = glob = false;
  }

  // The result of an unquoted expansion.
  void split(std::string_view value) {
    bool after_white = false;  // white space has just ended a field
    for (size_t i = 0; i < value.size();) {
      char c = value[i];
      if (c == '\x01') {
        size_t end = atom_end(value, i);
        // Addresses, names and numbers hold no white space; what is not known may.
        const bool one_word = value.substr(i + 1, 1) != "?" || value.substr(i + 2, end - i - 3) == kFailedReason;
        if (!one_word || ifs != kDefaultIfs) uncertain = true;
        current += value.substr(i, end - i);
        has = true;
        after_white = false;
        i = end;
        continue;
      }
      ++i;
      if (ifs.find(c) == std::string_view::npos) {
        current += c;
        has = true;
        glob = glob || c == '*' || c == '?' || c == '[';
        after_white = false;
      } else if (is_ifs_white(c)) {
        if (has) {
          finish();
          after_white = true;
        }
      } else {
        if (!after_white) finish();
        after_white = false;
      }
    }
  }
};

std::string Interpreter::expand_tilde(std::string_view text, bool assignment, const State& state) const {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    bool at_start = i == 0 || (assignment && text[i - 1] == ':');
    if (!at_start || text[i] != '~') {
      out += text[i++];
      continue;
    }
    size_t end = text.find_first_of(assignment ? "/:" : "/", i);
    if (end == std::string_view::npos) end = text.size();
    auto home = state.variables.find("HOME");
    if (end - i == 1 && home != state.variables.end()) {
      out += home->second.value;
    } else {
      out += unknown_atom("the home directory " + std::string(text.substr(i, end - i)));
    }
    i = end;
  }
  return out;
}

std::string Interpreter::part_value(const Part& part, State& state, Io io) {
  switch (part.kind) {
    case Part::Kind::kText:
      return std::string(part.text);
    case Part::Kind::kParameter:
      return parameter_value(part, state, io);
    case Part::Kind::kCommand:
      return substitute(part, state, io);
    case Part::Kind::kProcess:
      return process_file(part, state, io);
    case Part::Kind::kArithmetic: {
      std::string expression = expand_text(*part.arg, state, io);
      std::string reason;
      auto value = arithmetic(expression, state, reason);
      return value ? std::to_string(*value) : unknown_atom(reason);
    }
    case Part::Kind::kBad:
      break;
  }
  return unknown_atom("what the shell makes of " + std::string(part.text));
}

std::string Interpreter::expand_text(const Word& word, State& state, Io io) {
  if (word.parts.count == 1) {
    const Part& part = word.parts[0];
    if (part.kind == Part::Kind::kText && !part.quoted && part.text.substr(0, 1) == "~") {
      return expand_tilde(part.text, false, state);
    }
    return part_value(part, state, io);
  }
  std::string out;
  for (uint32_t i = 0; i < word.parts.count; ++i) {
    const Part& part = word.parts[i];
    if (i == 0 && part.kind == Part::Kind::kText && !part.quoted && part.text.substr(0, 1) == "~") {
      out += expand_tilde(part.text, false, state);
    } else if (part.kind == Part::Kind::kText) {
      out += part.text;
    } else {
      out += part_value(part, state, io);
      if (!spend_bytes(out.size())) break;
    }
  }
  return out;
}

std::string Interpreter::expand_assignment(const Word& word, State& state, Io io) {
  if (word.raw.find('~') == std::string_view::npos) return expand_text(word, state, io);
  std::string out;
  for (const Part& part : word.parts) {
    bool tilde = part.kind == Part::Kind::kText && !part.quoted &&
                 (out.empty() || out.back() == ':' || &part != word.parts.begin());
    // A tilde counts at the beginning and behind an unquoted colon.
    if (tilde && (&part == word.parts.begin() || part.text.find(":~") != std::string_view::npos)) {
      out += expand_tilde(part.text, true, state);
    } else {
      out += part_value(part, state, io);
    }
    if (!spend_bytes(out.size())) break;
  }
  return out;
}

Pattern Interpreter::expand_pattern(const Word& word, State& state, Io io) {
  Pattern pattern;
  for (const Part& part : word.parts) {
    std::string value = part_value(part, state, io);
    if (part.quoted) {
      append_quoted(pattern.text, value);
    } else {
      pattern.text += value;
    }
  }
  return pattern;
}

void Interpreter::add_parts(const Word& word, State& state, Io io, Fields& fields, bool in_default) {
  for (uint32_t i = 0; i < word.parts.count && !stopped(); ++i) {
    const Part& part = word.parts[i];
    bool is_quoted = part.quoted;
    if (part.kind == Part::Kind::kText) {
      if (i == 0 && !is_quoted && part.text.substr(0, 1) == "~") {
        fields.text(expand_tilde(part.text, false, state), true);
      } else if (in_default && !is_quoted) {
        fields.split(part.text);
      } else {
        fields.text(part.text, is_quoted);
      }
      continue;
    }
    if (part.kind == Part::Kind::kParameter) {
      if (auto list = list_parameter(part, state, io)) {
        bool joined = is_quoted && (part.text == "*" || (part.subscript != nullptr && part.subscript->raw == "*"));
        if (part.subscript == nullptr ? state.positional_unknown : unknown_array(*list)) fields.uncertain = true;
        if (joined) {
          std::string all;
          for (const std::string& one : *list) {
            if (&one != &list->front() && !fields.ifs.empty()) all += fields.ifs[0];
            all += one;
          }
          fields.text(all, true);
          continue;
        }
        for (const std::string& one : *list) {
          if (&one != &list->front() && fields.has) fields.finish();
          if (is_quoted) {
            fields.text(one, true);
          } else {
            fields.split(one);
          }
        }
        continue;
      }
      // The word of ${V:-word} is split by its own quotes.
      if ((part.op == ParamOp::kDefault || part.op == ParamOp::kAlternative) && !is_quoted && part.arg != nullptr) {
        auto value = parameter(part.text, part.subscript, state, io);
        bool maybe = value && has_unknown(*value);
        bool filled = value && !(part.colon && value->empty());
        if (!maybe && filled == (part.op == ParamOp::kAlternative)) {
          add_parts(*part.arg, state, io, fields, true);
          continue;
        }
      }
    }
    std::string value = part_value(part, state, io);
    if (!spend_bytes(value.size())) return;
    if (is_quoted) {
      fields.text(value, true);
    } else {
      fields.split(value);
    }
  }
}

bool Interpreter::expand_fields(const Word& word, State& state, Io io, std::vector<std::string>& out) {
  if (word.literal) {
    out.emplace_back(word.parts[0].text);
    return false;
  }
  Fields fields{.out = out, .current = {}};
  std::string ifs;
  if (auto found = state.variables.find("IFS"); found != state.variables.end()) {
    ifs = found->second.value;
    fields.ifs = ifs;
    if (has_opaque(ifs)) fields.uncertain = true;
  }
  fields.noglob = state.noglob;
  fields.shell = this;
  fields.state = &state;
  if (word.braces) {
    // bash makes several words of it, dash one.
    if (dialect_ == Dialect::kBash && expand_braces(word, out)) return false;
    out.push_back(unknown_atom("the words that a shell makes of " + std::string(word.raw)));
    return true;
  }
  add_parts(word, state, io, fields, false);
  if (fields.has) fields.finish();
  return fields.uncertain;
}

std::string Interpreter::substitute(const Part& part, State& state, Io io) {
  if (stopped() || state.dead) return {};
  const Node& list = *part.command;
  // $(< file)
  if (list.children.count == 1 && list.children[0]->kind == Node::Kind::kSimple && list.children[0]->args.empty() &&
      list.children[0]->assigns.empty() && list.children[0]->redirects.count == 1 &&
      list.children[0]->redirects[0].op == Redirect::Op::kRead) {
    std::string name = expand_text(*list.children[0]->redirects[0].target, state, io);
    substituted_ = true;
    const std::string* text = file_text(state, name);
    state.status = text ? 0 : kUnknownStatus;
    std::string out = text ? *text : unknown_atom("what is in " + name);
    while (!out.empty() && out.back() == '\n') out.pop_back();
    return out;
  }
  Sink sink;
  Io inner{io.in, &sink, io.err};
  ++child_;
  if (part.pure && state.functions.empty() && !state.nounset) {
    ++ignore_errexit_;
    Failed failed = execute(list, state, inner);
    if (failed) state.status = kUnknownStatus;
    --ignore_errexit_;
  } else {
    execute_subshell(list, state, inner);
  }
  --child_;
  substituted_ = true;
  std::string out = std::move(sink.text);
  if (out.find('\0') != std::string::npos) out = unknown_atom("output with a NUL byte");
  while (!out.empty() && out.back() == '\n') out.pop_back();
  return out;
}

// The pipe's name; what it gives is kept as a file of that name.
std::string Interpreter::process_file(const Part& part, State& state, Io io) {
  std::string path = "/dev/fd/" + std::to_string(63 - processes_++ % 60);
  if (stopped() || state.dead) return path;
  const int status = state.status;
  Sink sink;
  Input fed{unknown_atom("what " + quote(part.text) + " is given"), 0};
  ++child_;
  if (part.text[0] == '<') {
    execute_subshell(*part.command, state, {io.in, &sink, io.err});
  } else {
    execute_subshell(*part.command, state, {&fed, io.out, io.err});
  }
  --child_;
  state.status = status;
  if (part.text[0] == '<') state.files[path] = {.text = std::move(sink.text), .body = {}};
  return path;
}

}  // namespace brokergate::shell

// The builtins that change the shell itself (XCU 2.14 and bash's), and the
// table of everything the reader knows.
#include <algorithm>
#include <array>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"
#include "rules/kafka/shell/libraries.h"

namespace brokergate::shell {
namespace {

// A number operand of shift, break, exit; nullopt when it is not known.
std::optional<int64_t> number(std::string_view text) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  int64_t value = 0;
  for (char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

}  // namespace

Interpreter::Builtin Interpreter::find_builtin(std::string_view name) {
  using I = Interpreter;
  struct Row {
    std::string_view name;
    Builtin run;
  };
  // Sorted.
  static constexpr auto kTable = std::to_array<Row>({
      {".", &I::do_source},
      {":", &I::do_colon},
      {"[", &I::do_test},
      {"alias", &I::do_alias},
      {"ash", &I::do_shell},
      {"awk", &I::do_filter},
      {"basename", &I::do_filter},
      {"bash", &I::do_shell},
      {"break", &I::do_break},
      {"builtin", &I::do_command},
      {"cat", &I::do_cat},
      {"cd", &I::do_cd},
      {"command", &I::do_command},
      {"continue", &I::do_continue},
      {"cp", &I::do_cp},
      {"cut", &I::do_filter},
      {"dash", &I::do_shell},
      {"declare", &I::do_local},
      {"dirname", &I::do_filter},
      {"echo", &I::do_echo},
      {"envsubst", &I::do_envsubst},
      {"eval", &I::do_eval},
      {"exec", &I::do_exec},
      {"exit", &I::do_exit},
      {"export", &I::do_export},
      {"expr", &I::do_filter},
      {"false", &I::do_false},
      {"getopts", &I::do_undecided},
      {"grep", &I::do_filter},
      {"head", &I::do_filter},
      {"hostname", &I::do_hostname},
      {"let", &I::do_let},
      {"ln", &I::do_make},
      {"local", &I::do_local},
      {"mapfile", &I::do_readarray},
      {"mkdir", &I::do_make},
      {"mv", &I::do_cp},
      {"paste", &I::do_filter},
      {"printenv", &I::do_printenv},
      {"printf", &I::do_printf},
      {"pwd", &I::do_pwd},
      {"read", &I::do_read},
      {"readarray", &I::do_readarray},
      {"readonly", &I::do_export},
      {"return", &I::do_return},
      {"rev", &I::do_filter},
      {"rm", &I::do_remove},
      {"sed", &I::do_filter},
      {"seq", &I::do_filter},
      {"set", &I::do_set},
      {"sh", &I::do_shell},
      {"shift", &I::do_shift},
      {"shopt", &I::do_shopt},
      {"sleep", &I::do_sleep},
      {"sort", &I::do_filter},
      {"source", &I::do_source},
      {"tail", &I::do_filter},
      {"tee", &I::do_tee},
      {"test", &I::do_test},
      {"touch", &I::do_make},
      {"tr", &I::do_filter},
      {"trap", &I::do_trap},
      {"true", &I::do_colon},
      {"typeset", &I::do_local},
      {"ulimit", &I::do_undecided},
      {"umask", &I::do_ignored},
      {"uniq", &I::do_filter},
      {"unset", &I::do_unset},
      {"wait", &I::do_undecided},
      {"wc", &I::do_filter},
  });
  auto found = std::lower_bound(kTable.begin(), kTable.end(), name,
                                [](const Row& row, std::string_view wanted) { return row.name < wanted; });
  return found != kTable.end() && found->name == name ? found->run : nullptr;
}

void Interpreter::do_colon(Call& call) { call.state.status = 0; }
void Interpreter::do_false(Call& call) { call.state.status = 1; }
void Interpreter::do_ignored(Call& call) { call.state.status = 0; }
void Interpreter::do_undecided(Call& call) { call.state.status = kUnknownStatus; }
void Interpreter::do_sleep(Call& call) { call.state.status = 0; }

void Interpreter::do_set(Call& call) {
  State& state = call.state;
  state.status = 0;
  auto option = [&](char c, bool on) {
    if (c == 'e') state.errexit = on;
    if (c == 'u') state.nounset = on;
    if (c == 'f') state.noglob = on;
    if (c == 'a') state.allexport = on;
    if (c == 'n' && on) exit_script(state, kUnknownStatus, "`set -n`");
  };
  size_t i = 1;
  for (; i < call.argv.size(); ++i) {
    const std::string& word = call.argv[i];
    if (word == "--") {
      ++i;
      break;
    }
    if (word == "-") break;
    if (word.size() < 2 || (word[0] != '-' && word[0] != '+')) break;
    bool on = word[0] == '-';
    for (char c : std::string_view(word).substr(1)) {
      if (c != 'o') {
        option(c, on);
        continue;
      }
      if (i + 1 >= call.argv.size()) continue;
      const std::string& name = call.argv[++i];
      if (name == "errexit") option('e', on);
      if (name == "nounset") option('u', on);
      if (name == "noglob") option('f', on);
      if (name == "allexport") option('a', on);
      if (name == "pipefail") state.pipefail = on;
    }
  }
  bool positional = i < call.argv.size() || (call.argv.size() > 1 && call.argv.back() == "--");
  if (!positional || state.dead) return;
  state.positional.assign(call.argv.begin() + static_cast<ptrdiff_t>(i), call.argv.end());
  state.positional_unknown = call.uncertain;
}

void Interpreter::do_shift(Call& call) {
  State& state = call.state;
  auto count = call.argv.size() > 1 ? number(call.argv[1]) : std::optional<int64_t>(1);
  if (!count || state.positional_unknown) {
    state.positional_unknown = true;
    state.status = kUnknownStatus;
    return;
  }
  if (*count > static_cast<int64_t>(state.positional.size())) {
    // dash ends here, which starts no broker; bash goes on.
    state.status = 1;
    return;
  }
  state.positional.erase(state.positional.begin(), state.positional.begin() + static_cast<ptrdiff_t>(*count));
  state.status = 0;
}

void Interpreter::do_eval(Call& call) {
  std::string text;
  for (size_t i = 1; i < call.argv.size(); ++i) {
    if (i > 1) text += ' ';
    text += call.argv[i];
  }
  if (!spend_bytes(text.size())) return;
  if (call.uncertain) text = unknown_atom("words that are not known");
  run_text(call, text, "eval", std::nullopt);
}

void Interpreter::do_exec(Call& call) {
  if (call.argv.size() == 1) {
    call.opens = true;
    call.state.status = 0;
    return;
  }
  size_t words = 1;
  bool clear = false;
  for (; words < call.argv.size() && call.argv[words].size() > 1 && call.argv[words][0] == '-'; ++words) {
    const std::string_view option = call.argv[words];
    if (option == "--") {
      ++words;
      break;
    }
    if (option == "-a") ++words;
    if (option[1] != 'a') clear = clear || option.find('c') != option.npos;
  }
  if (words >= call.argv.size()) return;
  drop_words(call, words);
  call.exec = true;
  if (clear) clear_environment(call.state);
  dispatch(call, false);
  if (!call.state.dead)
    exit_script(call.state, kUnknownStatus, "it becomes " + quote(call.node.text) + ", which is no broker");
}

void Interpreter::do_exit(Call& call) {
  int status = call.state.status;
  if (call.argv.size() > 1) {
    auto value = number(call.argv[1]);
    status = value ? static_cast<int>(*value & 255) : kUnknownStatus;
  }
  exit_script(call.state, status, "it ends with " + quote(call.node.text));
}

void Interpreter::do_return(Call& call) {
  if (call.argv.size() > 1) {
    auto value = number(call.argv[1]);
    call.state.status = value ? static_cast<int>(*value & 255) : kUnknownStatus;
  }
  leave(call.state, Frame::Kind::kFunction, false, 1);
}

void Interpreter::do_break(Call& call) {
  auto levels = call.argv.size() > 1 ? number(call.argv[1]) : std::optional<int64_t>(1);
  call.state.status = 0;
  leave(call.state, Frame::Kind::kLoop, false, static_cast<size_t>(levels.value_or(1)));
}

void Interpreter::do_continue(Call& call) {
  auto levels = call.argv.size() > 1 ? number(call.argv[1]) : std::optional<int64_t>(1);
  call.state.status = 0;
  leave(call.state, Frame::Kind::kLoop, true, static_cast<size_t>(levels.value_or(1)));
}

void Interpreter::do_source(Call& call) {
  if (call.argv.size() < 2) {
    call.state.status = kUnknownStatus;
    return;
  }
  std::string name = call.argv[1];
  const std::string* text = file_text(call.state, name);
  std::string copy(text == nullptr ? library_text(file_path(call.state, name)) : *text);
  library_ = library_ || (text == nullptr && !copy.empty());
  if (text == nullptr && copy.empty() && is_absent(call.state, file_path(call.state, name))) {
    call.state.status = 1;
    return;
  }
  if ((text == nullptr && copy.empty()) || has_unknown(copy)) {
    // <( … ) has a name that says nothing.
    std::string shown = name.substr(0, 8) == "/dev/fd/" ? quote(call.node.text) : display(name);
    if (call.state.sourced.size() < 64) call.state.sourced.push_back(std::move(shown));
    call.state.status = kUnknownStatus;
    if (call.io.out != nullptr) write(call.io, unknown_atom("the output of " + quote(call.node.text)));
    return;
  }
  // Arguments are bash's; `return` ends the file.
  drop_words(call, 1);
  Frame frame{Frame::Kind::kFunction, {}, {}};
  frame.left.dead = true;
  frames_.push_back(&frame);
  run_text(call, copy, name, std::nullopt);
  settle(call.state, std::move(call.failed), call.node);
  frames_.pop_back();
  join(call.state, std::move(frame.left), depends_on(call.node));
}

void Interpreter::do_cd(Call& call) {
  State& state = call.state;
  std::string target = call.argv.size() > 1 ? call.argv.back() : std::string();
  state.status = kUnknownStatus;
  if (target.empty() || target == "-" || has_opaque(target) || target.find("..") != std::string::npos) {
    state.cwd = unknown_atom("the directory of " + quote(call.node.text));
  } else {
    state.cwd = file_path(state, target);
  }
  unset_variable(state, "PWD");
}

void Interpreter::do_pwd(Call& call) {
  bool known = !call.state.cwd.empty() && call.state.cwd[0] == '/';
  write(call.io, known ? call.state.cwd : unknown_atom("the working directory"));
  write(call.io, "\n");
  call.state.status = 0;
}

void Interpreter::do_let(Call& call) {
  std::string reason;
  std::optional<int64_t> value;
  for (size_t i = 1; i < call.argv.size(); ++i) value = arithmetic(call.argv[i], call.state, reason);
  call.state.status = value ? (*value != 0 ? 0 : 1) : kUnknownStatus;
}

// command X, builtin X: X, but not the function of that name.
void Interpreter::do_command(Call& call) {
  if (call.argv[0] == "builtin" && dialect_ == Dialect::kSh)
    unread(call.state, "not every shell has " + quote(call.node.text));
  size_t words = 1;
  while (words < call.argv.size() && (call.argv[words] == "--" || call.argv[words] == "-p")) ++words;
  if (words >= call.argv.size()) {
    call.state.status = 0;
    return;
  }
  if (call.argv[words][0] == '-') {  // command -v
    unknown_output(call, "the output of " + quote(call.node.text));
    call.state.status = kUnknownStatus;
    return;
  }
  drop_words(call, words);
  dispatch(call, false);
}

// sh -c …, bash file
void Interpreter::do_shell(Call& call) {
  auto invocation = invocation_of(call.argv);
  if (!invocation) {
    last_command_ = quote(call.node.text);
    unknown_output(call, "the output of " + quote(call.node.text));
    call.state.status = kUnknownStatus;
    return;
  }
  std::string script = call.argv[invocation->script];
  std::string arg0 = script;
  if (invocation->is_file) {
    const std::string* text = file_text(call.state, script);
    drop_words(call, invocation->script);
    if (text == nullptr) {
      external(call);
      return;
    }
    script = *text;
    drop_words(call, 1);
  } else {
    arg0 = invocation->script + 1 < call.argv.size() ? call.argv[invocation->script + 1] : call.argv[0];
    drop_words(call, invocation->positional);
  }
  bool exec = call.exec;
  run_program(call, script, "sh", arg0, invocation->dialect);
  if (exec && !call.state.dead)
    exit_script(call.state, call.state.status, "the shell it becomes ends without a broker");
}

}  // namespace brokergate::shell

// Simple commands (XCU 2.9.1): assignments, what the command is, the broker.
#include <algorithm>
#include <array>
#include <utility>

#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/env_call.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {
namespace {

// After these, prefix assignments stay in dash and do not in bash.
bool is_special_builtin(std::string_view name) {
  static constexpr auto kNames =
      std::to_array<std::string_view>({".", ":", "break", "continue", "eval", "exit", "export", "readonly", "return",
                                       "set", "shift", "source", "trap", "unset"});
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// The name without the directories programs usually live in.
std::string_view plain_name(std::string_view name) {
  size_t slash = name.rfind('/');
  if (slash == std::string_view::npos) return name;
  std::string_view folder = name.substr(0, slash);
  bool usual = folder == "/bin" || folder == "/usr/bin" || folder == "/usr/local/bin" || folder == "/sbin" ||
               folder == "/usr/sbin";
  return usual ? name.substr(slash + 1) : name;
}

// Programs that print nothing and start nothing.
bool is_silent(std::string_view name) {
  static constexpr auto kSilent = std::to_array<std::string_view>(
      {"chgrp", "chmod", "chown", "ln", "mkdir", "rmdir", "touch", "kill", "mount", "chpasswd", "useradd", "groupadd"});
  return std::find(kSilent.begin(), kSilent.end(), name) != kSilent.end();
}

}  // namespace

Failed Interpreter::execute_simple(const Node& node, State& state, Io io) {
  Call call{.state = state, .io = io, .node = node, .argv = {}, .origin = {}, .here = {}, .failed = {}};
  substituted_ = false;
  expand_arguments(call);
  if (state.dead || stopped()) return nullptr;

  Redirections redirections;
  if (!node.redirects.empty() && !redirect(node.redirects, state, call.io, redirections)) return nullptr;
  call.here = redirections.here;
  const bool missing = !node.redirects.empty() && may_be_missing(node.redirects, state);
  const size_t assigned = state.assignments.size();

  if (call.argv.empty()) {
    for (const AssignNode& one : node.assigns) assign(one, state, io, node.span, false);
    if (!substituted_ && !state.dead) state.status = 0;
    substituted_ = false;
  } else if (node.assigns.empty()) {
    substituted_ = false;
    dispatch(call, true);
  } else {
    std::vector<std::pair<std::string, std::optional<Variable>>> saved;
    for (const AssignNode& one : node.assigns) {
      auto old = state.variables.find(one.name);
      saved.emplace_back(one.name, old == state.variables.end() ? std::nullopt : std::optional(old->second));
      assign(one, state, io, node.span, true);
    }
    bool special = is_special_builtin(call.argv[0]);
    dispatch(call, true);
    for (State* way : {&state, call.failed.get()}) {
      if (way == nullptr || way->dead) continue;
      for (auto i = saved.rbegin(); i != saved.rend(); ++i) {
        if (special) {
          Variable& variable = way->variables[i->first];
          if (i->second && i->second->value == variable.value) continue;
          variable.value =
              unknown_atom("shells differ about assignments before " + quote(call.argv.empty() ? "" : call.argv[0]));
          variable.exact = false;
        } else if (i->second) {
          way->variables[i->first] = *i->second;
        } else {
          way->variables.erase(i->first);
        }
      }
    }
  }
  if (missing && !state.dead) {
    // Without the file the command is not run, and sh may end.
    for (size_t i = assigned; i < state.assignments.size(); ++i) {
      auto found = state.variables.find(state.assignments[i].name);
      if (found == state.variables.end()) continue;
      found->second.value = unknown_atom("depends on whether the file is there that " + quote(node.text) + " reads");
      found->second.exact = false;
    }
    if (state.status == 0) state.status = kUnknownStatus;
  }
  if (call.opens) {
    for (const Redirect& one : node.redirects) open_descriptor(one, state, call.io);
  } else if (!node.redirects.empty()) {
    finish_redirections(redirections, state, call.failed.get(), call.copied ? call.here : Span{});
  }
  return std::move(call.failed);
}

void Interpreter::expand_arguments(Call& call) {
  call.argv.reserve(call.node.args.count);
  call.origin.reserve(call.node.args.count);
  for (const Argument& argument : call.node.args) {
    if (argument.assign != nullptr) {
      call.argv.emplace_back();  // export takes it from `origin`
    } else {
      call.uncertain = expand_fields(*argument.word, call.state, call.io, call.argv) || call.uncertain;
    }
    call.origin.resize(call.argv.size(), &argument);
  }
}

void Interpreter::dispatch(Call& call, bool functions) {
  const std::string& name = call.argv[0];
  if (functions && !call.state.functions.empty()) {
    if (auto found = call.state.functions.find(name); found != call.state.functions.end()) {
      if (found->second != nullptr) {
        call_function(call, *found->second);
      } else {
        unread(call.state, "the function " + quote(name) + " is not the same on all ways");
        call.state.status = kUnknownStatus;
      }
      return;
    }
  }
  if (Builtin builtin = find_builtin(plain_name(name))) {
    (this->*builtin)(call);
    return;
  }
  external(call);
}

bool Interpreter::is_entry(const std::vector<std::string>& argv) const { return child_ == 0 && is_entry_(argv); }

void Interpreter::drop_words(Call& call, size_t count) {
  call.argv.erase(call.argv.begin(), call.argv.begin() + static_cast<ptrdiff_t>(count));
  call.origin.erase(call.origin.begin(), call.origin.begin() + static_cast<ptrdiff_t>(count));
}

// Programs that run their arguments: `gosu kafka run` is `run` for us.
bool Interpreter::unwrap(Call& call) {
  struct Wrapper {
    std::string_view name;
    std::string_view with_value;  // option letters that take a value
    size_t operands;              // of its own, before the command
  };
  static constexpr auto kWrappers = std::to_array<Wrapper>({{"chroot", "", 1},
                                                            {"dumb-init", "r", 0},
                                                            {"gosu", "", 1},
                                                            {"ionice", "cn", 0},
                                                            {"nice", "n", 0},
                                                            {"nohup", "", 0},
                                                            {"numactl", "", 0},
                                                            {"setpriv", "", 0},
                                                            {"setsid", "", 0},
                                                            {"stdbuf", "ioe", 0},
                                                            {"su-exec", "", 1},
                                                            {"sudo", "ugHC", 0},
                                                            {"taskset", "", 1},
                                                            {"time", "", 0},
                                                            {"timeout", "ks", 1},
                                                            {"tini", "pe", 0}});
  std::string_view name = plain_name(call.argv[0]);
  if (name == "env") return unwrap_env(call);
  auto wrapper = std::find_if(kWrappers.begin(), kWrappers.end(), [&](const Wrapper& one) { return one.name == name; });
  if (wrapper == kWrappers.end()) return false;
  size_t at = 1;
  bool keeps = name != "sudo";
  for (; at < call.argv.size() && call.argv[at].size() > 1 && call.argv[at][0] == '-'; ++at) {
    const std::string& option = call.argv[at];
    if (option == "--") {
      ++at;
      break;
    }
    keeps = keeps || option == "-E" || option == "--preserve-env";
    if (option.size() == 2 && wrapper->with_value.find(option[1]) != std::string_view::npos) ++at;
  }
  at += wrapper->operands;
  if (at >= call.argv.size()) return false;
  if (!keeps) clear_environment(call.state);
  if (name == "sudo") at = take_assignments(call, at, call.argv.size());
  if (at >= call.argv.size()) return false;
  drop_words(call, at);
  return true;
}

bool Interpreter::unwrap_env(Call& call) {
  const std::vector<std::string> argv = call.argv;  // the call has views into it
  const EnvCall env = read_env_call(argv);
  if (!env.understood || env.command >= argv.size()) return false;
  if (env.clear) clear_environment(call.state);
  for (const std::string_view name : env.unset) unset_variable(call.state, name);
  if (env.moves) call.state.cwd = unknown_atom("the directory of " + quote(call.node.text));
  take_assignments(call, env.assignments, env.command);
  drop_words(call, env.command);
  return true;
}

// NAME=VALUE words in front of a program, up to `end`; where they end.
size_t Interpreter::take_assignments(Call& call, size_t at, size_t end) {
  for (; at < end; ++at) {
    size_t equals = call.argv[at].find('=');
    if (equals == std::string::npos || !is_name(std::string_view(call.argv[at]).substr(0, equals))) break;
    Span word = call.origin[at]->word->span;
    set_variable(call.state, call.argv[at].substr(0, equals), call.argv[at].substr(equals + 1), word, call.node.span,
                 false, true);
  }
  return at;
}

// A program that is not in the script.
void Interpreter::external(Call& call) {
  for (int wrappers = 0; wrappers < 8; ++wrappers) {
    if (is_entry(call.argv)) {
      found_entry(call);
      return;
    }
    // What a file holds that the script has written itself is known.
    if (const std::string* text = file_text(call.state, call.argv[0]); text != nullptr) {
      std::string name = call.argv[0];
      const std::string copy = *text;
      drop_words(call, 1);
      run_program(call, copy, name, name, dialect_of(copy));
      return;
    }
    Variables before;
    if (const auto name = plain_name(call.argv[0]); name == "env" || name == "sudo") before = call.state.variables;
    if (!unwrap(call)) break;
    if (find_builtin(plain_name(call.argv[0])) != nullptr) {
      bool exec = call.exec;
      dispatch(call, false);
      if (!before.empty() && !call.state.dead) call.state.variables = std::move(before);
      if (exec && !call.state.dead) exit_script(call.state, kUnknownStatus, "it becomes " + quote(call.node.text));
      return;
    }
  }
  last_command_ = quote(call.node.text);
  if (library_ && call.argv[0].find('/') == std::string::npos && call.argv[0].find('_') != std::string::npos) {
    const std::string reason = "what the image's function " + display(call.argv[0]) + " does is not known";
    lose_files(call.state, reason);
    unread(call.state, reason);
  }
  if (call.io.in != nullptr) call.io.in->at = call.io.in->text.size();
  unknown_output(call, "the output of " + quote(call.node.text));
  // A program that is given a file of the script may change it. Kafka's own
  // tools only read.
  started_ = started_ || !is_silent(plain_name(call.argv[0]));
  static constexpr auto kReaders =
      std::to_array<std::string_view>({"chmod", "chown", "ls", "md5sum", "sha256sum", "stat"});
  bool reads_only = call.argv[0].find("kafka") != std::string::npos ||
                    std::find(kReaders.begin(), kReaders.end(), plain_name(call.argv[0])) != kReaders.end();
  for (size_t i = 1; i < call.argv.size() && !reads_only && !call.state.files.empty(); ++i) {
    auto found = call.state.files.find(file_path(call.state, call.argv[i]));
    if (found != call.state.files.end())
      found->second = {.text = unknown_atom("changed by " + quote(call.node.text)), .body = {}};
  }
  // A program of which nothing is known may write where the pod's volumes are.
  static constexpr auto kNoWriters = std::to_array<std::string_view>(
      {"chgrp",  "chmod", "chown",     "curl",  "date",  "df",       "dig",     "getent",  "groupadd",
       "hash",   "host",  "id",        "ip",    "jq",    "keytool",  "kill",    "kubectl", "ls",
       "md5sum", "mkdir", "mount",     "nc",    "ncat",  "nslookup", "openssl", "ping",    "ps",
       "rmdir",  "stat",  "sha256sum", "touch", "uname", "useradd",  "wget",    "which",   "whoami"});
  if (!reads_only && std::find(kNoWriters.begin(), kNoWriters.end(), plain_name(call.argv[0])) == kNoWriters.end())
    lose_writable(call.state, "changed by " + quote(call.node.text));
  call.state.status = kUnknownStatus;
}

void Interpreter::unknown_output(Call& call, const std::string& reason) {
  if (call.io.out != nullptr && !is_silent(plain_name(call.argv[0]))) write(call.io, unknown_atom(reason));
}

void Interpreter::found_entry(Call& call) {
  Entry entry;
  entry.argv = std::move(call.argv);
  for (const Argument* origin : call.origin) entry.words.push_back(origin->word->span);
  entry.command = call.node.span;
  entry.exec = call.exec;
  entry.state = std::move(call.state);
  call.state = State();
  call.state.dead = true;
  ++ends_;
  if (!entry_) {
    entry_ = std::move(entry);
    return;
  }
  const std::string reason = ways_ != nullptr && !ways_->turned().empty()
                                 ? ways_reason()
                                 : "depends on the way that leads to the start of the broker";
  join(entry_->state, std::move(entry.state), reason);
  if (entry_->argv.size() != entry.argv.size() || entry_->argv[0] != entry.argv[0]) {
    entry_->same_argv = false;
    doubt_ = quote(entry_->argv[0]) + " and " + quote(entry.argv[0]);
    return;
  }
  for (size_t i = 0; i < entry.argv.size(); ++i) {
    entry_->argv[i] = join_values(entry_->argv[i], entry.argv[i], reason);
    if (entry_->words[i].begin != entry.words[i].begin) entry_->words[i] = {};
  }
  entry_->exec = entry_->exec && entry.exec;
}

void Interpreter::call_function(Call& call, const Node& function) {
  State& state = call.state;
  std::vector<std::string> outer = std::move(state.positional);
  bool outer_unknown = state.positional_unknown;
  state.positional.assign(call.argv.begin() + 1, call.argv.end());
  state.positional_unknown = call.uncertain;
  state.locals.emplace_back();
  Frame frame{Frame::Kind::kFunction, {}, {}};
  frame.left.dead = true;
  frames_.push_back(&frame);
  ++inexact_;
  settle(state, execute(function, state, call.io), function);
  --inexact_;
  frames_.pop_back();
  join(state, std::move(frame.left), depends_on(function));
  if (state.dead) return;
  state.positional = std::move(outer);
  state.positional_unknown = outer_unknown;
  if (state.locals.empty()) return;
  for (auto& [name, variable] : state.locals.back()) {
    if (variable) {
      state.variables[name] = std::move(*variable);
    } else {
      state.variables.erase(name);
    }
  }
  state.locals.pop_back();
}

// Runs the text of a program of its own, which `dialect` reads.
void Interpreter::run_program(Call& call, std::string_view text, const std::string& what, const std::string& arg0,
                              Dialect dialect) {
  const Dialect outer = std::exchange(dialect_, dialect);
  run_text(call, text, what, arg0);
  dialect_ = outer;
}

// Runs text that is not the script's own: of eval, a file, `sh -c`.
void Interpreter::run_text(Call& call, std::string_view text, const std::string& what,
                           std::optional<std::string> program) {
  State& state = call.state;
  // Atoms that could be several words or syntax cannot be read as text.
  for (size_t at = text.find('\x01'); at != std::string_view::npos; at = text.find('\x01', at + 1)) {
    size_t close = std::min(text.find('\x02', at), text.size());
    for (char c : text.substr(at + 1, close - at - 1)) {
      if (is_name_char(c)) continue;
      std::string reason = "the text that " + quote(what) + " runs is not known: " + unknown_reason(text);
      lose_files(state, reason);
      if (!program) unread(state, std::move(reason));
      state.status = kUnknownStatus;
      if (call.io.out != nullptr) write(call.io, unknown_atom(doubt_));
      return;
    }
  }
  if (!spend(1 + text.size() / 64)) return;
  loaded_.push_back(std::make_unique<Loaded>());
  Loaded& loaded = *loaded_.back();
  loaded.text = text;
  Parser parser(loaded.text, loaded.arena, parse_budget_, false, dialect_);
  const Node* script = parser.parse();
  const bool broken = !parser.error().empty();
  if (broken) doubt_ = parser.error();
  ++no_spans_;
  ++inexact_;
  if (!program) {
    call.failed = execute(*script, state, call.io);
  } else {
    // A program of its own: it sees what is exported, and changes nothing here.
    State child = state;
    std::erase_if(child.variables, [](const auto& one) { return !one.second.exported; });
    // bash gives itself one that it does not inherit.
    if (auto own = child.variables.find("HOSTNAME"); own == child.variables.end())
      child.variables["HOSTNAME"].value = unknown_atom("shells differ about a HOSTNAME that is not given to them");
    child.arg0 = *program;
    child.functions.clear();
    child.arrays.clear();
    child.positional.assign(call.argv.begin(), call.argv.end());
    child.errexit = child.nounset = child.allexport = child.noglob = child.pipefail = false;
    execute_subshell(*script, child, call.io);
    state.dead = child.dead;
    state.status = child.status;
    state.files = std::move(child.files);
    state.sourced = std::move(child.sourced);
  }
  // Some shells end there, others go on.
  if (broken && !state.dead) {
    state.status = kUnknownStatus;
    lose_files(state, parser.error());
    if (!program) unread(state, parser.error());
  }
  --inexact_;
  --no_spans_;
}

}  // namespace brokergate::shell

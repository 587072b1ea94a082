#include "rules/kafka/shell/interpreter.h"

#include <algorithm>

#include "rules/kafka/opaque.h"

namespace brokergate::shell {
namespace {

constexpr size_t kMaxSteps = 20'000;
constexpr size_t kMaxBytes = size_t{16} << 20;  // sum of all values made
constexpr size_t kMaxValue = size_t{256} << 10;

}  // namespace

std::string quote(std::string_view command) {
  constexpr size_t kLength = 60;
  std::string text;
  for (char c : command.substr(0, kLength)) text += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  if (command.size() > kLength) text += "…";
  return "`" + text + "`";
}

size_t cost_of_a_way(const State& state) {
  constexpr size_t kElement = 32;
  size_t bytes = 0;
  const auto add = [&](const std::vector<std::string>& list) {
    for (const std::string& one : list) bytes += kElement + one.size();
  };
  for (const auto& [name, variable] : state.variables) bytes += variable.value.size();
  for (const auto& [name, elements] : state.arrays) add(elements);
  for (const auto& [path, file] : state.files) bytes += file.text.size();
  for (const Assignment& one : state.assignments) bytes += one.value.size();
  add(state.positional);
  return 4 + state.variables.size() / 2 + bytes / 8192;
}

Interpreter::Interpreter(const IsEntry& is_entry, const Environment& environment, Dialect dialect,
                         const FileSystem* system)
    : is_entry_(is_entry), system_(system), environment_(environment), dialect_(dialect) {
  auto found = environment.find("HOSTNAME");
  hostname_ = found != environment.end() ? found->second : unknown_atom("the pod's host name");
}

State Interpreter::first_state(const Start& start) const {
  State state;
  state.arg0 = start.arg0;
  for (const auto& [name, value] : environment_) {
    Variable& variable = state.variables.emplace_hint(state.variables.end(), name, Variable{})->second;
    variable.value = value;
    variable.exported = true;
  }
  if (system_ != nullptr) {
    state.files = system_->files;
    state.cwd = system_->cwd;
  }
  state.positional = start.positional;
  const auto has = [&](char option) { return start.options.find(option) != std::string_view::npos; };
  state.errexit = has('e');
  state.nounset = has('u');
  state.allexport = has('a');
  state.noglob = has('f');
  return state;
}

void Interpreter::follow(const Start& start) {
  last_ = first_state(start);
  Failed failed = execute(start.script, last_, {});
  // A way that reaches the end without a failure and without a broker.
  missed_ = missed_ || ended_well_ || (!last_.dead && last_.status <= 0);
  any_started_ = any_started_ || started_;
}

Result Interpreter::run(const Start& start) {
  exited_.dead = true;
  follow(start);
  // What is left behind is that of every way that ends well.
  if (!entry_ && !exited_.dead) {
    if (last_.dead) {
      last_ = std::move(exited_);
    } else {
      join(last_, std::move(exited_), "depends on a way that cannot be decided");
    }
  }
  return finish(start);
}

Result Interpreter::finish(const Start& start) {
  const std::string& parse_error = start.parse_error;
  Result result;
  // Text that is made, split and matched costs about as much as a step for every 8 bytes.
  result.effort = steps_ + bytes_ / 8;
  if (!entry_ && !missed_ && !stopped() && parse_error.empty())
    result.fails = !exit_reason_.empty() ? exit_reason_
                   : last_.dead          ? "no way through it ends well"
                                         : "its last command ends with status " + std::to_string(last_.status);
  result.borrowed = std::move(parse_budget_.borrowed);
  State& last = entry_ ? entry_->state : last_;
  if (entry_) {
    result.argv = std::move(entry_->argv);
    result.argv_words = std::move(entry_->words);
    result.exec = entry_->exec;
    result.command = entry_->command;
    result.certain = !missed_ && !stopped() && parse_error.empty() && entry_->same_argv;
    if (missed_) result.why = "the broker is started only on a condition that cannot be decided";
    if (!entry_->same_argv) result.why = "the broker is started in several ways: " + doubt_;
  } else if (!exit_reason_.empty()) {
    result.why = exit_reason_;
  } else {
    result.why = "no start of a broker is reached";
    if (!last_command_.empty()) result.why += "; the last command is " + last_command_;
  }
  if (entry_ && result.why.empty()) result.why = doubt_;
  if (!parse_error.empty() && (!entry_ || result.why.empty())) result.why = parse_error;
  if (!parse_error.empty() && !entry_) result.certain = false;
  if (stopped()) {
    result.why = stop_reason_;
    result.certain = false;
  }
  result.variables = std::move(last.variables);
  result.files = std::move(last.files);
  result.assignments = std::move(last.assignments);
  result.sourced = std::move(last.sourced);
  result.cwd = std::move(last.cwd);
  result.unread = std::move(last.unread);
  if (result.unread.empty() && !result.sourced.empty())
    result.unread = "the script reads " + result.sourced.front() + ", which is not in the manifest";
  result.programs = any_started_ || stopped() || !parse_error.empty();
  result.idle = !entry_ && !any_started_ && !stopped() && parse_error.empty() && result.unread.empty();
  if (result.why.empty() && !result.sourced.empty()) {
    result.why = "it reads " + result.sourced.front() + ", which is not in the script";
  }
  return result;
}

void Interpreter::unread(State& state, std::string reason) {
  if (state.unread.empty()) state.unread = std::move(reason);
}

void Interpreter::stop(std::string reason) {
  if (!stopped()) stop_reason_ = std::move(reason);
}

bool Interpreter::spend(size_t steps) {
  steps_ += std::min(steps, kMaxSteps);
  if (steps_ > kMaxSteps) stop("the script does more than a start script does; it was not followed to its end");
  return !stopped();
}

bool Interpreter::spend_bytes(size_t bytes) {
  bytes_ += bytes;
  if (bytes > kMaxValue || bytes_ > kMaxBytes) {
    stop("the script makes more text than a start script does; it was not followed to its end");
  }
  return !stopped();
}

Interpreter::OutputMark Interpreter::mark(Io io) const {
  return {io.out ? io.out->text.size() : 0, io.err ? io.err->text.size() : 0, io.in ? io.in->at : 0};
}

// What was written since `since` may not have been written, and what was read
// may still be there.
bool Interpreter::blur(Io io, OutputMark since, const std::string& reason) {
  bool any = false;
  auto blur_sink = [&](Sink* sink, size_t size) {
    if (sink == nullptr || sink->text.size() <= size) return;
    any = true;
    sink->text.resize(size);
    sink->text += unknown_atom(reason);
  };
  blur_sink(io.out, since.out);
  if (io.err != io.out) blur_sink(io.err, since.err);
  if (io.in != nullptr && io.in->at != since.in) {
    any = true;
    io.in->text = unknown_atom(reason);
    io.in->at = 0;
  }
  return any;
}

std::string Interpreter::depends_on(const Node& node) const {
  return "depends on whether " + quote(node.text) + " succeeds";
}

// Ends this way inside the nearest loop, function or subshell.
void Interpreter::leave(State& state, Frame::Kind kind, bool to_continue, size_t levels) {
  ++ends_;
  for (size_t i = frames_.size(); i-- > 0;) {
    Frame& frame = *frames_[i];
    if (frame.kind != kind) {
      // break does not leave a function, nothing but exit leaves a subshell.
      if (frame.kind == Frame::Kind::kLoop) continue;
      break;
    }
    if (kind == Frame::Kind::kLoop && --levels > 0) {
      bool outer = i > 0 && frames_[i - 1]->kind == Frame::Kind::kLoop;
      if (outer) continue;
    }
    join(to_continue ? frame.continued : frame.left, std::move(state), "depends on a way that cannot be decided");
    state = State();
    state.dead = true;
    return;
  }
  // `return` outside of a function ends what reads the text.
  if (kind == Frame::Kind::kFunction) exit_script(state, state.status, "the script returns");
}

void Interpreter::exit_script(State& state, int status, const std::string& why) {
  if (state.dead) return;
  state.status = status;
  for (size_t i = frames_.size(); i-- > 0;) {
    if (frames_[i]->kind != Frame::Kind::kSubshell) continue;
    ++ends_;
    join(frames_[i]->left, std::move(state), "depends on a way that cannot be decided");
    state = State();
    state.dead = true;
    return;
  }
  if (exit_reason_.empty()) exit_reason_ = why;
  if (status <= 0) {
    ended_well_ = true;
    ++ends_;
    State left = state;
    join(exited_, std::move(left), ways_reason());
  }
  state.dead = true;
}

void Interpreter::settle(State& state, Failed failed, const Node& node) {
  if (!failed) return;
  if (!state.dead && !failed->dead) state.status = kUnknownStatus;
  join(state, std::move(*failed), depends_on(node));
}

void Interpreter::check_errexit(State& state, Failed& failed) {
  if (!state.errexit || ignore_errexit_ != 0 || state.dead) return;
  // On the way that fails nothing follows.
  failed.reset();
  if (state.status == kUnknownStatus) state.status = 0;
  if (state.status != 0) exit_script(state, state.status, "a command fails under `set -e`");
}

}  // namespace brokergate::shell

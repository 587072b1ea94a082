// Follows a parsed script as a shell would, for one pod.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/kafka/shell/ast.h"
#include "rules/kafka/shell/parser.h"
#include "rules/kafka/shell/pattern.h"
#include "rules/kafka/shell/state.h"
#include "rules/kafka/shell/ways.h"

namespace brokergate::shell {

// Standard output on its way to $(…), a pipe or a file.
struct Sink {
  std::string text;
};
// Standard input, when the script itself provides it.
struct Input {
  std::string text;
  size_t at = 0;
};
// Null: the container's own stream, whose content nobody knows or keeps.
struct Io {
  Input* in = nullptr;
  Sink* out = nullptr;
  Sink* err = nullptr;
};

// The way on which a command failed, when that differs from the way on which it
// succeeded. Null: `State::status` says it all.
using Failed = std::unique_ptr<State>;

// A way of its own copies the state, and is joined with the others again.
size_t cost_of_a_way(const State& state);

class Interpreter {
 public:
  Interpreter(const IsEntry& is_entry, const Environment& environment, Dialect dialect, const FileSystem* system);

  // What a script starts with.
  struct Start {
    const Node& script;
    const std::string& parse_error;
    const std::vector<std::string>& positional;
    std::string_view options, arg0;
  };
  // Follows both ways of each condition that cannot be decided and joins them behind it.
  Result run(const Start& start);
  // After run(): conditions whose two ways differ, when something that was read later had been
  // lost by joining them; else empty.
  std::set<std::string_view> worth_splitting() const;
  // Follows each way through `conditions` on its own, from the beginning to its end, and joins the
  // ends; `joined`: what run() said, which is as true and may know less.
  Result run_ways(const Start& start, std::set<std::string_view> conditions, Result joined);

 private:
  State first_state(const Start& start) const;
  void follow(const Start& start);
  Result finish(const Start& start);
  void forget_run();
  // Makes the state that of one way of `condition`, whose status is not known. False: both are to
  // be followed.
  bool decide(const Node& condition, State& state, Failed& failed);
  std::optional<bool> choose(const Node& condition);
  // `ends`: what ends_ was before the two ways.
  void note_split(const Node& condition, bool loss, size_t ends);
  void note_read(std::string_view value) const;
  std::string ways_reason() const;

  // One simple command on its way.
  struct Call {
    State& state;
    Io io;
    const Node& node;
    std::vector<std::string> argv;
    std::vector<const Argument*> origin;  // of each word of argv; null when it came from an expansion of several
    bool uncertain = false;               // the number of words is not known
    bool exec = false;
    bool opens = false;   // its redirections are the shell's own from now on
    Span here;            // body of the here-document that is its input
    bool copied = false;  // the output is the input as it is
    Failed failed;
  };
  using Builtin = void (Interpreter::*)(Call&);
  static Builtin find_builtin(std::string_view name);

  struct Frame {
    enum class Kind : uint8_t { kLoop, kFunction, kSubshell } kind;
    State left;       // joined states of break / return / exit
    State continued;  // of continue
  };
  struct Entry {
    State state;
    std::vector<std::string> argv;
    std::vector<Span> words;
    Span command;
    bool exec = false;
    bool same_argv = true;
  };
  // What redirections of one command need until it has ended.
  struct Redirections {
    struct Target {
      std::string path;
      bool append = false;
      std::unique_ptr<Sink> sink;
    };
    std::vector<Target> files;
    std::vector<std::unique_ptr<Input>> inputs;
    Span here;  // body of the here-document that is standard input
  };
  struct OutputMark {
    size_t out = 0, err = 0, in = 0;
  };

  // execute.cpp
  Failed execute(const Node& node, State& state, Io io);
  Failed execute_inner(const Node& node, State& state, Io io);
  Failed execute_list(const Node& node, State& state, Io io);
  Failed execute_and_or(const Node& node, State& state, Io io);
  Failed execute_pipeline(const Node& node, State& state, Io io);
  Failed execute_if(const Node& node, State& state, Io io, uint32_t at);
  Failed execute_while(const Node& node, State& state, Io io);
  Failed execute_for(const Node& node, State& state, Io io);
  Failed execute_for_arith(const Node& node, State& state, Io io);
  Failed execute_case(const Node& node, State& state, Io io);
  void execute_subshell(const Node& body, State& state, Io io);
  void undecided_loop(const Node& loop, const Node& body, const Node* condition, const std::string& variable,
                      State& state, Failed failed, Io io);
  bool loop_body(const Node& body, State& state, Io io);
  void call_function(Call& call, const Node& function);
  // `program`: a shell of its own with that $0; nullopt: this shell.
  void run_text(Call& call, std::string_view text, const std::string& what, std::optional<std::string> program);
  void run_program(Call& call, std::string_view text, const std::string& what, const std::string& arg0,
                   Dialect dialect);
  void settle(State& state, Failed failed, const Node& node);
  void check_errexit(State& state, Failed& failed);
  void leave(State& state, Frame::Kind kind, bool to_continue, size_t levels);
  void exit_script(State& state, int status, const std::string& why);
  // From here on any variable may have any value.
  void unread(State& state, std::string reason);
  OutputMark mark(Io io) const;
  // True: there was something.
  bool blur(Io io, OutputMark since, const std::string& reason);
  std::string depends_on(const Node& node) const;

  // simple.cpp
  Failed execute_simple(const Node& node, State& state, Io io);
  void expand_arguments(Call& call);
  void dispatch(Call& call, bool functions);
  void external(Call& call);
  bool is_entry(const std::vector<std::string>& argv) const;
  bool unwrap(Call& call);
  bool unwrap_env(Call& call);
  size_t take_assignments(Call& call, size_t at, size_t end);
  void drop_words(Call& call, size_t count);
  void found_entry(Call& call);
  void assign(const AssignNode& assign, State& state, Io io, Span statement, bool exported);
  void set_variable(State& state, std::string_view name, std::string value, Span word, Span statement, bool exact,
                    bool exported = false);
  void set_array(State& state, std::string_view name, std::vector<std::string> elements);
  void unset_variable(State& state, std::string_view name);
  void clear_environment(State& state);
  bool redirect(const List<Redirect>& redirects, State& state, Io& io, Redirections& redirections);
  void open_descriptor(const Redirect& one, State& state, Io io);
  void lose_files(State& state, const std::string& reason);
  // What lies on volumes that can be written.
  void lose_writable(State& state, const std::string& reason);
  bool edits_in_place(Call& call);
  bool may_be_missing(const List<Redirect>& redirects, const State& state) const;
  void finish_redirections(Redirections& redirections, State& state, State* failed, Span body);
  void write_file(State& state, const std::string& path, const std::string& text, bool append, Span body);
  std::string file_path(const State& state, std::string_view name) const;
  const std::string* file_text(const State& state, std::string_view name) const;
  // files.cpp
  const FileSystem::Folder* folder_of(std::string_view path) const;
  bool is_folder(const State& state, const std::string& path) const;
  bool is_absent(const State& state, const std::string& path) const;
  bool may_write(const State& state, const std::string& path) const;
  bool matching_files(const State& state, const std::string& pattern, std::vector<std::string>& out) const;
  bool copy_one(State& state, const std::string& from, const std::string& to, bool move);
  void write(Io io, std::string_view text);
  void write_error(Io io, std::string_view text);
  std::string read_all(Io io);
  void unknown_output(Call& call, const std::string& reason);

  // builtins*.cpp
  void do_colon(Call&);
  void do_false(Call&);
  void do_export(Call&);
  void do_local(Call&);
  void do_unset(Call&);
  void do_set(Call&);
  void do_shift(Call&);
  void do_eval(Call&);
  void do_exec(Call&);
  void do_exit(Call&);
  void do_return(Call&);
  void do_break(Call&);
  void do_continue(Call&);
  void do_source(Call&);
  void do_cd(Call&);
  void do_pwd(Call&);
  void do_read(Call&);
  void do_readarray(Call&);
  void do_let(Call&);
  void do_command(Call&);
  void do_ignored(Call&);
  void do_alias(Call&);
  void do_shopt(Call&);
  void do_trap(Call&);
  void do_undecided(Call&);
  void do_echo(Call&);
  void do_printf(Call&);
  void do_test(Call&);
  void do_cat(Call&);
  void do_tee(Call&);
  void do_cp(Call&);
  void do_remove(Call&);
  void do_make(Call&);
  void make_links(Call& call, std::vector<std::string> names);
  void do_hostname(Call&);
  void do_sleep(Call&);
  void do_filter(Call&);
  void do_shell(Call&);
  void do_printenv(Call&);
  void do_envsubst(Call&);
  void declare(Call& call, bool local, bool exported, bool readonly);

  // conditions.cpp: nullopt is "cannot be decided"
  struct TestGrammar;
  std::optional<bool> test(std::span<const std::string> words, State& state);
  std::optional<bool> test_unary(std::string_view op, const std::string& operand, State& state);
  std::optional<bool> test_binary(const std::string& a, std::string_view op, const std::string& b, State& state);
  struct Condition;
  Failed execute_condition(const Node& node, State& state, Io io);

  // expand.cpp
  std::string expand_text(const Word& word, State& state, Io io);  // no splitting
  std::string expand_assignment(const Word& word, State& state, Io io);
  Pattern expand_pattern(const Word& word, State& state, Io io);
  bool expand_fields(const Word& word, State& state, Io io, std::vector<std::string>& out);  // true: uncertain number
  struct Fields;
  void add_parts(const Word& word, State& state, Io io, Fields& fields, bool in_default);
  std::string part_value(const Part& part, State& state, Io io);
  std::string substitute(const Part& part, State& state, Io io);
  std::string process_file(const Part& part, State& state, Io io);
  bool expand_braces(const Word& word, std::vector<std::string>& out);
  std::string expand_tilde(std::string_view text, bool assignment, const State& state) const;

  // parameter.cpp
  // nullopt: unset.
  std::optional<std::string> parameter(std::string_view name, const Word* subscript, State& state, Io io);
  std::string parameter_value(const Part& part, State& state, Io io);
  std::optional<std::vector<std::string>> list_parameter(const Part& part, State& state, Io io);
  std::string apply(const Part& part, std::optional<std::string> value, State& state, Io io);
  const std::string* array_element(const State& state, std::string_view name, size_t index) const;

  // arithmetic.cpp; nullopt with `reason` when it cannot be known
  std::optional<int64_t> arithmetic(std::string_view expression, State& state, std::string& reason);
  friend class Arithmetic;

  // limits
  bool spend(size_t steps);
  bool spend_bytes(size_t bytes);
  bool stopped() const { return !stop_reason_.empty(); }
  void stop(std::string reason);

  const IsEntry& is_entry_;
  const FileSystem* system_;
  const Environment& environment_;
  Dialect dialect_;
  std::string hostname_;
  std::optional<Entry> entry_;
  std::vector<Frame*> frames_;
  struct Loaded {
    Arena arena;
    std::string text;
  };
  std::vector<std::unique_ptr<Loaded>> loaded_;  // texts of eval, source and sh -c
  std::vector<std::string> sourcing_;
  std::string last_command_;  // the last program started, for `why`
  std::string exit_reason_;
  State exited_;  // joined states of all ways that have ended without a failure
  State last_;    // at the end of the script
  std::string doubt_;
  Ways* ways_ = nullptr;               // of run_ways()
  std::set<std::string_view> splits_;  // conditions whose two ways differ
  mutable bool read_lost_ = false;     // something was read that may be known on each way
  size_t ends_ = 0;                    // ways that left a loop, a function or the script before its end
  int looping_ = 0;                    // in a loop of which each round is like all others
  std::string stop_reason_;
  ParseBudget parse_budget_;
  size_t steps_ = 0;
  size_t bytes_ = 0;
  size_t copied_ = 0;
  size_t depth_ = 0;
  int ignore_errexit_ = 0;
  int inexact_ = 0;           // in a loop, a function or a text that is not the script's
  int no_spans_ = 0;          // in a text that is not the script's
  int child_ = 0;             // in $( ): what starts there is no broker
  bool ended_well_ = false;   // a way ended by `exit 0` or by becoming another program
  bool missed_ = false;       // a way that ended well started no broker
  bool any_started_ = false;  // started_, on any way
  bool library_ = false;      // an image's library was read, of which some functions are not known
  bool started_ = false;      // a program that is not known
  int processes_ = 0;         // <( … ) so far
  bool substituted_ = false;  // the command ran a $( ), whose status counts for `A=$(…)`
};

// "`kubectl get node`", cut to a readable length, without atoms.
std::string quote(std::string_view command);

}  // namespace brokergate::shell

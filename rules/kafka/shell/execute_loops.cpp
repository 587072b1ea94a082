// Loops. One whose condition cannot be decided is gone through until nothing
// changes any more, and every number of rounds is joined.
#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {
namespace {

// Ways through an undecided loop until nothing changes any more.
constexpr int kMaxPasses = 8;

}  // namespace

// False when no way leads to the next round.
bool Interpreter::loop_body(const Node& body, State& state, Io io) {
  settle(state, execute(body, state, io), body);
  Frame& frame = *frames_.back();
  join(state, std::move(frame.continued), depends_on(body));
  frame.continued = State();
  frame.continued.dead = true;
  return !state.dead && !stopped();
}

Failed Interpreter::execute_while(const Node& node, State& state, Io io) {
  const Node& condition = *node.children[0];
  const Node& body = *node.children[1];
  Frame frame{Frame::Kind::kLoop, {}, {}};
  frame.left.dead = frame.continued.dead = true;
  frames_.push_back(&frame);
  ++inexact_;
  int status = 0;
  // A round that changes nothing is one of many: the pod only waits.
  constexpr int kWatched = 4;
  State watched;
  size_t watched_at = 0;
  ++looping_;
  for (int round = 0; !state.dead && spend(1); ++round) {
    if (round == kWatched + 1 && same_values(watched, state) && watched.cwd == state.cwd &&
        watched.status == state.status && watched_at == mark(io).in) {
      if (frame.left.dead) exit_script(state, 0, quote(node.text) + " goes round for ever");
      state.dead = true;  // else only those ways count that leave it
      break;
    }
    if (round == kWatched && spend(cost_of_a_way(state))) {
      watched = state;
      watched_at = mark(io).in;
    }
    ++ignore_errexit_;
    OutputMark since = mark(io);
    Failed failed = execute(condition, state, io);
    --ignore_errexit_;
    if (state.dead && !failed) break;
    if (failed || state.status == kUnknownStatus) {
      undecided_loop(node, body, &condition, {}, state, std::move(failed), io);
      blur(io, since, depends_on(condition));
      status = state.status;
      break;
    }
    if ((state.status == 0) == node.negated) break;
    if (!loop_body(body, state, io)) break;
    status = state.status;
  }
  if (!state.dead) state.status = status;
  --inexact_;
  --looping_;
  frames_.pop_back();
  join(state, std::move(frame.left), depends_on(condition));
  return nullptr;
}

// A loop of which nobody knows how often it runs: rounds are followed until a
// further one changes nothing. `failed`: the other way of a condition that has
// just been followed.
void Interpreter::undecided_loop(const Node& loop, const Node& body, const Node* condition, const std::string& variable,
                                 State& state, Failed failed, Io io) {
  std::string reason = "depends on how often " + quote(loop.text) + " goes round";
  State exits;
  exits.dead = true;
  ++looping_;
  bool until = loop.negated;
  for (int pass = 0; pass < kMaxPasses && !stopped(); ++pass) {
    if (!spend(cost_of_a_way(state))) break;
    if (condition != nullptr && pass > 0) {
      ++ignore_errexit_;
      failed = execute(*condition, state, io);
      --ignore_errexit_;
      if (state.dead && !failed) break;
    }
    State before = state;
    if (condition == nullptr) {
      before.status = kUnknownStatus;
      join(exits, State(before), reason);
      set_variable(state, variable, unknown_atom("one of the words of " + quote(loop.text)), {}, {}, false);
    } else {
      bool can_fail = failed || state.status != 0, can_succeed = failed || state.status <= 0;
      State stop = failed ? std::move(*failed) : state;
      if (failed && until) std::swap(stop, state);
      failed.reset();
      if (until ? can_succeed : can_fail) join(exits, std::move(stop), reason);
      if (!(until ? can_fail : can_succeed)) break;
    }
    if (!loop_body(body, state, io)) break;
    join(state, State(before), reason);
    if (same_values(state, before)) break;
    if (pass + 1 == kMaxPasses) stop("a loop changes more than could be followed");
  }
  --looping_;
  state = std::move(exits);
  if (!state.dead) state.status = kUnknownStatus;
}

Failed Interpreter::execute_for(const Node& node, State& state, Io io) {
  std::vector<std::string> words;
  bool uncertain = false;
  if (node.positional) {
    words = state.positional;
    uncertain = state.positional_unknown;
  } else {
    for (const Argument& argument : node.args) uncertain = expand_fields(*argument.word, state, io, words) || uncertain;
  }
  if (state.dead || !spend(words.size() / 4)) return nullptr;
  Frame frame{Frame::Kind::kLoop, {}, {}};
  frame.left.dead = frame.continued.dead = true;
  frames_.push_back(&frame);
  ++inexact_;
  if (words.empty()) state.status = 0;
  if (uncertain) {
    OutputMark since = mark(io);
    undecided_loop(node, *node.body, nullptr, std::string(node.name), state, nullptr, io);
    blur(io, since, "depends on the words of " + quote(node.text));
  } else {
    for (std::string& word : words) {
      set_variable(state, node.name, std::move(word), {}, {}, false);
      if (!loop_body(*node.body, state, io)) break;
    }
  }
  --inexact_;
  frames_.pop_back();
  join(state, std::move(frame.left), depends_on(*node.body));
  return nullptr;
}

Failed Interpreter::execute_for_arith(const Node& node, State& state, Io io) {
  Frame frame{Frame::Kind::kLoop, {}, {}};
  frame.left.dead = frame.continued.dead = true;
  frames_.push_back(&frame);
  ++inexact_;
  std::string reason;
  auto evaluate = [&](int i) { return arithmetic(expand_text(*node.expressions[i], state, io), state, reason); };
  std::optional<int64_t> value = evaluate(0);
  bool any = false;
  while (value && !state.dead && spend(1)) {
    if (node.expressions[1]->parts.count != 0) value = evaluate(1);
    if (!value || (*value == 0 && node.expressions[1]->parts.count != 0)) break;
    any = true;
    if (!loop_body(*node.body, state, io)) break;
    value = evaluate(2);
  }
  if (!any && !state.dead) state.status = 0;
  if (!value) {
    OutputMark since = mark(io);
    undecided_loop(node, *node.body, nullptr, "_", state, nullptr, io);
    blur(io, since, reason);
  }
  --inexact_;
  frames_.pop_back();
  join(state, std::move(frame.left), depends_on(*node.body));
  return nullptr;
}

}  // namespace brokergate::shell

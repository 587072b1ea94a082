// Lists, conditions, functions. Where a condition cannot be decided both
// ways are followed and joined.
#include "rules/kafka/opaque.h"
#include "rules/kafka/shell/interpreter.h"

namespace brokergate::shell {
namespace {

constexpr size_t kMaxDepth = 120;

}  // namespace

Failed Interpreter::execute(const Node& node, State& state, Io io) {
  if (state.dead || !spend(1)) return nullptr;
  if (++depth_ > kMaxDepth) {
    stop("the script is nested too deeply to follow");
    --depth_;
    return nullptr;
  }
  Failed failed;
  if (node.redirects.empty() || node.kind == Node::Kind::kSimple) {
    failed = execute_inner(node, state, io);
  } else {
    Redirections redirections;
    if (redirect(node.redirects, state, io, redirections)) {
      failed = execute_inner(node, state, io);
      finish_redirections(redirections, state, failed.get(), {});
    }
  }
  --depth_;
  return failed;
}

Failed Interpreter::execute_inner(const Node& node, State& state, Io io) {
  Failed failed;
  switch (node.kind) {
    case Node::Kind::kSimple:
      failed = execute_simple(node, state, io);
      check_errexit(state, failed);
      return failed;
    case Node::Kind::kList:
      return execute_list(node, state, io);
    case Node::Kind::kAndOr:
      return execute_and_or(node, state, io);
    case Node::Kind::kPipeline:
      return execute_pipeline(node, state, io);
    case Node::Kind::kGroup:
      return execute(*node.body, state, io);
    case Node::Kind::kSubshell:
      execute_subshell(*node.body, state, io);
      if (node.background && !state.dead) state.status = 0;
      check_errexit(state, failed);
      return nullptr;
    case Node::Kind::kIf:
      return execute_if(node, state, io, 0);
    case Node::Kind::kFor:
      return execute_for(node, state, io);
    case Node::Kind::kForArith:
      return execute_for_arith(node, state, io);
    case Node::Kind::kWhile:
      return execute_while(node, state, io);
    case Node::Kind::kCase:
      return execute_case(node, state, io);
    case Node::Kind::kFunction:
      state.functions[std::string(node.name)] = node.body;
      state.status = 0;
      return nullptr;
    case Node::Kind::kCondition:
      failed = execute_condition(node, state, io);
      check_errexit(state, failed);
      return failed;
    case Node::Kind::kArithmetic: {
      std::string reason;
      auto value = arithmetic(expand_text(*node.word, state, io), state, reason);
      if (!state.dead) state.status = value ? (*value != 0 ? 0 : 1) : kUnknownStatus;
      check_errexit(state, failed);
      return nullptr;
    }
  }
  return nullptr;
}

Failed Interpreter::execute_list(const Node& node, State& state, Io io) {
  Failed failed;
  for (const Node* child : node.children) {
    failed = execute(*child, state, io);
    if (failed && child != node.children[node.children.count - 1]) settle(state, std::move(failed), *child);
    if (state.dead) break;
  }
  if (node.children.empty()) state.status = 0;
  return failed;
}

Failed Interpreter::execute_and_or(const Node& node, State& state, Io io) {
  size_t count = node.children.count;
  auto run = [&](size_t i, State& on) {
    bool last = i + 1 == count;
    if (!last) ++ignore_errexit_;
    Failed failed = execute(*node.children[i], on, io);
    if (!last) --ignore_errexit_;
    return failed;
  };
  // As long as every status is known there is one way.
  const size_t ends = ends_;
  Failed failed = run(0, state);
  size_t i = 1, undecided = 0;  // the operand whose status is asked for
  for (; i < count && (!state.dead || (failed && ways_ != nullptr)); ++i) {
    if ((failed || state.status == kUnknownStatus) && !decide(*node.children[undecided], state, failed)) break;
    if (state.dead || (node.operators[i - 1] == '&') != (state.status == 0)) continue;
    failed = run(i, state);
    undecided = i;
  }
  if (i == count || (state.dead && !failed)) return failed;

  Failed ok, bad;
  bool loss = false;
  auto add = [&](Failed& to, State&& way, int status) {
    way.status = status;
    if (to) {
      loss = loss || loses(*to, way);
      join(*to, std::move(way), depends_on(node));
    } else {
      to = std::make_unique<State>(std::move(way));
    }
  };
  auto sort = [&](State&& way, Failed way_failed) {
    if (way_failed && !way_failed->dead) {
      const int status = way_failed->status > 0 ? way_failed->status : kFailedStatus;
      add(bad, std::move(*way_failed), status);
    }
    if (way.dead) return;
    if (way.status == kUnknownStatus && !way_failed) {
      add(bad, State(way), kFailedStatus);
      add(ok, std::move(way), 0);
    } else if (way.status == 0 || way_failed) {
      add(ok, std::move(way), 0);
    } else {
      int status = way.status;
      add(bad, std::move(way), status);
    }
  };
  const size_t first = undecided;
  sort(std::move(state), std::move(failed));
  for (; i < count && !stopped(); ++i) {
    Failed way = std::move(node.operators[i - 1] == '&' ? ok : bad);
    if (!way) continue;
    bool alone = !ok && !bad;
    spend(cost_of_a_way(*way));
    OutputMark since = mark(io);
    Failed way_failed = run(i, *way);
    if (!alone && blur(io, since, depends_on(*node.children[i - 1]))) loss = read_lost_ = true;
    sort(std::move(*way), std::move(way_failed));
  }
  loss = loss || (ok && bad && loses(*ok, *bad));
  for (size_t operand = first; operand + 1 < count; ++operand) note_split(*node.children[operand], loss, ends);
  state = State();
  state.dead = !ok && !bad;
  if (ok) {
    state = std::move(*ok);
    return bad;
  }
  if (bad) state = std::move(*bad);
  return nullptr;
}

Failed Interpreter::execute_pipeline(const Node& node, State& state, Io io) {
  std::vector<int> statuses;
  if (node.negated) ++ignore_errexit_;
  Failed failed;
  if (node.children.count == 1) {
    failed = execute(*node.children[0], state, io);
  } else {
    Input input;
    // The stages start together: a file that a later one writes may be empty before an
    // earlier one reads it.
    for (uint32_t i = 1; i < node.children.count && !state.files.empty(); ++i) {
      if (node.children[i]->kind != Node::Kind::kSimple) continue;
      for (const Redirect& one : node.children[i]->redirects) {
        if (one.op != Redirect::Op::kWrite || one.target->parts.count != 1) continue;
        const auto found = state.files.find(file_path(state, one.target->parts[0].text));
        if (found != state.files.end() && may_write(state, found->first))
          found->second = {.text = unknown_atom("read and written by " + quote(node.text)), .body = {}};
      }
    }
    for (uint32_t i = 0; i < node.children.count && !state.dead && !stopped(); ++i) {
      const Node& child = *node.children[i];
      bool last = i + 1 == node.children.count;
      Sink sink;
      Io stage{i == 0 ? io.in : &input, last ? io.out : &sink, io.err};
      // A stage fails without ending the script.
      ++ignore_errexit_;
      if (state.functions.empty() && !state.nounset && is_pure(child)) {
        settle(state, execute(child, state, stage), child);
      } else {
        execute_subshell(child, state, stage);
      }
      --ignore_errexit_;
      statuses.push_back(state.status);
      input.text = std::move(sink.text);
      input.at = 0;
    }
    if (state.pipefail && !state.dead) {
      for (int status : statuses) {
        if (status != 0 && state.status == 0) state.status = status;
      }
    }
  }
  if (node.negated) {
    --ignore_errexit_;
    if (failed) {
      std::swap(state, *failed);
      state.status = 0;
      failed->status = 1;
    } else if (!state.dead && state.status != kUnknownStatus) {
      state.status = state.status == 0 ? 1 : 0;
    }
  } else if (node.children.count > 1) {
    check_errexit(state, failed);
  }
  return failed;
}

void Interpreter::execute_subshell(const Node& body, State& state, Io io) {
  if (!spend(cost_of_a_way(state))) return;
  State inside = state;
  Frame frame{Frame::Kind::kSubshell, {}, {}};
  frame.left.dead = true;
  frames_.push_back(&frame);
  Failed failed = execute(body, inside, io);
  settle(inside, std::move(failed), body);
  frames_.pop_back();
  join(inside, std::move(frame.left), depends_on(body));
  if (inside.dead) {
    state.dead = true;
    return;
  }
  state.status = inside.status;
  state.files = std::move(inside.files);
  state.sourced = std::move(inside.sourced);
}

// `at`: the condition among the children. Conditions that cannot be decided
// leave a second way that looks at those behind.
Failed Interpreter::execute_if(const Node& node, State& state, Io io, uint32_t at) {
  for (; at + 1 < node.children.count; at += 2) {
    const Node& condition = *node.children[at];
    ++ignore_errexit_;
    Failed failed = execute(condition, state, io);
    --ignore_errexit_;
    if (state.dead && !failed) return nullptr;
    if (failed || state.status == kUnknownStatus) decide(condition, state, failed);
    if (state.dead && !failed) return nullptr;
    if (!failed && state.status != kUnknownStatus) {
      if (state.status == 0) return execute(*node.children[at + 1], state, io);
      continue;
    }
    if (!spend(cost_of_a_way(state)) || ++depth_ > kMaxDepth) {
      stop("the script is nested too deeply to follow");
      return nullptr;
    }
    State otherwise = failed ? std::move(*failed) : state;
    if (state.status == kUnknownStatus) {
      state.status = 0;
      if (!failed) otherwise.status = kFailedStatus;
    }
    OutputMark since = mark(io);
    const size_t ends = ends_;
    settle(state, execute(*node.children[at + 1], state, io), *node.children[at + 1]);
    settle(otherwise, execute_if(node, otherwise, io, at + 2), node);
    --depth_;
    const bool blurred = blur(io, since, depends_on(condition));
    read_lost_ = read_lost_ || blurred;
    note_split(condition, blurred || loses(state, otherwise), ends);
    join(state, std::move(otherwise), depends_on(condition));
    return nullptr;
  }
  if (at < node.children.count) return execute(*node.children[at], state, io);
  state.status = 0;
  return nullptr;
}

Failed Interpreter::execute_case(const Node& node, State& state, Io io) {
  std::string subject = expand_text(*node.word, state, io);
  std::string reason = "depends on the value of " + quote(node.word->raw);
  State done;
  done.dead = true;
  bool finished = false;
  auto run_body = [&](State& on, uint32_t item) {
    Failed failed;
    for (;; ++item) {
      settle(on, std::move(failed), node);
      failed = execute(*node.cases[item].body, on, io);
      if (node.cases[item].end != CaseItem::End::kFall || item + 1 == node.cases.count) return failed;
    }
  };
  for (uint32_t i = 0; i < node.cases.count && !finished && !state.dead && !stopped(); ++i) {
    bool matched = false, undecided = false;
    for (const Word* word : node.cases[i].patterns) {
      Pattern pattern = expand_pattern(*word, state, io);
      if (!spend(1 + subject.size() * pattern.text.size() / 4096)) return nullptr;
      auto match = matches(pattern, subject);
      matched = matched || match.value_or(false);
      undecided = undecided || !match;
    }
    if (undecided && !matched) {
      if (const auto way = choose(node)) {
        matched = *way;
        undecided = false;
      }
    }
    if (matched) {
      Failed failed = run_body(state, i);
      if (done.dead && node.cases[i].end != CaseItem::End::kContinue) return failed;
      settle(state, std::move(failed), node);
      finished = node.cases[i].end != CaseItem::End::kContinue;
    } else if (undecided) {
      spend(cost_of_a_way(state));
      State way = state;
      OutputMark since = mark(io);
      const size_t ends = ends_;
      settle(way, run_body(way, i), node);
      const bool blurred = blur(io, since, reason);
      read_lost_ = read_lost_ || blurred;
      note_split(node, blurred || loses(way, state) || loses(way, done), ends);
      join(done, std::move(way), reason);
    }
  }
  if (!finished && !state.dead) state.status = 0;
  join(state, std::move(done), reason);
  return nullptr;
}

}  // namespace brokergate::shell

#include "cli/verbs/run_engine.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include "cli/output/findings.h"
#include "cli/verbs/cluster_record.h"
#include "rules/before.h"
#include "webhook/admission.h"

namespace brokergate::cli {

namespace {

// False when the record cannot be used: told on stderr.
bool add_view(const InputOptions& input, EngineRun& run, Console& console) {
  const auto record = read_record(input.view, console);
  if (!record) {
    console.error(record.error());
    return false;
  }
  for (const std::string& unread : record->unread)
    run.inputs.problems.push_back({input.view, nullptr, {}, "not looked up then: " + unread});
  std::vector<Object>& objects = run.inputs.bundle.objects;
  std::unordered_set<std::string> own;
  run.ns = input.ns;
  run.view.emplace().replaced = &run.replaced;
  run.view->age = record->age;
  place_beside(*record, run.ns, objects, console);
  for (const Object& object : objects) own.insert(identity(object));
  Inputs seen;
  add_objects(record->items, seen);
  run.inputs.bundle.peers = objects.size();
  for (Object& object : seen.bundle.objects)
    (own.contains(identity(object)) ? run.replaced : objects).push_back(std::move(object));
  return true;
}

}  // namespace

bool default_to_stdin(InputOptions& input, Console& console) {
  if (!input.paths.empty()) return true;
  if (console.in_is_terminal()) {
    console.error("no input: name files or directories, or - for stdin");
    return false;
  }
  input.paths.emplace_back("-");
  return true;
}

void tell_problems(const Inputs& inputs, Console& console) {
  Locator locator;
  std::string text;
  for (const Problem& problem : inputs.problems) text += problem_text(problem, locator, console.err_paint());
  constexpr size_t kMostNamed = 5;
  if (!inputs.strangers.empty()) {
    text += "brokergate: note: no Kubernetes object in ";
    for (size_t i = 0; i < inputs.strangers.size() && i < kMostNamed; ++i) {
      if (i) text += ", ";
      text += display_name(inputs.strangers[i]);
    }
    if (inputs.strangers.size() > kMostNamed) {
      text += " and " + std::to_string(inputs.strangers.size() - kMostNamed) + " other files";
    }
    text += '\n';
  }
  console.err(text);
}

std::string left_out_text(const EngineRun& run) {
  const Summary& sum = run.summary;
  if (sum.broker_sets + sum.broker_services + sum.unknown > 0) return {};
  const auto& objects = run.inputs.bundle.objects;
  const auto left_out = static_cast<size_t>(std::count_if(objects.begin(), objects.end(), [&](const Object& object) {
    return object.kind != "ConfigMap" && object.kind != "Node" && !run.policy.matches(object);
  }));
  return left_out == 0 ? std::string() : "the policy's match leaves out " + count(left_out, "object");
}

EngineRun* run_engine(InputOptions input, const PolicyOptions& policy, const LoadOptions& how, Console& console) {
  if (!default_to_stdin(input, console)) return nullptr;
  std::optional<Policy> chosen = load_policy(policy, input.paths, console);
  if (!chosen) return nullptr;
  const auto run = std::make_shared<EngineRun>();
  console.keep(run);
  run->policy = std::move(*chosen);
  run->inputs = load(input, how, console);
  if (!input.view.empty() && !add_view(input, *run, console)) return nullptr;
  tell_problems(run->inputs, console);
  judge_run(*run);
  return run.get();
}

void place(Object& object, const EngineRun& run) {
  if (run.view && lacks_namespace(object)) object.ns = run.ns;
}

void judge_run(EngineRun& run) {
  run.evaluation =
      evaluate(run.inputs.bundle, run.policy, nullptr, webhook::today_utc(), run.view ? &*run.view : nullptr);
  run.summary = run.evaluation.verdict.summary;
  run.summary.objects = run.inputs.objects;
}

}  // namespace brokergate::cli

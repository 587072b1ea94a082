#include "cli/verbs/run_engine.h"

#include <algorithm>
#include <utility>

#include "cli/output/findings.h"
#include "webhook/admission.h"

namespace brokergate::cli {

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
    return object.kind != "ConfigMap" && !run.policy.matches(object);
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
  tell_problems(run->inputs, console);
  run->evaluation = evaluate(run->inputs.bundle, run->policy, nullptr, webhook::today_utc());
  run->summary = run->evaluation.verdict.summary;
  run->summary.objects = run->inputs.objects;
  return run.get();
}

}  // namespace brokergate::cli

// What lint, mutate and inspect have in common: policy, inputs, one evaluation of all of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "brokergate/engine.h"
#include "cli/verbs/input.h"
#include "cli/verbs/policy_source.h"

namespace brokergate::cli {

// Findings and model point into `inputs` and `policy`, so it neither moves nor copies.
struct EngineRun {
  Policy policy;
  Inputs inputs;
  Evaluation evaluation;
  Summary summary;  // the verdict's, with all objects that were read
  // With a view: the record's objects are the bundle's peers, but for those that the input has as well.
  std::optional<ClusterView> view;
  std::vector<Object> replaced;
  std::string ns;  // of objects that name none; they point here

  EngineRun() = default;
  EngineRun(const EngineRun&) = delete;
  EngineRun& operator=(const EngineRun&) = delete;
};

// Null when the policy cannot be used or there is no input: told on stderr.
// Problems of single inputs are told as well, and stay in `inputs.problems`.
// The console keeps the run.
EngineRun* run_engine(InputOptions input, const PolicyOptions& policy, const LoadOptions& how, Console& console);

// With a view, an object that names no namespace gets the run's.
void place(Object& object, const EngineRun& run);
// Judges what `run` holds already, and fills the rest of it.
void judge_run(EngineRun& run);

// "the policy's match leaves out 3 objects"; empty when something was judged, or nothing is left out.
std::string left_out_text(const EngineRun& run);

// No path means stdin, unless that is a terminal: then nothing is read and false is returned.
bool default_to_stdin(InputOptions& input, Console& console);
// Tells problems and strangers on stderr.
void tell_problems(const Inputs& inputs, Console& console);

}  // namespace brokergate::cli
